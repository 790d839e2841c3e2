import EventLoop
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import OrderStore

/// While a primary dies, its commits that wait for the standby can be seen for a moment. The server
/// that takes over has other events at their positions.
@Suite("While the synchronous standby is away, the feed")
struct ReplicatedFeedTests {
  @Test("shows what the standby is known to have, and nothing else")
  func showsTheReplicated() async throws {
    let (server, target) = try await TestServer.withOrders()
    try await onLoop { loop in
      let database = Database(target, settings: .hasty, on: loop)
      let knowing = FeedRepository(database)
      _ = try await database.write("INSERT INTO customers (id) VALUES ('a'), ('b')")
      #expect(try await knowing.sequence() == 2)
      // A standby that is there is played by nobody having to wait for it.
      try await blocking { try server.commitsWait(for: "nobody", while: "local") }
      #expect(try await knowing.page(after: .start, size: 1).events.count == 1)
      _ = try await database.write("INSERT INTO customers (id) VALUES ('c')")
      #expect(try await knowing.sequence() == 1)
      try await blocking { try server.commitsWait(for: "nobody") }

      #expect(try await knowing.page(after: .start, size: 2).events.count == 2)
      await #expect(throws: OrderError.self) { try await knowing.page(after: .start, size: 3) }
      let fresh = FeedRepository(database)
      await #expect(throws: OrderError.self) { try await fresh.page(after: .start, size: 1) }
      await #expect(throws: OrderError.self) { try await fresh.head() }
      await #expect(throws: OrderError.self) { try await fresh.event(at: 1) }

      try await blocking { try server.commitsWait(for: "") }
      #expect(try await fresh.page(after: .start, size: 3).events.count == 3)
      #expect(try await fresh.head().position == 3)
      await database.close()
    }
  }

  @Test("says of no cursor that its history has changed, as a server that was replaced would")
  func refusesNothing() async throws {
    let (server, target) = try await TestServer.withOrders()
    try await onLoop { loop in
      let database = Database(target, settings: .hasty, on: loop)
      let feed = FeedRepository(database)
      let other = FeedCursor(position: 1, mark: 1)
      try await blocking { try server.commitsWait(for: "nobody") }
      let error = await #expect(throws: OrderError.self) {
        try await feed.page(after: other, size: 1)
      }
      #expect(error?.isPassing == true)

      try await blocking { try server.commitsWait(for: "") }
      await #expect(throws: OrderError.historyChanged) {
        try await feed.page(after: other, size: 1)
      }
      await database.close()
    }
  }

  @Test("shows nothing that another standby has and the primary does not show")
  func replicaAhead() async throws {
    let (server, target) = try await TestServer.withOrders()
    let standby = try await blocking {
      let standby = try TestServer(standbyOf: server)
      try standby.start()
      return standby
    }
    try await onLoop { loop in
      let copy = MigratedDatabase.as(.service, standby.connectionString(database: "orders"))
      let replicas = Replicas(try ConnectionString(copy), lagMax: .seconds(60))
      let monitor = ReplicaMonitor(replicas, primary: target, on: loop)
      monitor.start()
      let plain = Database(target, settings: .patient, on: loop)
      let database = Database(target, settings: .hasty, replicas: replicas, on: loop)
      let feed = FeedRepository(database)
      let copies = try #require(CopyReads(database))
      func page() async throws -> FeedPage {
        try await copies.fromAnyCopy(by: 1, at: nil) { try await feed.page(after: .start, size: 9) }
      }
      _ = try await plain.write("INSERT INTO customers (id) VALUES ('a')")
      #expect(try await feed.sequence() == 1)
      _ = try await plain.write("INSERT INTO customers (id) VALUES ('b')")
      try await blocking { try server.commitsWait(for: "nobody") }
      async let tick = blocking {
        try server.sql("SELECT waybill.sequence_events()", database: "orders")
      }
      try await blocking {
        try standby.wait(
          until: "SELECT max(first_position) = 2 FROM waybill.feed_ticks", database: "orders")
      }
      var seen: [Int] = []
      var isPutOff = false
      let end = loop.now + .seconds(60)
      while seen.allSatisfy({ $0 == 1 }), !isPutOff, loop.now < end {
        do {
          // The primary, which may be asked as well, shows one.
          seen.append(try await page().events.count)
        } catch {
          isPutOff = (error as? OrderError)?.isPassing ?? false
        }
      }
      #expect(isPutOff, "shown: \(seen)")

      try await blocking { try server.commitsWait(for: "") }
      _ = try await tick
      let events = try await page()
      #expect(events.events.count == 2)
      #expect(try await FeedRepository(plain).page(after: events.next, size: 1).events.isEmpty)
      await monitor.stop()
      await database.close()
      await plain.close()
    }
  }
}
