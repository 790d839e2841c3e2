import EventLoop
import Glibc
import Synchronization

/// A private cluster whose server is started again when it dies, as nobody else would do that.
package final class SupervisedCluster: Sendable {
  /// Something to be logged.
  package enum Event: Sendable {
    /// The server has died and is started again.
    case died
    /// It could not be started; it is tried again.
    case startFailed(ClusterError)
  }

  /// How often the server's process is checked. Requests find out sooner.
  private static let checkMilliseconds: Int32 = 250

  private let home: String
  private let options: ClusterOptions
  /// Nil when it has been stopped.
  private let cluster: Mutex<LocalCluster?>
  private let connectionStrings: [ClusterRole: String]

  /// Starts the cluster kept in the folder, making it first when there is none.
  package init(home: String, options: ClusterOptions) throws(ClusterError) {
    let cluster = try LocalCluster.start(home: home, options: options)
    self.home = home
    self.options = options
    connectionStrings = Dictionary(
      uniqueKeysWithValues: ClusterRole.allCases.map { ($0, cluster.connectionString(as: $0)) })
    self.cluster = Mutex(cluster)
  }

  /// How libpq reaches the service's database.
  package func connectionString(as role: ClusterRole) -> String { connectionStrings[role]! }

  /// From now on checks the server, on a thread of its own, until the cluster is stopped.
  package func supervise(_ report: @escaping @Sendable (Event) -> Void) {
    let thread = SystemThread { [self] in
      while restartIfDead(report) { poll(nil, 0, Self.checkMilliseconds) }
    }
    guard let thread else { preconditionFailure("no thread left to supervise the database") }
    thread.detach()
  }

  /// Stops the server for good and waits for its end.
  package func stop() {
    cluster.withLock { cluster in
      cluster?.stop()
      cluster = nil
    }
  }

  /// False when the cluster has been stopped.
  private func restartIfDead(_ report: (Event) -> Void) -> Bool {
    cluster.withLock { cluster in
      guard let current = cluster else { return false }
      guard current.processID == nil else { return true }
      report(.died)
      // Releases the lock on the folder; no process is left to be stopped.
      current.stop()
      do throws(ClusterError) {
        cluster = try LocalCluster.start(home: home, options: options)
      } catch {
        report(.startFailed(error))
      }
      return true
    }
  }
}
