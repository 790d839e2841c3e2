import HTTP
import JSON

/// The HTTP contract of the service: the effects and the answer of each request.
struct OrderProcessAPI {
  static let path = "/order_process"

  private var table = ProcessTable()

  typealias Reply = (response: Response, effects: [ProcessTable.Effect])

  /// `plan` is called only when a process is to be started.
  mutating func answer(_ request: Request, plan: (String) -> ProcessPlan) -> Reply {
    // An invalid query is ignored, as in the real service.
    let query = try? Query(request.query)
    switch request.method {
    case .get: return (list(query?["order_id"] ?? ""), [])
    case .post: return start(request, callback: query?["callback_url"] ?? "", plan)
    default: return (Response(.methodNotAllowed, fields: [Field("Allow", "GET, POST")]), [])
    }
  }

  mutating func event(_ event: ProcessTable.Event) -> [ProcessTable.Effect] { table.event(event) }

  private func list(_ order: String) -> Response {
    guard order.isEmpty else {
      return .json(.ok, table[order]?.json(of: order) ?? Array("{}".utf8))
    }
    return .json(
      .ok,
      JSONWriter.array { json in
        for (order, status) in table.all { json.object { status.write(order, to: &$0) } }
      })
  }

  private mutating func start(
    _ request: Request, callback: String, _ plan: (String) -> ProcessPlan
  ) -> Reply {
    guard request.field("content-type") == "application/json" else {
      return (.message("invalid content type. Valid: application/json"), [])
    }
    guard let order = Self.orderID(request.body) else {
      return (.message("invalid request body"), [])
    }
    guard !order.isEmpty else { return (.message("missing order id"), []) }
    let target = ProcessTable.CallbackTarget(callback)
    let exists = table[order] != nil
    let effects = table.event(.start(order, target, plan(order)))
    if exists { return (.message("order process for order \(order) exists"), effects) }
    switch target {
    case .absent: return (Response(.ok), effects)
    case .url: return (Response(.accepted), effects)
    case .invalid(let text):
      // As in the real service, the quotes inside the text are not escaped.
      let body = #"{"message":"parse "\#(text)": invalid URL"}"#
      return (.json(.badRequest, Array(body.utf8)), effects)
    }
  }

  /// Empty when there is no id, nil when the body is not valid.
  private static func orderID(_ body: [UInt8]) -> String? {
    try? JSONReader.decode(body, unknownFields: .ignored) {
      $0["order_id"].optional?.string() ?? ""
    }
  }
}

extension ProcessTable.CallbackTarget {
  fileprivate init(_ text: String) {
    self = text.isEmpty ? .absent : CallbackURL(text).map { .url($0) } ?? .invalid(text)
  }
}

extension Response {
  static func json(_ status: Status, _ body: [UInt8]) -> Response {
    Response(status, contentType: .json, body: body)
  }

  fileprivate static func message(_ text: String) -> Response {
    .json(.badRequest, JSONWriter.object { $0.string("message", text) })
  }
}
