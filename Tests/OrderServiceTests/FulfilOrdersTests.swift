import EventLoop
import HTTP
import HTTPClient
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderService

@Suite("Orders that are fulfilled outside")
struct FulfilOrdersTests {
  private static let pace = OrderProcessPace(callTimeout: .seconds(5))

  /// How long an order is left alone after each of so many visits, with the service at `host`.
  private func pauses(
    after visits: Int, of host: String
  ) async throws -> [Duration] {
    let conninfo = try await MigratedDatabase.make()
    let base = try #require(BaseURL("http://\(host)"))
    return try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let queue = OrderProcessRepository(database)
      let fulfil = FulfilOrders(
        queue: queue,
        service: OrderProcessService(HTTPClient(loop: loop), at: base) { "http://here:1/\($0)" },
        pace: Self.pace, now: { .nanoseconds(loop.now.nanoseconds) })
      var random = SystemRandomNumberGenerator()
      let id = OrderID(at: Orders.Timestamp(microseconds: 0), using: &random)
      _ = try await OrderRepository(database).place(
        NewOrder(toFulfil: OrderReference("o-1")!), as: id, by: "test")

      var pauses: [Duration] = []
      for _ in 0..<visits {
        _ = try await database.write("UPDATE order_processes SET due_at = now()")
        let claim = try #require(try await queue.claim(1, lease: Self.pace.lease).first)
        let outcome = try await fulfil.visit(
          claim, claimedAt: .nanoseconds(loop.now.nanoseconds), isStopping: { false },
          seen: { _, _ in }, started: { _ in })
        guard case .recorded(_, let dueIn?) = outcome else { break }
        pauses.append(dueIn)
      }
      await database.close()
      return pauses
    }
  }

  @Test("are due again within the timeout of a call for as long as the service is away")
  func away() async throws {
    let pauses = try await pauses(after: 9, of: "127.0.0.1:1")
    #expect(pauses.count == 9)
    #expect(pauses.allSatisfy { $0 <= Self.pace.callTimeout }, "\(pauses)")
  }

  @Test("are left alone for longer and longer while their processes run")
  func running() async throws {
    let service = try await ScriptedService { call in
      let known = #"{"order_id":"o-1","status":"RUNNING"}"#
      return call.method == "POST"
        ? Response(.accepted) : Response(.ok, contentType: .json, body: Array(known.utf8))
    }
    let pauses = try await pauses(after: 9, of: service.host)
    let longest = try #require(pauses.last)
    #expect(
      longest > Self.pace.callTimeout * 2 && longest <= Self.pace.callTimeout * 6, "\(pauses)")
  }
}
