import HTTP
import JSON

/// The contract: what a request does, and how it is answered.
struct OrderProcessAPI {
  static let path = "/order_process"

  private var table = ProcessTable()

  typealias Reply = (response: Response, effects: [ProcessTable.Effect])

  /// The fate is asked for when there is a process to meet it.
  mutating func answer(_ request: Request, fate: (String) -> Fate) -> Reply {
    // A query that cannot be read counts as none, as in the real service.
    let query = try? Query(request.query)
    switch request.method {
    case .get: return (list(query?["order_id"] ?? ""), [])
    case .post: return start(request, callback: query?["callback_url"] ?? "", fate)
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
    _ request: Request, callback: String, _ fate: (String) -> Fate
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
    let effects = table.event(.start(order, target, fate(order)))
    if exists { return (.message("order process for order \(order) exists"), effects) }
    switch target {
    case .nowhere: return (Response(.ok), effects)
    case .url: return (Response(.accepted), effects)
    case .unreadable(let text):
      // The quotes are the real service's: it does not escape what it repeats.
      let body = #"{"message":"parse "\#(text)": invalid URL"}"#
      return (.json(.badRequest, Array(body.utf8)), effects)
    }
  }

  /// Empty when there is none, nil when the body is not what it should be.
  private static func orderID(_ body: [UInt8]) -> String? {
    try? JSONReader.decode(body, unknownFields: .ignored) {
      $0["order_id"].optional?.string() ?? ""
    }
  }
}

extension ProcessTable.CallbackTarget {
  fileprivate init(_ text: String) {
    self = text.isEmpty ? .nowhere : CallbackURL(text).map { .url($0) } ?? .unreadable(text)
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
