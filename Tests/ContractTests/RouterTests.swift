import HTTP
import Testing

@testable import OrderAPI

@Suite("The router")
struct RouterTests {
  private static func route(_ method: HTTP.Method, _ path: PathPattern) -> Route {
    Route(
      method, path, "", access: .anyone,
      immediate: { call, _ in .text(.ok, "\(method.name) \(call.route.path.text)") })
  }

  private static func contract(_ name: String, _ routes: [Route]) -> Contract {
    Contract(name: name, routes: routes) { failure, _ in
      let notice = ErrorNotice(failure)
      return Response(
        notice.status, fields: notice.fields, body: Array("\(name): \(notice.code)".utf8))
    }
  }

  private static var own: Contract {
    contract(
      "own",
      [
        route(.get, "/orders"), route(.post, "/orders"), route(.get, "/orders/{id}"),
        route(.patch, "/orders/{id}/status"), route(.get, "/orders/new"),
      ])
  }
  private static var shop: Contract { contract("shop", [route(.get, "/orders/{id}")]) }

  typealias Case = (request: String, status: Int, body: String)
  static let cases: [Case] = [
    ("GET /orders", 200, "GET /orders"),
    ("POST /orders", 200, "POST /orders"),
    ("HEAD /orders", 200, "GET /orders"),
    ("GET /orders/7", 200, "GET /orders/{id}"),
    ("GET /orders/a%2Fb", 200, "GET /orders/{id}"),
    ("GET /orders/new", 200, "GET /orders/new"),
    ("PATCH /orders/7/status", 200, "PATCH /orders/{id}/status"),
    ("GET /shop/orders/7", 200, "GET /orders/{id}"),
    ("GET /", 404, "own: unknown_route"),
    ("GET /orders/", 404, "own: unknown_route"),
    ("GET //orders", 404, "own: unknown_route"),
    ("GET /orders/7/", 404, "own: unknown_route"),
    ("GET /Orders", 404, "own: unknown_route"),
    ("GET /orders/7/status/x", 404, "own: unknown_route"),
    ("GET /shop", 404, "shop: unknown_route"),
    ("GET /shop/orders", 404, "shop: unknown_route"),
    ("GET /shopping", 404, "own: unknown_route"),
    ("DELETE /orders", 405, "own: method_not_allowed"),
    ("DELETE /shop/orders/7", 405, "shop: method_not_allowed"),
    ("GET /orders/7/status", 405, "own: method_not_allowed"),
    ("OPTIONS *", 204, ""),
    ("OPTIONS /orders", 204, ""),
    ("OPTIONS /shop/orders/7", 204, ""),
    ("OPTIONS /nowhere", 404, "own: unknown_route"),
    ("OPTIONS /orders/", 404, "own: unknown_route"),
    ("BREW /orders", 405, "own: method_not_allowed"),
  ]

  @Test("answers in the envelope of the contract that the path lies below", arguments: cases)
  func dispatch(_ example: Case) throws {
    let router = try Router([Mount("/", Self.own), Mount("/shop", Self.shop)])

    let response = try respond(router, example.request)

    #expect(response.status.code == example.status, "\(example.request)")
    #expect(String(decoding: response.body, as: UTF8.self) == example.body, "\(example.request)")
  }

  @Test(
    "names the methods that are offered",
    arguments: [
      ("DELETE /orders", "GET, HEAD, POST, OPTIONS"),
      ("OPTIONS /orders", "GET, HEAD, POST, OPTIONS"),
      ("OPTIONS /orders/7/status", "PATCH, OPTIONS"),
      ("OPTIONS *", "GET, HEAD, POST, PATCH, OPTIONS"),
    ])
  func allow(_ line: String, _ methods: String) throws {
    let router = try Router([Mount("/", Self.own)])

    let response = try respond(router, line)

    #expect(response.fields.map { "\($0.name): \($0.value)" } == ["Allow: \(methods)"])
  }

  @Test("hides a failure nobody foresaw and reports it with the request's id")
  func unforeseen() throws {
    struct Secret: Error {}
    var reported: [String] = []
    let failing = Self.contract(
      "own", [Route(.get, "/fail", "", access: .anyone, immediate: { _, _ in throw Secret() })])
    let router = try Router(
      [Mount("/", failing)], report: { error, id in reported.append("\(error) \(id)") })

    let response = try respond(router, "GET /fail")

    #expect(response.status == .internalServerError)
    #expect(String(decoding: response.body, as: UTF8.self) == "own: internal")
    #expect(reported == ["Secret() \(RequestID.made(0, 7))"])
  }

  private func respond(_ router: Router, _ line: String) throws -> Response {
    let request = try parse(line)
    guard
      case .now(let response, _) = router.reply(
        to: request, id: .made(0, 7), from: ClientAddress(v4: 1))
    else {
      throw UnexpectedWait()
    }
    return response
  }
}

struct UnexpectedWait: Error {}

/// A request as the server would have read it.
func parse(
  _ line: String, fields: [String] = [], host: String = "localhost:8080"
) throws -> Request {
  var parser = RequestParser()
  var offset = 0
  let lines = ["\(line) HTTP/1.1", "Host: \(host)"] + fields + ["", ""]
  let bytes = Array(lines.joined(separator: "\r\n").utf8)
  guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
    throw UnexpectedWait()
  }
  return request
}
