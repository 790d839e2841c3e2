import HTTP
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Every route that changes something")
struct ReplayRoutesTests {
  @Test("answers with a key what it answers without one, once, and then again and again")
  func everyRoute() async throws {
    let plain = try await ordering { try await Self.run($0) { try await $0.send($1, []) } }
    let keyed = try await ordering { client in
      try await Self.run(client) { client, request in
        let first = try await client.send(request, ["Idempotency-Key: k"])
        let before = try await client.digest()
        let again = try await client.send(request, ["Idempotency-Key: k"])
        #expect(again.repeated == first.repeated, "\(request)")
        #expect(again.isReplayed && !first.isReplayed, "\(request)")
        #expect(try await client.digest() == before, "\(request) has no second effect")
        return first
      }
    }

    #expect(plain.map(\.shape) == keyed.map(\.shape))
    #expect(keyed.allSatisfy { (200..<300).contains($0.status) })
  }

  /// What ends the backend when all of the effect is done: before the commit, or in it.
  private static let deaths = [
    "CREATE TRIGGER die AFTER INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION die()",
    """
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON idempotency_keys DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
    """,
  ]

  @Test("leaves nothing behind when its backend dies, and is done by the retry", arguments: deaths)
  func everyDeath(_ trigger: String) async throws {
    try await ordering { client in
      try await client.run(
        unsafe: """
          CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$
          """)
      try await client.run(unsafe: trigger)
      let answers = try await Self.run(client) { client, request in
        try await client.run("ALTER TABLE idempotency_keys ENABLE TRIGGER die")
        client.outage.isWanted = true
        let before = try await client.digest()
        let killed = try await client.send(request, ["Idempotency-Key: k"])
        let after = try await client.digest()
        #expect(killed.status == 503 && after == before, "\(request) \(killed.body)")
        try await client.run("ALTER TABLE idempotency_keys DISABLE TRIGGER die")
        client.outage.isWanted = false
        return try await client.send(request, ["Idempotency-Key: k"])
      }
      #expect(answers.allSatisfy { (200..<300).contains($0.status) && !$0.isReplayed })
    }
  }

  /// Sends the changes of every contract, of which there is one for each route that changes data.
  private static func run(
    _ client: ContractClient,
    _ send: (ContractClient, Example) async throws -> ContractAnswer
  ) async throws -> [ContractAnswer] {
    let shopper = try await client.shopper()
    var answers: [ContractAnswer] = []
    for tested in TestedContract.all {
      func example(_ method: String, _ target: String, _ body: String) -> Example {
        Example(
          method: method, target: tested.base + target, body: body, token: shopper.token.secret)
      }
      var order = ""
      if let body = tested.order {
        _ = try await client.send(example("POST", "/orders", body), [])
        let ids: SQL = "SELECT id::text FROM orders WHERE channel = \(tested.contract.name)"
        order = try await client.database.read(ids)[0].text(0)
      }
      var completed = ""
      if tested.changes.contains(where: { $0.target.contains("{completed}") }) {
        let sold = try await client.send(example("POST", "/orders", tested.order ?? ""), [])
        completed = try #require(try sold.json["id"]?.text)
        for status in ["in_progress", "completed"] {
          let body = #"{"status":"\#(status)"}"#
          _ = try await client.send(example("PATCH", "/orders/\(completed)/status", body), [])
        }
      }
      #expect(tested.changes.map(\.route).sorted() == tested.contract.changingRoutes.sorted())
      for change in tested.changes {
        let target = change.target.replacing("{order}", with: order)
          .replacing("{completed}", with: completed)
        let method = String(change.route.prefix { $0 != " " })
        answers.append(try await send(client, example(method, target, change.body)))
      }
    }
    return answers
  }

  struct Example {
    let method: String
    let target: String
    let body: String
    let token: String
  }
}

extension ContractClient {
  fileprivate func send(
    _ request: ReplayRoutesTests.Example, _ fields: [String]
  ) async throws -> ContractAnswer {
    let token = request.target.hasPrefix("/shop/") ? ["Authorization: Bearer \(request.token)"] : []
    return try await send(
      request.method, request.target, request.body,
      fields: ["Content-Type: application/json"] + token + fields)
  }
}

extension Contract {
  /// `POST /orders` for each route that changes data. One that never waits asks no database, so
  /// there is nothing that could be done twice.
  fileprivate var changingRoutes: [String] {
    routes.filter { $0.mayWait && $0.method != .get }.map { "\($0.method.name) \($0.path.text)" }
  }
}

extension ContractAnswer {
  /// What two answers of the same kind have in common: no two orders have one id or one time.
  fileprivate var shape: String {
    let id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/
    let fields = fields.map { "\($0.key): \($0.value)" }.sorted().joined(separator: "\n")
    return "\(status) \(type ?? "")\n\(fields)\n\(timeless)"
      .replacing(id, with: "ID").replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z/, with: "T")
  }
}
