import Glibc
import Postgres
import PrivateCluster

/// Stops one of two instances under load, several times, and measures how long the clients of the
/// other one wait. Each order that either instance has answered must be in the database.
struct PausedInstance {
  private static let times = 5
  private static let seconds = 4

  let bench: WorkBench

  func printFigures() throws {
    let (other, paused) = (try bench.service(), try bench.service())
    print("orders with keys over 20 products, 32 clients of each of two instances, ms")
    var calm = try run(other, paused, pause: false)
    print("  both run: \(calm.median.oneDecimal) p50, \(calm.worst.oneDecimal) worst")
    var answered = calm.answered
    for _ in 0..<Self.times {
      calm = try run(other, paused, pause: true)
      answered += calm.answered
      print(
        "  one stopped for 2 s: \(calm.median.oneDecimal) p50, \(calm.worst.oneDecimal) worst of "
          + "the other one, \(calm.refused) of its requests refused, "
          + "\(calm.refusedByPaused) of the stopped one")
    }
    let (orders, keys) = (try bench.count("orders"), try bench.count("idempotency_keys"))
    print("  \(answered) orders answered, \(orders) in the database, \(keys) keys")
    _ = try other.stop()
    _ = try paused.stop()
    // wrk has sent some requests at its end that it does not count.
    guard orders >= answered, orders == keys else { throw LabError("orders were lost or doubled") }
  }

  private struct Figures {
    let median: Double
    let worst: Double
    let refused: Int
    let refusedByPaused: Int
    let answered: Int
  }

  private func run(_ other: Service, _ paused: Service, pause: Bool) throws -> Figures {
    let loads = try [other, paused].map {
      try bench.start(
        .placeWithKey, on: $0, connections: 32, seconds: Self.seconds, products: 1...20)
    }
    if pause {
      usleep(UInt32.random(in: 800_000...1_200_000))
      kill(paused.pid, SIGSTOP)
      sleep(2)
      kill(paused.pid, SIGCONT)
    }
    let results = try loads.map { try $0.result() }
    guard results.allSatisfy({ $0.unanswered == 0 }) else {
      throw LabError("not every request was answered")
    }
    return Figures(
      median: results[0].median, worst: results[0].worst, refused: Int(results[0].refused),
      refusedByPaused: Int(results[1].refused),
      answered: Int(results.reduce(0) { $0 + $1.requests - $1.refused }))
  }
}
