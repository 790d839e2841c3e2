import EventLoop
import OrderStore
import Postgres
import TestSupport
import Testing

@testable import Orders

@Suite("The queue of orders to be fulfilled")
struct OrderProcessRepositoryTests {
  private static let minute = Duration.seconds(60)

  /// Runs `body` on a loop of its own over the database.
  private func asking<Result: Sendable>(
    _ conninfo: String,
    _ body: @escaping @Sendable (OrderProcessRepository, Database) async throws -> Result
  ) async throws -> Result {
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let result = try await body(OrderProcessRepository(database), database)
      await database.close()
      return result
    }
  }

  /// Runs `body` over a database with so many new orders: o1, o2 …
  private func queueing<Result: Sendable>(
    _ count: Int,
    _ body: @escaping @Sendable (OrderProcessRepository, Database) async throws -> Result
  ) async throws -> Result {
    try await asking(try await MigratedDatabase.make()) { queue, database in
      try await database.place(count)
      let result = try await body(queue, database)
      try await Invariants.check(database)
      return result
    }
  }

  private static let running = OrderProcessVisit.Record(
    status: .inProgress, knowledge: .init(isAccepted: true, unchangedVisits: 1), starts: 1)

  @Test("gives every order to one worker alone, however many ask at once")
  func claims() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(conninfo) { _, database in try await database.place(60) }
    @Sendable func claim() async throws -> [String] {
      try await asking(conninfo) { queue, database in
        await together(10, on: database.loop) { _ in
          (try? await queue.claim(7, lease: Self.minute)) ?? []
        }.joined().map(\.reference)
      }
    }
    async let first = claim()
    async let second = claim()
    let claimed = try await first + second
    #expect(claimed.count == 60)
    #expect(Set(claimed).count == 60)
  }

  @Test("gives an order to another worker when a claim has run out, and then believes only him")
  func lapse() async throws {
    try await queueing(1) { queue, database in
      let lost = try #require(try await queue.claim(9, lease: .zero).first)
      let found = try #require(try await queue.claim(9, lease: Self.minute).first)
      #expect(lost.number == 1 && found.number == 2)
      #expect(try await queue.claim(9, lease: Self.minute).isEmpty)

      var end = Self.running
      end.status = .completed
      #expect(try await queue.record(end, of: lost, pause: .zero) == nil)
      #expect(try await database.status("o1") == "new")
      #expect(try await queue.record(Self.running, of: found, pause: Self.minute) != nil)
      #expect(try await queue.record(end, of: found, pause: .zero) == nil, "once is enough")
      #expect(try await database.status("o1") == "in_progress")
    }
  }

  @Test("keeps what a visit has learned for the next one")
  func knowledge() async throws {
    try await queueing(2) { queue, database in
      let claims = try await queue.claim(9, lease: Self.minute)
      #expect(claims.map(\.knowledge) == [.init(), .init()])
      let known = OrderProcessVisit.Knowledge(
        isAccepted: true, unchangedVisits: 3, unknownVisits: 2)
      let record = OrderProcessVisit.Record(
        status: .inProgress, knowledge: known, starts: 1,
        problem: String(repeating: "é", count: 300))
      let outcome = try await queue.record(record, of: claims[0], pause: .seconds(7))
      let dueIn = try #require(outcome?.dueIn)
      #expect(dueIn > .seconds(6) && dueIn <= .seconds(7))
      let next = try #require(try await queue.nextClaim(gap: .zero))
      #expect(next > .seconds(5) && next <= .seconds(7))

      _ = try await database.write("UPDATE order_processes SET due_at = now()")
      let again = try await queue.claim(9, lease: Self.minute)
      #expect(again.first { $0.id == claims[0].id }?.knowledge == known)
      #expect(
        try await database.read(
          "SELECT starts, char_length(problem) FROM order_processes WHERE starts > 0"
        )[0].int(1) == 200)
    }
  }

  @Test("lets a final order go, whoever made it final, and never moves it again")
  func final() async throws {
    try await queueing(3) { queue, database in
      let claims = try await queue.claim(9, lease: Self.minute)
        .sorted { $0.reference < $1.reference }
      var end = Self.running
      end.status = .failed
      let ended = try #require(try await queue.record(end, of: claims[0], pause: .zero))
      #expect(ended.dueIn == nil)
      _ = try await database.write(
        "UPDATE orders SET status = 'completed' WHERE reference = 'o2'")
      #expect(try await queue.record(Self.running, of: claims[1], pause: .zero) == nil)

      #expect(try await database.status("o1") == "failed")
      #expect(try await database.status("o2") == "completed")
      let left = try await database.read("SELECT order_id FROM order_process_overview")
      #expect(left.count == 1)
      let backlog = try await queue.backlog()
      #expect(backlog.created == 1 && backlog.processing == 0)
    }
  }

  @Test("records visits that end at the same moment together")
  func batch() async throws {
    try await queueing(40) { queue, database in
      let claims = try await queue.claim(40, lease: Self.minute)
      let recorded = await together(40, on: database.loop) { place in
        var record = Self.running
        if place.isMultiple(of: 2) { record.status = .completed }
        return (try? await queue.record(record, of: claims[place], pause: .zero)) ?? nil
      }
      #expect(recorded.count { $0 != nil } == 40)
      #expect(recorded.count { $0?.dueIn != nil } == 20)
      let backlog = try await queue.backlog()
      #expect(backlog.created == 0 && backlog.processing == 20)
    }
  }

  @Test("passes over what somebody has locked, and does not ask for it without end")
  func locked() async throws {
    try await queueing(2) { queue, database in
      try await database.transaction { (transaction) throws(PostgresError) in
        _ = try await transaction.run(
          """
          SELECT FROM order_processes JOIN orders ON id = order_id
           WHERE reference = 'o1' FOR UPDATE OF order_processes
          """)
        let claims = try await queue.claim(9, lease: Self.minute)
        #expect(claims.map(\.reference) == ["o2"])
        #expect(try await queue.nextClaim(gap: .seconds(30)) == .seconds(30))

        _ = try await queue.record(Self.running, of: claims[0], pause: .seconds(20))
        let next = try await queue.nextClaim(gap: .seconds(30)) ?? .zero
        #expect(next > .zero && next <= .seconds(20), "another one is due before")
      }
      #expect(try await queue.claim(9, lease: Self.minute).map(\.reference) == ["o1"])
    }
  }

  @Test("tells those who listen of a new order when it is committed")
  func wakeUp() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(conninfo) { _, database in
      let heard = Heard()
      let notifications = Notifications(
        try ConnectionString(conninfo), channels: [OrderProcessRepository.wakeUpChannel],
        settings: .patient,
        on: database.loop
      ) { heard.events.append($0) }
      try await eventually("it listens") { heard.events == [.listening] }
      try await database.place(3)
      try await eventually("it was told, once for all") { heard.events.count == 2 }
      notifications.close()
    }
  }

  private final class Heard {
    var events: [Notifications.Event] = []
  }
}

extension Database {
  /// Places orders to be fulfilled: o1, o2 …
  fileprivate func place(_ count: Int) async throws {
    guard count > 0 else { return }
    let orders = OrderRepository(self)
    let failures = await together(count, on: loop) { number in
      var random = SystemRandomNumberGenerator()
      let moment = Orders.Timestamp(microseconds: 1_700_000_000_000_000)
      let new = NewOrder(toFulfil: OrderReference("o\(number + 1)")!)
      return try? await orders.place(new, as: OrderID(at: moment, using: &random), by: "test")
    }.filter { $0 == nil }
    try #require(failures.isEmpty)
  }

  fileprivate func status(_ reference: String) async throws -> String {
    try await read("SELECT status FROM orders WHERE reference = \(reference)")[0].text(0)
  }
}
