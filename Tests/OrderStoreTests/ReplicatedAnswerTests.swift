import EventLoop
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import OrderStore

/// After a crash a server shows what it has committed, also what its standby never got. If the
/// standby then takes over, that is gone.
@Suite("While the synchronous standby is away")
struct ReplicatedAnswerTests {
  private static let request = KeyedRequest(
    .init(
      token: nil, contract: "api", method: "POST", path: "/things", key: IdempotencyKey("k")!),
    content: [1])
  private static let answer = StoredAnswer(
    status: 201, contentType: nil, fields: "", body: Array("{}".utf8))

  @Test(
    "an answer that is kept is not repeated, for the standby may not have it",
    arguments: [nil, GatheredWrite.placement])
  func notRepeated(write: GatheredWrite?) async throws {
    let (server, target) = try await TestServer.withOrders()
    try await onLoop { loop in
      let database = Database(target, settings: .hasty, on: loop)
      let answers = AnswerRepository(database)
      func once() async throws -> KeyedOutcome {
        try await answers.once(Self.request, gathering: write) {
          Self.answer
        } refusal: { _ in
          nil
        }
      }
      #expect(try await once() == .answered(Self.answer))
      #expect(try await once() == .replayed(Self.answer))
      try await blocking { try server.commitsWait(for: "nobody") }
      do {
        let outcome = try await once()
        Issue.record("\(outcome)")
      } catch {
        let isUnknown = (error as? OrderError)?.isOutcomeUnknown
        #expect(isUnknown == true, "\(String(reflecting: error))")
      }
      try await blocking { try server.commitsWait(for: "") }
      #expect(try await once() == .replayed(Self.answer))
      await database.close()
    }
  }
}
