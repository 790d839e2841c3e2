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
      try await blocking { try server.commitsWait(for: "nobody") }

      #expect(try await knowing.page(after: .start, size: 1).events.count == 1)
      await #expect(throws: OrderError.self) { try await knowing.page(after: .start, size: 2) }
      let fresh = FeedRepository(database)
      await #expect(throws: OrderError.self) { try await fresh.page(after: .start, size: 1) }
      await #expect(throws: OrderError.self) { try await fresh.head() }
      await #expect(throws: OrderError.self) { try await fresh.event(at: 1) }

      try await blocking { try server.commitsWait(for: "") }
      #expect(try await fresh.page(after: .start, size: 2).events.count == 2)
      #expect(try await fresh.head().position == 2)
      await database.close()
    }
  }
}
