import HTTP
import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

extension ContractClient {
  /// Sends a request with a body, which is JSON unless the fields say otherwise.
  func send(
    _ method: String, _ target: String, _ body: String = "",
    fields: [String] = ["Content-Type: application/json"], host: String = "localhost:8080"
  ) async throws -> ContractAnswer {
    let head = ["\(method) \(target) HTTP/1.1", "Host: \(host)"] + fields
    let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
    var limits = MessageLimits.standard
    limits.takesLargeBody = mounts.largeBodies
    var parser = RequestParser(limits: limits)
    var offset = 0
    let bytes = Array(((head + length).joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
      throw UnexpectedWait()
    }
    return await answer(to: request)
  }

  /// Places an order that must be accepted; its document.
  func place(_ body: String) async throws -> JSONValue {
    let answer = try await send("POST", "/orders", body)
    try #require(answer.status == 201, "\(answer.body)")
    return try answer.json
  }
}

extension ContractAnswer {
  /// The body as a document. That of OpenAPI may be longer than what is read of a client.
  var json: JSONValue {
    get throws { try JSONValue(parsing: Array(body.utf8), bytesMax: 4 * JSONLimits.documentBytes) }
  }
}

extension JSONValue {
  var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  /// A value as it is written.
  var written: String { String(decoding: bytes, as: UTF8.self) }
}

/// Runs `body` with a client over a shop of its own, and looks at the end that all invariants hold.
func ordering<Result: Sendable>(
  _ rows: String = Shelf.standard,
  _ body: @escaping @Sendable (ContractClient) async throws -> Result
) async throws -> Result {
  try await asking(rows) { client in
    let result = try await body(client)
    try await Invariants.check(client.owner)
    return result
  }
}

/// What stands on the shelf at the beginning of a test.
enum Shelf {
  static let standard = """
    INSERT INTO products (id, name, price, stock)
    VALUES ('keyboard', 'Keyboard', 49.90, 10), ('mouse', 'Mouse', 19.90, 5),
           ('dime', 'Ten cents', 0.10, 1000), ('webcam', 'Webcam', 59, 0)
    """
}
