import OrderStore
import Postgres
import TestSupport
import Testing

@testable import Orders

@Suite("A callback's hint")
struct OrderProcessHintTests {
  private static let minute = Duration.seconds(60)

  /// Runs `body` over a database with the orders a and b, visited and due in a minute.
  private func visited(
    _ body: @escaping @Sendable (OrderProcessRepository, Database) async throws -> Void
  ) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let queue = OrderProcessRepository(database)
      let orders = OrderRepository(database)
      for reference in ["a", "b"] {
        var random = SystemRandomNumberGenerator()
        let id = OrderID(at: Orders.Timestamp(microseconds: 1_700_000_000_000_000), using: &random)
        _ = try await orders.place(
          NewOrder(toFulfil: OrderReference(reference)!), as: id, by: "test")
      }
      for claim in try await queue.claim(9, lease: Self.minute) {
        _ = try await queue.record(Self.running, of: claim, pause: Self.minute)
      }
      try await body(queue, database)
      await database.close()
    }
  }

  private static let running = OrderProcessVisit.Record(
    status: .inProgress, knowledge: .init(isAccepted: true, unchangedVisits: 1), starts: 1)

  @Test("makes its order due, and no other")
  func once() async throws {
    try await visited { queue, _ in
      #expect(try await queue.claim(9, lease: Self.minute).isEmpty)
      try await queue.hint(["b", "unknown", ""], gap: Self.minute)
      #expect(try await queue.claim(9, lease: Self.minute).map(\.reference) == ["b"])
    }
  }

  @Test("is not lost when it comes while somebody is at the order")
  func early() async throws {
    try await visited { queue, _ in
      try await queue.hint(["a"], gap: .zero)
      let claim = try #require(try await queue.claim(9, lease: Self.minute).first)
      try await queue.hint(["a"], gap: .zero)
      #expect(try await queue.claim(9, lease: Self.minute).isEmpty, "the claim holds")

      let recorded = try await queue.record(Self.running, of: claim, pause: Self.minute)
      #expect(recorded?.dueIn == .zero)
      #expect(try await queue.claim(9, lease: Self.minute).count == 1)
    }
  }

  @Test("that follows another one waits its time, and costs no write beyond the first")
  func flood() async throws {
    try await visited { queue, database in
      try await queue.hint(["a"], gap: Self.minute)
      let claim = try #require(try await queue.claim(9, lease: Self.minute).first)
      _ = try await queue.record(Self.running, of: claim, pause: Self.minute * 9)
      try await queue.hint(["a"], gap: Self.minute)
      #expect(try await queue.claim(9, lease: Self.minute).isEmpty)
      let due = try #require(try await queue.nextClaim(gap: .zero))
      #expect(due > .seconds(50) && due <= Self.minute)

      let before = try await database.rowVersions()
      for _ in 0..<100 { try await queue.hint(["a"], gap: Self.minute) }
      #expect(try await database.rowVersions() == before)
    }
  }
}

extension Database {
  /// Where the rows of the queue lie; one that is written again lies elsewhere.
  fileprivate func rowVersions() async throws -> String {
    try await read(
      "SELECT string_agg(ctid::text, ' ' ORDER BY order_id) FROM order_processes")[0].text(0)
  }
}
