import OrderStore
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Requests with keys that wait together")
struct SharedTransactionTests {
  private static func order(_ product: String) -> String {
    #"{"customer_id":"c","items":[{"product_id":"\#(product)","quantity":1}]}"#
  }

  @Test("share a few transactions, and each has its own answer, also when it is sent again")
  func shared() async throws {
    try await ordering { client in
      func round() async -> [ContractAnswer?] {
        await together(60, on: client.database.loop) { index in
          // Every third is refused: nothing of it is in stock.
          try? await client.send(
            "POST", "/orders", Self.order(index % 3 == 0 ? "webcam" : "dime"), key: "k-\(index)")
        }
      }
      let before = client.database.metrics.transactions.value
      let first = await round()
      let used = client.database.metrics.transactions.value - before
      let again = await round()

      #expect(used < 10, "\(used) transactions")
      for (index, (answer, repetition)) in zip(first, again).enumerated() {
        #expect(answer?.status == (index % 3 == 0 ? 409 : 201))
        #expect(answer?.isReplayed == false && repetition?.isReplayed == true)
        #expect(answer?.repeated == repetition?.repeated)
      }
      let orders = try await client.number("SELECT count(*) FROM orders")
      let stock = try await client.number("SELECT stock FROM products WHERE id = 'dime'")
      let keys = try await client.number("SELECT count(*) FROM idempotency_keys")
      #expect(orders == 40 && stock == 960 && keys == 60)
    }
  }

  @Test("do not wait for one whose key is in use elsewhere")
  func keyInUse() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let database = Database(target, settings: .patient, on: loop)
      let client = ContractClient(database)
      try await client.run(unsafe: Shelf.standard)
      let holder = try await Session.open(target, on: loop)
      try await holder.run(
        unsafeText: """
          BEGIN;
          SELECT claim_answers(ARRAY[answer_id(NULL, 'api', 'POST', '/orders', 'k-0')], '{NULL}',
                               true)
          """)

      // The key is given back when all others have their answers, so they did not wait for it.
      var left = 29
      let statuses = await together(30, on: loop) { index in
        let answer = try? await client.send(
          "POST", "/orders", Self.order("dime"), key: "k-\(index)")
        if index > 0 {
          left -= 1
          if left == 0 { try? await holder.run(unsafeText: "ROLLBACK") }
        }
        return answer?.status ?? 0
      }

      #expect(statuses == Array(repeating: 201, count: 30))
      holder.close()
      await database.close()
    }
  }
}
