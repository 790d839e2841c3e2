import HTTP
import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Every route")
struct EveryRouteTests {
  @Test("refuses a body that is no JSON object, and nothing is left of it")
  func documents() async throws {
    try await walking { walk, entry in
      guard !entry.bodies.isEmpty else { return }
      let target = try await walk.client.address(for: entry, of: walk.shopper)
      try await walk.leavingNoTrace(entry) {
        for (name, text) in Hostile.documents {
          let answer = try await walk.ask(entry, target, text)
          #expect(answer.status == 400, "\(entry) with \(name): \(answer.body)")
        }
      }
    }
  }

  @Test("answers any value in the place of any other, and a refused one leaves nothing behind")
  func values() async throws {
    try await walking { walk, entry in
      for body in entry.bodies {
        let target = try await walk.client.address(for: entry, of: walk.shopper)
        var refused: [String] = []
        for variant in body.variants({ _ in Hostile.values }) {
          let answer = try await walk.ask(entry, target, variant.sent)
          if answer.status >= 400 { refused.append(variant.sent) }
        }
        #expect(!refused.isEmpty, "\(entry)")
        try await walk.leavingNoTrace(entry) {
          for text in refused {
            let answer = try await walk.ask(entry, target, text)
            #expect(answer.status >= 400, "\(entry) was refused before: \(text.prefix(200))")
          }
        }
      }
    }
  }

  @Test(
    "refuses fields that callers may not set, or ignores them where the contract says so",
    arguments: ["version", "created_at", "channel", "hidden_at", "is_admin", "__proto__"])
  func foreignFields(_ name: String) async throws {
    try await walking { walk, entry in
      let tested = try #require(TestedContract.named(entry.contract))
      for body in entry.bodies {
        let target = try await walk.client.address(for: entry, of: walk.shopper)
        for variant in body.variants(adding: .init(key: name, value: .string("2000"))) {
          let answer = try await walk.ask(entry, target, variant.sent)
          if tested.ignoresUnknownFields {
            #expect(answer.status < 300 || answer.status == 409, "\(entry): \(answer.body)")
          } else {
            #expect(answer.status == 400, "\(entry): \(answer.body)")
          }
        }
      }
    }
  }

  @Test("takes no text of an address for anything but a name")
  func addresses() async throws {
    try await walking { walk, entry in
      guard entry.hasValues else { return }
      let body = entry.bodies.first?.sent ?? ""
      let harmless = try await walk.ask(entry, entry.target(["nobody-has-this"]), body).status
      try await walk.leavingNoTrace(entry) {
        for text in Hostile.texts {
          let answer = try await walk.ask(entry, entry.target([text]), body)
          // What is longer than any id, or a number, may be told apart from one that nobody has.
          #expect(
            [harmless, 400, 404].contains(answer.status), "\(entry) at \(text): \(answer.body)")
        }
        for text in ["%", "%2", "%zz", "%00", "%ff", "%c0%af", "%ed%a0%80"] {
          let target = entry.target(["mark"]).replacing("mark", with: text)
          let answer = try await walk.ask(entry, target, body)
          #expect([harmless, 400, 404].contains(answer.status), "\(entry) at \(target)")
        }
      }
    }
  }

  @Test("takes no text of a query for anything but what the parameter is for")
  func queries() async throws {
    try await walking { walk, entry in
      let target = try await walk.client.address(for: entry, of: walk.shopper)
      guard entry.route.method == .get else { return }
      let numbers = Hostile.numbers.filter { $0.count < 100 }
      let texts = Hostile.texts.filter { $0.utf8.count < 2_000 } + numbers
      try await walk.leavingNoTrace(entry) {
        for name in entry.route.description.queryNames + ["unknown"] {
          for text in texts {
            let query = "?\(PercentCoding.encode(name))=\(PercentCoding.encode(text))"
            _ = try await walk.ask(entry, target + query)
          }
        }
        for query in ["?", "?&&", "?=", "?%", "?%00=1", "?a=%ff", "?limit=1&limit=2"] {
          _ = try await walk.ask(entry, target + query)
        }
      }
    }
  }
}

/// A walk over all routes of the table, by somebody who may use each.
struct Walk {
  /// Words of ours that no answer has a place for.
  private static let secrets = [
    "FROM ", "pg_catalog", "pg_temp", "SQLSTATE", "PGRES", "violates", "_pkey", "_fkey", "_key\"",
    "plpgsql", "libpq", ".swift", "Fatal", "wb_",
  ]

  let client: ContractClient
  let shopper: Shopper

  /// Asks, and looks at what every answer must be, whatever was asked.
  func ask(_ entry: MountedRoute, _ target: String, _ body: String = "") async throws
    -> ContractAnswer
  {
    let answer = try await client.ask(entry, target, body, as: shopper)
    let question = "\(entry) \(target.prefix(200)) \(body.prefix(200))"
    #expect(answer.status < 500, "\(question): \(answer.body)")
    #expect(
      !answer.fields.values.contains { $0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }, "\(question)"
    )
    // The documents speak of tokens and keys; they are the same whoever asks. A new token is shown,
    // this once.
    if entry.contract != "operations", answer.status != 201 || !target.hasPrefix("/tokens") {
      let secrets = Self.secrets.filter { answer.body.contains($0) && !body.contains($0) }
      #expect(secrets == [], "\(question): \(answer.body)")
    }
    if answer.type == "application/json" {
      #expect(throws: Never.self, "\(question): \(answer.body)") { try answer.json }
    }
    return answer
  }

  /// Runs `body`, after which the database must hold what it held before.
  func leavingNoTrace(_ entry: MountedRoute, _ body: () async throws -> Void) async throws {
    let before = try await client.digest()
    try await body()
    #expect(try await client.digest() == before, "\(entry) has left traces")
  }
}

/// Runs `body` for every route of the table over one database, whose invariants hold at the end.
private func walking(
  _ body: @escaping @Sendable (Walk, MountedRoute) async throws -> Void
) async throws {
  try await ordering(
    """
    INSERT INTO products (id, name, price, stock)
    VALUES ('keyboard', 'Keyboard', 49.90, 1000000), ('mouse', 'Mouse', 19.90, 1000000),
           ('ABC123', 'Lamp', 9, 1000000)
    """
  ) { client in
    let walk = Walk(client: client, shopper: try await client.shopper())
    for entry in client.routes { try await body(walk, entry) }
  }
}
