import EventLoop
import Glibc
import Postgres
import PrivateCluster
import Synchronization
import Telemetry
import TestSupport

/// Tasks that read, write and transact without end, and count what they are told.
final class Load: @unchecked Sendable {
  private let database: Database
  private let loop: EventLoop
  private let counts = Mutex((successes: 0, refusals: 0, others: [String]()))
  private var running = 0
  private var isStopping = false

  /// Starts on the loop.
  init(_ database: Database, on loop: EventLoop) {
    self.database = database
    self.loop = loop
    for index in 0..<16 {
      running += 1
      loop.spawn { await self.run(index) }
    }
  }

  var successes: Int { counts.withLock { $0.successes } }
  var refusals: Int { counts.withLock { $0.refusals } }
  /// Errors that no restart explains.
  var others: [String] { counts.withLock { $0.others } }
  var openConnections: Int { database.metrics.connectionsOpen.value }
  var waiting: Int { database.metrics.waiting.value }

  func stop() async {
    isStopping = true
    while running > 0 { await pause(.milliseconds(5), on: loop) }
    await database.close()
  }

  private func run(_ index: Int) async {
    while !isStopping {
      do throws(PostgresError) {
        switch index % 3 {
        case 0: _ = try await database.read("SELECT \(index)")
        case 1: _ = try await database.write("SELECT \(index)")
        default:
          _ = try await database.transaction { tx async throws(PostgresError) in
            try await tx.run("SELECT \(index)")
          }
        }
        counts.withLock { $0.successes += 1 }
      } catch {
        counts.withLock {
          $0.refusals += 1
          if !error.isUnavailable { $0.others.append(String(reflecting: error)) }
        }
      }
      await pause(.milliseconds(2), on: loop)
    }
    running -= 1
  }
}

/// Starts a cluster of a test's own without holding up the pool that other tests run on.
func startCluster(_ home: String, connectionsMax: Int = 100) async throws -> LocalCluster {
  try await blocking {
    try LocalCluster.start(
      home: home, options: ClusterOptions(durable: false, connectionsMax: connectionsMax))
  }
}
