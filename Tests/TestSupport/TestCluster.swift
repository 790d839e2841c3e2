import Glibc
package import PrivateCluster
import Synchronization

/// The PostgreSQL of one test process: created on first use, removed when the process ends.
package final class TestCluster: Sendable {
  package static let shared = TestCluster()

  /// Tests run in parallel, each with one or two pools.
  private static let connectionsMax = 1_000
  private static let prefix = "waybill-tests-"
  private static let homes = Atomic(0)
  private static let plain = "plain"

  private let cluster: LocalCluster
  private let databases = Atomic(0)
  private let templates = Mutex<[String: Task<Void, any Error>]>([:])

  private init() {
    Self.removeLeftovers()
    print("the tests run on \(TestServer.version)")
    do {
      cluster = try LocalCluster.start(
        home: Self.makeHome(),
        options: ClusterOptions(durable: false, connectionsMax: Self.connectionsMax))
      try cluster.createDatabase(Self.plain)
      try cluster.run("CREATE SCHEMA waybill", in: Self.plain)
    } catch {
      fatalError("The tests need a PostgreSQL server: \(error)")
    }
    atexit { TestCluster.shared.cluster.discard() }
  }

  /// The connection string, for the owner, of a new database with an empty schema of the service.
  package func makeDatabase() throws(ClusterError) -> String {
    try makeDatabase(template: Self.plain)
  }

  /// The same without the schema, as an administrator creates a database.
  package func makeEmptyDatabase(owner: ClusterRole = .owner) throws(ClusterError) -> String {
    try makeDatabase(template: "template1", owner: owner)
  }

  /// The same in another encoding than UTF-8.
  package func makeEmptyDatabase(encoding: String) throws(ClusterError) -> String {
    try makeDatabase(template: "template0", encoding: encoding)
  }

  /// The same as a copy of a template.
  package func makeDatabase(
    template: String, owner: ClusterRole = .owner, encoding: String = "UTF8"
  ) throws(ClusterError) -> String {
    let name = "test_\(databases.add(1, ordering: .relaxed).newValue)"
    try cluster.createDatabase(name, template: template, owner: owner, encoding: encoding)
    return cluster.connectionString(database: name, as: owner)
  }

  /// The name of a template for `makeDatabase`, filled by `prepare` once in the process. `prepare`
  /// must close its connections: a template in use cannot be copied.
  package func template(
    _ name: String, prepare: @escaping @Sendable (_ connectionString: String) async throws -> Void
  ) async throws -> String {
    let made = templates.withLock { templates in
      templates[name]
        ?? {
          let task = Task {
            try cluster.createDatabase(name)
            try await prepare(cluster.connectionString(database: name))
          }
          templates[name] = task
          return task
        }()
    }
    try await made.value
    return name
  }

  /// A path in /tmp for a test's own cluster; if this run is killed, a later one removes it.
  package static func makeHome() -> String {
    "/tmp/\(prefix)\(getpid())-\(homes.add(1, ordering: .relaxed).newValue)"
  }

  /// Removes the folders of killed test runs: those of this user whose process has ended.
  static func removeLeftovers() {
    guard let folder = opendir("/tmp") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let parts = name.split(separator: "-")
      var status = stat()
      guard name.hasPrefix(prefix), parts.count == 4, let pid = pid_t(parts[2]),
        kill(pid, 0) != 0 && errno == ESRCH,
        lstat("/tmp/\(name)", &status) == 0, status.st_uid == geteuid()
      else { continue }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      _ =
        isFolder ? LocalCluster.removeAbandoned(home: "/tmp/\(name)") : unlink("/tmp/\(name)") == 0
    }
  }
}
