import Glibc
import Synchronization

/// A private PostgreSQL server: its data in a folder, reached over a Unix socket only, started
/// and stopped with the process that owns it, its data kept between runs.
///
/// Every call blocks, so it is for start-up and stopping, never for an event loop's thread.
package final class LocalCluster: Sendable {
  /// A larger log is emptied at the start. While the server runs, little is written to it.
  static let logBytesMax = 8 << 20
  /// Replaying a gigabyte of WAL after a power cut takes a minute or two on a slow disk.
  static let startSecondsMax = 300
  static let initializeSecondsMax = 120
  /// How long a fast shutdown may take, which writes what memory holds to disk. After that the
  /// server is killed.
  static let stopSecondsMax = 60

  private let folders: ClusterFolders
  private let connection: ClusterConnection
  private let server: ChildProcess
  private let lock: Mutex<ClusterLock?>

  /// Starts the cluster kept in the folder, making it first when there is none.
  package static func start(
    home: String, options: ClusterOptions = ClusterOptions()
  ) throws(ClusterError) -> LocalCluster {
    try ClusterFiles.makeFolders(home)
    let folders = try ClusterFolders(home: home)
    let user = try ServerUser.choose(home: folders.home)
    try user.refuseUnreachable(folders.home)
    let lock = try ClusterLock(folders, user: user)
    let binaries = try ServerBinaries.find(writerOfData: folders.dataVersion())
    try ServerProcesses(folders: folders, user: user).clear()

    let log = try ClusterFiles.open(folders.log, of: user)
    defer { close(log) }
    if lseek(log, 0, SEEK_END) > logBytesMax { ftruncate(log, 0) }
    let setup = ClusterSetup(folders: folders, user: user, binaries: binaries, log: log)
    try setup.makeData(options)
    try setup.mustHaveRoles()
    return try LocalCluster(setup, lock: lock, options: options)
  }

  private init(
    _ setup: ClusterSetup, lock: ClusterLock, options: ClusterOptions
  ) throws(ClusterError) {
    folders = setup.folders
    connection = ClusterConnection(socketFolder: setup.folders.socket)
    self.lock = Mutex(lock)
    server = try setup.startServer(options)
    do {
      try setup.waitUntilReady(server, connection)
      try setup.makeRolesAndDatabase(connection)
    } catch {
      stop()
      throw error
    }
  }

  /// How libpq reaches the service's database of a cluster that another process runs; nil when none
  /// runs in that folder.
  package static func connectionString(
    ofRunning home: String, as role: ClusterRole = .owner
  ) -> String? {
    guard let folders = try? ClusterFolders(home: home) else { return nil }
    let connection = ClusterConnection(socketFolder: folders.socket)
    return connection.isReady
      ? connection.string(database: ClusterConnection.name, as: role) : nil
  }

  /// How libpq reaches the service's database, as its owner.
  package var connectionString: String { connectionString(as: .owner) }

  /// How libpq reaches a database of the cluster.
  package func connectionString(
    database: String? = nil, as role: ClusterRole = .owner
  ) -> String {
    connection.string(database: database ?? ClusterConnection.name, as: role)
  }

  /// Makes a database that belongs to a role, as a copy of another when one is named.
  package func createDatabase(
    _ name: String, template: String = "template1", owner: ClusterRole = .owner,
    encoding: String = "UTF8"
  ) throws(ClusterError) {
    let (new, source) = (ClusterConnection.quoted(name), ClusterConnection.quoted(template))
    try connection.run(
      "CREATE DATABASE \(new) TEMPLATE \(source) OWNER \(owner.rawValue) ENCODING '\(encoding)'")
  }

  /// Runs one statement as the owner of a database; for tests and benchmarks.
  package func run(_ statement: String, in database: String) throws(ClusterError) {
    try connection.run(statement, in: database, as: .owner)
  }

  /// The server's process while it runs.
  package var processID: Int32? { server.pid }

  /// Stops the server and waits for its end: first in good order, after a minute by force.
  package func stop() {
    end(with: [(SIGINT, Self.stopSecondsMax), (SIGQUIT, 10), (SIGKILL, 10)])
  }

  /// Stops the server at once and removes the folder with all data.
  package func discard() {
    end(with: [(SIGQUIT, 10), (SIGKILL, 10)])
    Self.remove(folders)
  }

  /// Removes the folder of a cluster whose owner is gone; false when it is in use.
  package static func removeAbandoned(home: String) -> Bool {
    do throws(ClusterError) {
      let folders = try ClusterFolders(home: home)
      let user = try ServerUser.choose(home: folders.home)
      let lock = try ClusterLock(folders, user: user)
      defer { withExtendedLifetime(lock) {} }
      try ServerProcesses(folders: folders, user: user).clear()
      remove(folders)
      return true
    } catch {
      return false
    }
  }

  private static func remove(_ folders: ClusterFolders) {
    ClusterFiles.removeTree(folders.socket)
    ClusterFiles.removeTree(folders.home)
  }

  private func end(with steps: [(signal: Int32, seconds: Int)]) {
    for step in steps {
      server.signal(step.signal)
      if server.exitStatus(within: step.seconds) != nil { break }
    }
    rmdir(folders.socket)
    lock.withLock { $0 = nil }
  }
}
