import Glibc
import PrivateCluster
import Synchronization

/// A PostgreSQL server that a test has to itself, with rules, certificates and standbys of its own:
/// reached on 127.0.0.1, and over its socket by whoever may enter its folder.
///
/// Its folder is laid out as that of a private cluster, so a later run removes what a killed one
/// left.
package final class TestServer: Sendable {
  /// The first user, who may do everything.
  package static let administrator = ClusterRole.superuser.rawValue

  /// What the server that tests start says of itself, such as "postgres (PostgreSQL) 18.6".
  package static var version: String {
    let said = (try? ServerBinaries.path(of: "postgres")).flatMap {
      ChildProcess.output(of: [$0, "--version"], seconds: 10)
    }
    return String((said ?? "no PostgreSQL").prefix { $0 != "\n" })
  }

  /// Where the server's files are; private to the user it runs as, and to root.
  package let home: String
  /// Where it listens on 127.0.0.1.
  package let port: UInt16
  private let programs: String
  private let user: ServerUser
  private let process = Mutex<ChildProcess?>(nil)

  /// Makes an empty server and leaves it stopped.
  ///
  /// - Parameter programs: The folder of the server's programs; those of the other tests when nil.
  package convenience init(programs: String? = nil) throws {
    try self.init(makingDataWithin: programs) { server in
      try server.run(
        "initdb", "--pgdata", server.data, "--username", Self.administrator, "--encoding=UTF8",
        "--locale=C", "--auth=trust", "--no-instructions", "--no-sync")
    }
  }

  /// Makes a standby of a running server and leaves it stopped; it streams under its own `name`.
  ///
  /// - Parameter port: Where it is to listen, such as where a server did that is gone.
  package convenience init(standbyOf primary: TestServer, port: UInt16? = nil) throws {
    try self.init(makingDataWithin: primary.programs, port: port) { server in
      try server.run(
        "pg_basebackup", "--pgdata", server.data, "--write-recovery-conf", "--checkpoint=fast",
        "--no-sync", "--dbname",
        "host=\(primary.socket) port=\(primary.port) user=\(Self.administrator) "
          + "application_name=\(server.name)")
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

  /// What it is called where servers know each other by name.
  package var name: String { "server_\(port)" }
  /// Whether its process runs.
  package var isRunning: Bool { process.withLock { $0?.pid != nil } }
  private var data: String { home + "/data" }
  private var socket: String { home + "/socket" }
  private var logPath: String { home + "/postgres.log" }
  /// All that the server has said.
  package var log: String { Self.text(of: logPath) }

  /// How the first user reaches a database of it, over its socket.
  package func connectionString(database: String = "postgres") -> String {
    "host=\(socket) port=\(port) user=\(Self.administrator) dbname=\(database)"
  }

  /// Starts it with settings and with rules of who may come in over TCP.
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

  /// Ends it in good order.
  package func stop() {
    process.withLock { process in
      process?.signal(SIGINT)
      if process?.exitStatus(within: 30) == nil { process?.signal(SIGKILL) }
      process = nil
    }
  }

  /// Ends it as a power cut would: none of its processes does anything more.
  package func kill() {
    process.withLock { process in
      guard let child = process, let pid = child.pid else { return }
      // A stopped one starts no more processes, so this list of them stays true.
      child.signal(SIGSTOP)
      let others = Self.text(of: "/proc/\(pid)/task/\(pid)/children").split(separator: " ")
      for other in others.compactMap({ pid_t($0) }) { Glibc.kill(other, SIGKILL) }
      child.signal(SIGKILL)
      _ = child.exitStatus(within: 30)
      process = nil
    }
  }

  /// Runs SQL as the first user; the rows as lines of columns parted by a bar.
  @discardableResult
  package func sql(_ text: String, database: String = "postgres") throws -> String {
    try run(
      "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", connectionString(database: database), "-c",
      text)
  }

  /// Asks again and again until the query answers true.
  package func wait(until query: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try sql(query) != "t" {
      guard ContinuousClock.now < deadline else {
        throw Failure(text: "not true: \(query); \(log)")
      }
      usleep(10_000)
    }
  }

  /// Writes a file below its folder that only the server's user and root may read.
  package func write(_ lines: [String], to name: String) throws {
    let path = home + "/" + name
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    try Self.checked(file, "open \(path)")
    defer { close(file) }
    let text = lines.map { $0 + "\n" }.joined()
    try Self.checked(Int32(Glibc.write(file, text, text.utf8.count)), "write \(path)")
    if let owner = getpwnam(user.name)?.pointee { fchown(file, owner.pw_uid, owner.pw_gid) }
  }

  /// Runs one of the server's programs as its user: what it said; an error when it fails.
  @discardableResult
  private func run(_ program: String, _ arguments: String...) throws -> String {
    let log = open(home + "/programs.log", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(log) }
    let child = try ChildProcess(
      user.run([programs + "/" + program] + arguments), output: log)
    let status = child.exitStatus(within: 120)
    let said = Self.text(of: home + "/programs.log")
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

  /// A port that nobody listens on at the moment.
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

  private static func text(of path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func checked(_ result: Int32, _ action: String) throws {
    if result < 0 { throw Failure(text: "cannot \(action): \(String(cString: strerror(errno)))") }
  }

  private struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }
}
