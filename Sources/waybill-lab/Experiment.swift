import Glibc
import Postgres
import PrivateCluster

/// What every experiment starts with.
enum Experiment {
  /// Starts a database and the service with demo data, lets `body` experiment, and removes both.
  static func run(_ body: (Service) throws -> Void) throws {
    try withDatabase { cluster, _, log in
      try Service.migrate(cluster.connectionString)
      let service = try Service(
        conninfo: cluster.connectionString(as: .service), log: log,
        variables: ["WAYBILL_SEED": "demo", "WAYBILL_LOOPS": "1"])
      _ = try service.waitUntilReady()
      try body(service)
      _ = try service.stop()
    }
  }

  /// Starts a database with products and customers, and lets `body` run services on it.
  static func work(_ body: (WorkBench) throws -> Void) throws {
    try withDatabase { cluster, folder, log in
      try body(
        WorkBench(
          cluster: cluster, database: "work", folder: folder, log: log, options: BenchOptions([])))
    }
  }

  /// Measures imports into a database of their own.
  static func imports() throws {
    try withDatabase { cluster, folder, log in
      try ImportRate(cluster: cluster, folder: folder, log: log).printFigures()
    }
  }

  /// Starts a database in a folder of its own, with a file for the log, and removes them.
  private static func withDatabase(
    _ body: (_ cluster: LocalCluster, _ folder: String, _ log: Int32) throws -> Void
  ) throws {
    raiseDescriptorLimit()
    let folder = try temporaryFolder()
    defer { _ = ChildProcess.output(of: ["/bin/rm", "-rf", folder], seconds: 30) }
    let log = open(folder + "/log", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    let cluster = try LocalCluster.start(home: folder + "/postgres")
    defer { cluster.stop() }
    try body(cluster, folder, log)
  }

  static func temporaryFolder() throws -> String {
    var template = Array("/var/tmp/waybill-lab.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw LabError("no temporary folder") }
    let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    // The database runs as another user if this program runs as root.
    chmod(path, 0o711)
    return path
  }

  static func raiseDescriptorLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
