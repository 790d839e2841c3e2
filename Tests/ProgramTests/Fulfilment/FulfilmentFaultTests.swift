import Glibc
import Postgres
import TestSupport
import Testing

@testable import order_process_standin

/// A thousand orders while everything goes wrong that may: the service is killed ten times, the
/// process service twice (so that it forgets everything), answers and callbacks get lost, come
/// late, early or twice, and every id reads the same as another one.
@Suite("Fulfilment, when everything goes wrong")
struct FulfilmentFaultTests {
  private static let orders = 1_000
  private static let kills = 10
  /// Before which of the service's deaths the process service dies, too.
  private static let amnesias: Set = [3, 7]

  private static let faults = [
    "--process-min-ms", "20", "--process-max-ms", "300", "--failure-rate", "0.2",
    "--forget-rate", "0.03", "--refusal-rate", "0.05", "--lost-answer-rate", "0.1",
    "--silence-rate", "0.02", "--delay-rate", "0.1", "--delay-max-ms", "400",
    "--lost-callback-rate", "0.2", "--doubled-callback-rate", "0.2", "--early-callback-rate", "0.1",
    "--retry-pause-ms", "100",
  ]

  @Test("every order ends as the process service says, with one process at a time")
  func everything() async throws {
    let seed = Int.random(in: 0...1_000_000)
    let folder = try TemporaryFolder()
    let options = Self.faults + ["--journal", folder.path + "/journal", "--seed", "\(seed)"]
    var standin = try await RunningStandin(options)
    let standinPort = standin.port
    var variables = [
      "DATABASE_URL": try await MigratedDatabase.make(), "LOG_LEVEL": "notice",
      "WAYBILL_ORDER_PROCESS_URL": "http://127.0.0.1:\(standinPort)",
      "WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "200",
    ]
    var program = try RunningProgram(variables)
    let client = FulfilmentClient(port: try await program.port())
    variables["PORT"] = "\(client.port)"

    async let placed: Void = Self.placeAll(client, seed)
    for kill in 1...Self.kills {
      // A life lasts until some more orders are final, so that each dies in the midst of work.
      let goal = Self.orders * kill / (Self.kills + 1)
      try await eventually("\(goal) orders are final; seed \(seed)") {
        let list = try? await blocking { try client.list() }
        return (list ?? []).count { Self.isFinal($0.status) } >= goal
      }
      if Self.amnesias.contains(kill) {
        try await standin.kill()
        standin = try await RunningStandin(options, port: standinPort)
      }
      program.signal(SIGKILL)
      _ = await program.exitCode()
      program = try RunningProgram(variables)
      _ = try await program.port()
    }
    try await placed
    try await eventually("all orders are final; seed \(seed)") {
      try await blocking { try client.list() }.count { Self.isFinal($0.status) } == Self.orders
    }

    let list = try await blocking { try client.list() }
    let journal = try #require(folder.text(of: "journal"))
    let ledger = try #require(Ledger(journal: journal))
    #expect(ledger.doubleStarts.isEmpty, "seed \(seed)")
    let ids = Set(list.map { Array($0.id.utf8) })
    #expect(ids == Set(ledger.orders.all.map { Array($0.order.utf8) }), "seed \(seed)")
    for (order, status) in list {
      let verdict = ledger.orders[order]?.verdict
      #expect(
        verdict == (status == "FULFILLED" ? .succeeded : .failed), "\(order); seed \(seed)")
    }
    for word in [Record.Kind.refused, .lost, .silent, .delayed, .lostCallback, .earlyCallback] {
      #expect(ledger.counts[word, default: 0] > 0, "\(word) never happened; seed \(seed)")
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  private static func isFinal(_ status: String) -> Bool {
    status == "FULFILLED" || status == "FAILED"
  }

  /// Two orders each have ids that read the same and have different bytes.
  private static func id(_ number: Int) -> String {
    "order-\(number / 2)-" + (number.isMultiple(of: 2) ? "\u{E9}" : "e\u{301}")
  }

  /// Places every order, and those whose answer was lost again: 409 says that they are there.
  private static func placeAll(_ client: FulfilmentClient, _ seed: Int) async throws {
    for number in 0..<orders {
      try await eventually("order \(number) is taken; seed \(seed)") {
        let answer = try await blocking { client.place(Self.id(number)) }
        return answer == 201 || answer == 409
      }
    }
  }
}
