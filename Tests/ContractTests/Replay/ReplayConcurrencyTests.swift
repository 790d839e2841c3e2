import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Twins of a request with a key")
struct ReplayConcurrencyTests {
  private static let order =
    #"{"customer_id":"c","items":[{"product_id":"keyboard","quantity":1}]}"#

  @Test("64 at once, on two loops: one order, 64 equal answers")
  func twins() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(of: conninfo) { try await $0.run(unsafe: Shelf.standard) }
    @Sendable func half() async throws -> [ContractAnswer] {
      try await asking(of: conninfo) { client in
        await together(32, on: client.database.loop) { _ in
          try? await client.send("POST", "/orders", Self.order, key: "k")
        }
        .compactMap(\.self)
      }
    }
    async let one = half()
    async let other = half()
    let answers = try await one + other

    #expect(answers.count == 64)
    #expect(Set(answers.map(\.repeated)).count == 1 && answers[0].status == 201)
    #expect(answers.count { !$0.isReplayed } == 1)
    try await asking(of: conninfo) { client in
      try await Invariants.check(client.owner)
      #expect(try await client.number("SELECT count(*) FROM orders") == 1)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'keyboard'") == 9)
    }
  }

  /// Locks the name of `POST /customers` with the key `k`, as a request that is under way does.
  private static let holdingKey = """
    BEGIN;
    SELECT claim_answers(ARRAY[answer_id(NULL, 'api', 'POST', '/customers', 'k')], '{NULL}', true)
    """

  @Test("wait as long as a lock may be waited for, and are told to ask again")
  func underWay() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let first = try await Session.open(target, on: loop)
      try await first.run(
        unsafeText: Self.holdingKey)
      var settings = PostgresSettings.patient
      settings.lockTimeout = .milliseconds(50)
      let database = Database(target, settings: settings, on: loop)
      let client = ContractClient(database)
      let body = #"{"name":"Demo Customer 1"}"#

      let waiting = try await client.send("POST", "/customers", body, key: "k")
      try await first.run(unsafeText: "ROLLBACK")
      let free = try await client.send("POST", "/customers", body, key: "k")

      #expect(waiting.status == 409 && waiting.fields["Retry-After"] == "1")
      #expect(try waiting.json["code"]?.text == "idempotency_key_under_way")
      #expect(free.status == 201 && !free.isReplayed)
      first.close()
      await database.close()
    }
  }

  @Test("wait without a connection, so that a crowd of them leaves the database to others")
  func crowd() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let holder = try await Session.open(target, on: loop)
      try await holder.run(
        unsafeText: Self.holdingKey)
      var settings = PostgresSettings.patient
      // Of three connections two can be leased.
      settings.writeConnections = 3
      let database = Database(target, settings: settings, on: loop)
      let client = ContractClient(database)
      let body = #"{"name":"Demo Customer 1"}"#

      let answers = await together(33, on: loop) { number in
        if number < 32 { return try? await client.send("POST", "/customers", body, key: "k") }
        // The last one is somebody else, who finds a connection; then the way is free.
        let other = try? await client.send("POST", "/customers", body, key: "other")
        try? await holder.run(unsafeText: "ROLLBACK")
        return other
      }
      #expect(answers.count == 33 && answers.allSatisfy { $0?.status == 201 })
      #expect(Set(answers.prefix(32).compactMap { $0?.repeated }).count == 1)
      #expect(answers.count { $0?.isReplayed == true } == 31)
      #expect(try await client.number("SELECT count(*) FROM customers") == 2)
      holder.close()
      await database.close()
    }
  }

  @Test("are told to ask again when the first took as long as may be and came to nothing")
  func slowFailure() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(of: conninfo) { try await $0.run(unsafe: Shelf.standard) }
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let holder = try await Session.open(target, on: loop)
      try await holder.run(
        unsafeText: "BEGIN; SELECT FROM products WHERE id = 'keyboard' FOR UPDATE")
      var settings = PostgresSettings.patient
      settings.lockTimeout = .milliseconds(1_100)
      let database = Database(target, settings: settings, on: loop)
      let client = ContractClient(database)

      let answers = await together(8, on: loop) { _ in
        try? await client.send("POST", "/orders", Self.order, key: "k")
      }
      try await holder.run(unsafeText: "ROLLBACK")
      let later = try await client.send("POST", "/orders", Self.order, key: "k")

      #expect(answers.map { $0?.status ?? 0 }.sorted() == Array(repeating: 409, count: 7) + [503])
      #expect(later.status == 201 && !later.isReplayed)
      holder.close()
      await database.close()
    }
  }

  @Test("take over when the first comes to nothing, and see when it was another request")
  func takeOver() async throws {
    try await ordering { client in
      let bodies = [#"{"customer_id":7}"#, #"{"customer_id":8}"#, Self.order, Self.order, "{}"]
      let answers = await together(bodies.count, on: client.database.loop) { number in
        try? await client.send("POST", "/orders", bodies[number], key: "k")
      }
      let orders = try await client.number("SELECT count(*) FROM orders")
      #expect(answers.map { $0?.status } == [400, 400, 201, 201, 422] && orders == 1)
    }
  }
}
