import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("A large answer") struct CompressionTests {
  private static let gzip = ["Accept-Encoding: gzip"]
  private static let rows = """
    INSERT INTO products (id, name, price, stock)
    SELECT 'product-' || n, 'Product ' || n, n, 10 FROM generate_series(1, 200) AS n
    """

  /// The answer of the router as its bytes are.
  private static func ask(
    _ client: ContractClient, _ target: String, _ fields: [String] = []
  ) async throws -> Response {
    let request = try parse("GET \(target)", fields: fields)
    switch client.router.reply(to: request, id: .made(0, 7), from: client.address) {
    case .now(let response, _): return response
    case .later(_, _, let response), .follow(_, let response): return await response()
    case .never: throw UnexpectedWait()
    }
  }

  private static func field(_ name: String, _ response: Response) -> String? {
    let values = response.fields.filter { "\($0.name)" == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  @Test(
    "is compressed for those who ask, and is the same",
    arguments: ["/products?limit=200", "/openapi.json", "/docs/errors", "/store/products"])
  func compressed(_ target: String) async throws {
    try await asking(Self.rows) { client in
      let plain = try await Self.ask(client, target)
      let small = try await Self.ask(client, target, Self.gzip)

      #expect(plain.body.count >= AnswerCompressor.bytesMin && plain.status == .ok)
      #expect(Self.field("Content-Encoding", plain) == nil)
      #expect(Self.field("Content-Encoding", small) == "gzip")
      #expect(small.body.count < plain.body.count / 2)
      #expect(Gzip.inflate(small.body, bytesMax: plain.body.count) == plain.body)
      #expect(small.contentType?.value == plain.contentType?.value)
      for answer in [plain, small] {
        #expect(Self.field("Vary", answer)?.contains("Accept-Encoding") == true)
      }
      let (tag, other) = (Self.field("ETag", plain), Self.field("ETag", small))
      #expect(tag.map { $0.dropLast() + "-gzip\"" } == other)
    }
  }

  private static func bytes(of response: Response) async throws -> [UInt8] {
    guard let stream = response.stream else { return response.body }
    var bytes: [UInt8] = []
    while let piece = try await stream.next() {
      #expect(!piece.isEmpty)
      bytes += piece
    }
    return bytes
  }

  @Test("that is an export is compressed as it is read", arguments: ["", "?format=csv", "?q=none"])
  func export(_ query: String) async throws {
    try await asking(Self.rows) { client in
      let plain = try await Self.ask(client, "/exports/products\(query)")
      let small = try await Self.ask(client, "/exports/products\(query)", Self.gzip)
      let (whole, coded) = (try await Self.bytes(of: plain), try await Self.bytes(of: small))
      #expect(Self.field("Content-Encoding", plain) == nil)
      #expect(Self.field("Content-Encoding", small) == "gzip")
      #expect(Self.field("Vary", small)?.contains("Accept-Encoding") == true)
      #expect(Gzip.inflate(coded, bytesMax: whole.count) == whole)
    }
  }

  @Test("of events is not compressed: each has to leave at once")
  func events() async throws {
    try await asking { client in
      let answer = try await Self.ask(
        client, "/events", Self.gzip + ["Accept: text/event-stream"])
      #expect(answer.stream != nil)
      #expect(Self.field("Content-Encoding", answer) == nil)
    }
  }

  @Test("is compressed in turns, so that others have theirs")
  func turns() async throws {
    let body = [UInt8](repeating: 120, count: 3 * AnswerCompressor.bytesPerTurn + 1)
    let route = Route(
      .get, "/large", "", access: .anyone,
      immediate: { _, _ in Response(.ok, contentType: .text, body: body) })
    let contract = Contract(name: "test", routes: [route]) { _, _ in Response(.internalServerError)
    }
    var turns = 0
    let router = try Router([Mount("/", contract)], nextTurn: { turns += 1 })

    let request = try parse("GET /large", fields: Self.gzip)
    guard
      case .later(_, _, let answer) = router.reply(
        to: request, id: .made(0, 7), from: ClientAddress(v4: 1))
    else { throw UnexpectedWait() }
    let response = await answer()

    #expect(turns == 3)
    #expect(Gzip.inflate(response.body, bytesMax: body.count) == body)
  }

  @Test(
    "that is small, refused or not asked for is sent as it is",
    arguments: [
      ("/products/product-1", "gzip"), ("/products?limit=200", "br"),
      ("/products?limit=200", "gzip;q=0"), ("/products?limit=9999", "gzip"), ("/nowhere", "gzip"),
      ("/docs/start.js", "gzip"),
    ])
  func plain(_ target: String, _ accepted: String) async throws {
    try await asking(Self.rows) { client in
      let answer = try await Self.ask(client, target, ["Accept-Encoding: \(accepted)"])

      #expect(Self.field("Content-Encoding", answer) == nil)
    }
  }

  @Test("is compressed even if it is small where nothing else is taken")
  func identityRefused() async throws {
    try await asking(Self.rows) { client in
      let small = try await Self.ask(
        client, "/products/product-1", ["Accept-Encoding: gzip, identity;q=0"])

      #expect(Self.field("Content-Encoding", small) == "gzip")
      #expect(Gzip.inflate(small.body, bytesMax: 1_000)?.first == UInt8(ascii: "{"))
    }
  }

  @Test("is not sent again to whoever has it in either form, and its tags are good for a change")
  func tags() async throws {
    try await asking(Self.rows) { client in
      let long = String(repeating: "long ", count: 300)
      let made = try await client.send(
        "POST", "/products", #"{"id":"long","name":"Long","price":1,"description":"\#(long)"}"#)
      #expect(made.status == 201, "\(made.body)")
      let plain = try await Self.ask(client, "/products/long")
      let small = try await Self.ask(client, "/products/long", Self.gzip)
      #expect(Self.field("ETag", plain) == "\"1\"")
      #expect(Self.field("ETag", small) == "\"1-gzip\"")

      for (tag, told) in [
        ("\"1\"", "\"1\""), ("\"1-gzip\"", "\"1-gzip\""), ("W/\"1-gzip\"", "\"1-gzip\""),
      ] {
        let again = try await Self.ask(
          client, "/products/long", Self.gzip + ["If-None-Match: \(tag)"])
        #expect(again.status == .notModified && again.body.isEmpty)
        #expect(Self.field("ETag", again) == told)
        #expect(Self.field("Vary", again) == "Accept-Encoding")
      }
      for (tag, status) in [("\"2-gzip\"", 412), ("\"1-gzip\"", 200), ("\"1-gzip\"", 412)] {
        let change = try await client.send(
          "PATCH", "/products/long", #"{"price":2}"#,
          fields: ["Content-Type: application/json", "If-Match: \(tag)"])
        #expect(change.status == status, "\(tag)")
      }
    }
  }
}
