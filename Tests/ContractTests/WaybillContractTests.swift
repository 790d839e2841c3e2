import HTTP
import JSON
import OrderService
import OrderStore
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's products")
struct WaybillContractTests {
  static let keyboard = """
    INSERT INTO products (id, name, description, price, stock, created_at, updated_at)
    VALUES ('keyboard', 'Keyboard', 'Quiet "keys" – ünïcode', 49.9, 7,
            '2026-01-01 10:00:00.123456+00', '2026-01-01T12:00:00.9999+02')
    """

  @Test("are answered with exactly these bytes")
  func getOne() async throws {
    let answer = try await asking(Self.keyboard) { try await $0.get("/products/keyboard") }

    #expect(answer.status == 200)
    #expect(
      answer.body == """
        {"id":"keyboard","number":1,"name":"Keyboard","description":"Quiet \\"keys\\" – ünïcode",\
        "price":49.90,"stock":7,"available":true,"version":1,\
        "created_at":"2026-01-01T10:00:00.123Z","updated_at":"2026-01-01T10:00:01.000Z"}
        """)
  }

  @Test(
    "that do not exist are 404, whatever the address holds",
    arguments: ["none", "a%20b", "%00", "%ff", "a%2Fb", "%2e%2e", "'; DROP TABLE products; --"])
  func missing(_ id: String) async throws {
    let path = "/products/" + id.replacing(" ", with: "%20")

    let answer = try await asking { try await $0.get(path) }

    #expect(answer.status == 404)
    #expect(answer.body.contains(#""documentation":"/docs/errors#"#))
    #expect(answer.body.contains(#""request_id":"00000000000000000000000000000007"}"#))
  }

  @Test("come in pages that are the whole list, once each, also while others are added")
  func pages() async throws {
    let rows = """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p-' || n, 'Product ' || n, n, n FROM generate_series(1, 23) AS n
      """
    let (sizes, ids) = try await asking(rows) { client in
      var next: String? = "/products?limit=5"
      var sizes: [Int] = []
      var ids: [String] = []
      while let path = next {
        let answer = try await client.get(path)
        try #require(answer.status == 200)
        let page = try JSONValue(parsing: Array(answer.body.utf8))
        let items = try #require(page["items"]?.items)
        sizes.append(items.count)
        ids += items.compactMap { $0["id"]?.text }
        next = page["next"]?.text
        if sizes.count == 2 {
          try await client.run("INSERT INTO products (id, name, price) VALUES ('late', 'Late', 1)")
        }
      }
      return (sizes, ids)
    }

    #expect(sizes == [5, 5, 5, 5, 4])
    #expect(ids == (1...23).map { "p-\($0)" } + ["late"])
  }

  @Test("of an empty catalogue are an empty page")
  func empty() async throws {
    let answer = try await asking { try await $0.get("/products") }

    #expect(answer.status == 200 && answer.body == #"{"items":[],"next":null}"#)
  }

  typealias Refused = (query: String, errors: String)
  static let refused: [Refused] = [
    ("limit=0", #"{"field":"limit","message":"must be a whole number from 1 to 200"}"#),
    ("limit=201", #"{"field":"limit","message":"must be a whole number from 1 to 200"}"#),
    ("limit=-1", #"{"field":"limit","message":"must be a whole number from 1 to 200"}"#),
    ("limit=1e2", #"{"field":"limit","message":"must be a whole number from 1 to 200"}"#),
    (
      "limit=99999999999999999999",
      #"{"field":"limit","message":"must be a whole number from 1 to 200"}"#
    ),
    ("cursor=7", #"{"field":"cursor","message":"must be a cursor of this list"}"#),
    (
      "page=2",
      #"{"field":"page","message":"is not one of: q, in_stock, low_stock, retired, total, limit, "#
        + #"cursor"}"#
    ),
    ("limit=5&limit=6", #"{"field":"limit","message":"must be given once"}"#),
    (
      "limit=x&cursor=y",
      #"{"field":"limit","message":"must be a whole number from 1 to 200"},"#
        + #"{"field":"cursor","message":"must be a cursor of this list"}"#
    ),
    ("limit=%zz", #"{"field":"query","message":"must be name=value pairs, percent-encoded"}"#),
  ]

  @Test("refuse what is wrong in the query, all of it at once", arguments: refused)
  func badQuery(_ example: Refused) async throws {
    let answer = try await asking { try await $0.get("/products?\(example.query)") }

    #expect(answer.status == 400)
    #expect(answer.body.contains("\"errors\":[\(example.errors)]"), "\(answer.body)")
    #expect(answer.body.contains(#""code":"invalid_request""#))
  }

  @Test("are 503 with Retry-After while the database is away, and say nothing of it")
  func away() async throws {
    let answer = try await asking(of: "host=/nowhere dbname=secret") {
      try await $0.get("/products/keyboard")
    }

    #expect(answer.status == 503 && answer.fields["Retry-After"] == "1")
    #expect(!answer.body.contains("nowhere") && !answer.body.contains("secret"))
  }
}
