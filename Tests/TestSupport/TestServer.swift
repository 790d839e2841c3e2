import Glibc
import PrivateCluster
import Synchronization

/// A PostgreSQL server for one test, with its own rules, certificates and standbys. It listens on
/// 127.0.0.1 and on a socket in its folder.
///
/// Its folder has the layout of a private cluster, so a later run removes it if this one is killed.
package final class TestServer: Sendable {
  /// The superuser.
  package static let administrator = ClusterRole.superuser.rawValue

  /// The version of the server that tests start, such as "postgres (PostgreSQL) 18.6".
  package static var version: String {
    let said = (try? ServerBinaries.path(of: "postgres")).flatMap {
      ChildProcess.output(of: [$0, "--version"], seconds: 10)
    }
    return String((said ?? "no PostgreSQL").prefix { $0 != "\n" })
  }

  /// The folder of the server's files; only its user and root can read it.
  package let home: String
  /// The port on 127.0.0.1.
  package let port: UInt16
  private let programs: String
  private let user: ServerUser
  private let process = Mutex<ChildProcess?>(nil)

  /// Creates an empty server, which is not started.
  ///
  /// - Parameter programs: The folder of the server's programs; nil for those of the other tests.
  package convenience init(programs: String? = nil) throws {
    try self.init(makingDataWithin: programs) { server in
      try server.run(
        "initdb", "--pgdata", server.data, "--username", Self.administrator, "--encoding=UTF8",
        "--locale=C", "--auth=trust", "--no-instructions", "--no-sync")
    }
  }

  /// Creates a standby of a running server, which is not started; its application name is `name`.
  ///
  /// - Parameter port: The port to listen on, for example that of a server that has ended.
  package convenience init(standbyOf primary: TestServer, port: UInt16? = nil) throws {
    try self.init(makingDataWithin: primary.programs, port: port) { server in
      try server.run(
        "pg_basebackup", "--pgdata", server.data, "--write-recovery-conf", "--checkpoint=fast",
        "--no-sync", "--dbname", primary.address(for: server))
    }
  }

  private init(
    makingDataWithin programs: String?, port: UInt16? = nil, _ makeData: (TestServer) throws -> Void
  ) throws {
    self.programs =
      try programs ?? String(ServerBinaries.path(of: "postgres").dropLast("/postgres".count))
    home = TestCluster.makeHome()
    self.port = try port ?? Self.freePort()
    try Self.checked(mkdir(home, 0o700), "make \(home)")
    user = try ServerUser.choose(home: home)
    let owner = user.name
    guard
      geteuid() != 0 || ChildProcess.output(of: ["/bin/chown", owner, home], seconds: 10) != nil
    else { throw Failure(text: "cannot hand \(home) to \(owner)") }
    try makeData(self)
    _ = ChildProcess.output(of: try user.run(["/bin/mkdir", "-m", "700", socket]), seconds: 10)
  }

  deinit { discard() }

  /// Its name in `synchronous_standby_names`.
  package var name: String { "server_\(port)" }
  private var data: String { home + "/data" }
  private var socket: String { home + "/socket" }
  private var logPath: String { home + "/postgres.log" }
  package var log: String { textOfFile(logPath) ?? "" }

  /// A connection string for the superuser, over the socket.
  package func connectionString(database: String = "postgres") -> String {
    "host=\(socket) port=\(port) user=\(Self.administrator) dbname=\(database)"
  }

  /// How a standby connects to it.
  private func address(for standby: TestServer) -> String {
    "host=\(socket) port=\(port) user=\(Self.administrator) application_name=\(standby.name)"
  }

  /// Has a running standby follow another server.
  package func follow(_ primary: TestServer) throws {
    try sql("ALTER SYSTEM SET primary_conninfo = '\(primary.address(for: self))'")
    try sql("SELECT pg_reload_conf()")
  }

  /// Starts it with settings and with lines of pg_hba.conf.
  package func start(settings: [String: String] = [:], rules: [String] = []) throws {
    try write(
      ["local all all trust", "local replication all trust"] + rules, to: "data/pg_hba.conf")
    let all = [
      "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": socket,
      "fsync": "off", "shared_buffers": "16MB", "timezone": "UTC", "log_timezone": "UTC",
    ].merging(settings) { $1 }
    let log = open(logPath, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(log) }
    let command = [programs + "/postgres", "-D", data] + all.flatMap { ["-c", "\($0)=\($1)"] }
    let child = try ChildProcess(user.run(command), output: log)
    process.withLock { $0 = child }
    let ready = [programs + "/pg_isready", "-q", "-h", socket, "-p", "\(port)"]
    let deadline = ContinuousClock.now + .seconds(60)
    while ChildProcess.output(of: ready, seconds: 10) == nil {
      guard child.pid != nil, ContinuousClock.now < deadline else {
        throw Failure(text: "the server does not start: \(self.log)")
      }
      usleep(5_000)
    }
  }

  /// Shuts it down.
  package func stop() {
    process.withLock { process in
      process?.signal(SIGINT)
      if process?.exitStatus(within: 30) == nil { process?.signal(SIGKILL) }
      process = nil
    }
  }

  /// Kills all its processes at once, as a power failure would.
  package func kill() {
    process.withLock { process in
      guard let child = process, let pid = child.pid else { return }
      // A stopped process starts no others, so the list of processes stays complete.
      child.signal(SIGSTOP)
      let others = (textOfFile("/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ")
      for other in others.compactMap({ pid_t($0) }) { Glibc.kill(other, SIGKILL) }
      child.signal(SIGKILL)
      _ = child.exitStatus(within: 30)
      process = nil
    }
  }

  /// Runs SQL as the superuser; returns the rows as lines, with columns separated by `|`.
  @discardableResult
  package func sql(_ text: String, database: String = "postgres") throws -> String {
    try run(
      "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", connectionString(database: database), "-c",
      text)
  }

  /// Makes the roles of the service and an empty database; returns how its owner connects.
  package func makeOrdersDatabase() throws -> String {
    for role in [ClusterRole.owner, .service, .reader] {
      try sql("CREATE ROLE \(role.rawValue) LOGIN")
    }
    try sql("CREATE DATABASE orders OWNER \(ClusterRole.owner.rawValue)")
    return connectionString(database: "orders") + " user=\(ClusterRole.owner.rawValue)"
  }

  /// Repeats the query until it returns true.
  package func wait(until query: String, database: String = "postgres") throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try sql(query, database: database) != "t" {
      guard ContinuousClock.now < deadline else {
        throw Failure(text: "not true: \(query); \(log)")
      }
      usleep(10_000)
    }
  }

  /// Writes a file into its folder that only the server's user and root can read.
  package func write(_ lines: [String], to name: String) throws {
    let path = home + "/" + name
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    try Self.checked(file, "open \(path)")
    defer { close(file) }
    let text = lines.map { $0 + "\n" }.joined()
    try Self.checked(Int32(Glibc.write(file, text, text.utf8.count)), "write \(path)")
    if let owner = getpwnam(user.name)?.pointee { fchown(file, owner.pw_uid, owner.pw_gid) }
  }

  /// Runs a program of the server as its user; returns the output.
  @discardableResult
  private func run(_ program: String, _ arguments: String...) throws -> String {
    let log = open(home + "/programs.log", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(log) }
    let child = try ChildProcess(
      user.run([programs + "/" + program] + arguments), output: log)
    let status = child.exitStatus(within: 120)
    let said = textOfFile(home + "/programs.log") ?? ""
    guard status == 0 else {
      child.signal(SIGKILL)
      throw Failure(text: "\(program) failed: \(said)")
    }
    return said.split(separator: "\n").joined(separator: "\n")
  }

  private func discard() {
    kill()
    _ = ChildProcess.output(of: ["/bin/rm", "-rf", "--", home], seconds: 60)
  }

  /// A port on which nothing listens now.
  private static func freePort() throws -> UInt16 {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try checked(bind(descriptor, $0, size), "find a free port")
        try checked(getsockname(descriptor, $0, &size), "find a free port")
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func checked(_ result: Int32, _ action: String) throws {
    if result < 0 { throw Failure(text: "cannot \(action): \(String(cString: strerror(errno)))") }
  }

  private struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }
}
