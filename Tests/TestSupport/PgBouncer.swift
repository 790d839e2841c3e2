import Glibc
import Postgres
import PrivateCluster
import Testing

/// A PgBouncer, from the system's package, before a database of a test.
package final class PgBouncer: Sendable {
  private let process: ChildProcess
  private let folder: String
  /// The database through the pooler.
  package let connectionString: String

  /// Starts it before the database of the connection string `direct`.
  ///
  /// - Parameters:
  ///   - mode: `session`, `transaction` or `statement`.
  ///   - poolSize: Its connections to the server.
  ///   - settings: Further lines of its configuration.
  package init(
    before direct: String, mode: String, poolSize: Int = 20, settings: [String] = []
  ) throws {
    var folder = Array("/tmp/waybill-test.XXXXXX".utf8CString)
    guard mkdtemp(&folder) != nil else { throw Failure("no folder") }
    self.folder = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // It does not run as root, and its user must be able to read the configuration.
    chmod(self.folder, 0o755)
    let port = Self.freePort()
    let server = direct.split(separator: " ").filter { !$0.hasPrefix("dbname=") }
    let lines =
      [
        "[databases]", "* = \(server.joined(separator: " "))", "[pgbouncer]",
        "listen_addr = 127.0.0.1", "listen_port = \(port)", "unix_socket_dir =",
        "auth_type = any", "pool_mode = \(mode)", "default_pool_size = \(poolSize)",
        "max_client_conn = 500", "ignore_startup_parameters = options,extra_float_digits",
      ] + settings
    let path = self.folder + "/pgbouncer.ini"
    guard let file = fopen(path, "we") else { throw Failure("no configuration") }
    fputs(lines.joined(separator: "\n") + "\n", file)
    fclose(file)
    chmod(path, 0o644)
    let user = geteuid() == 0 ? ["-u", "postgres"] : []
    let log = open(self.folder + "/log", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    defer { close(log) }
    process = try ChildProcess(
      ["/usr/sbin/pgbouncer", "-q"] + user + [path], output: log, environment: [:])
    let name = direct.split(separator: " ").first { $0.hasPrefix("dbname=") } ?? ""
    let account = direct.split(separator: " ").first { $0.hasPrefix("user=") } ?? ""
    connectionString = "host=127.0.0.1 port=\(port) \(account) \(name)"
  }

  deinit {
    process.signal(SIGKILL)
    for name in ["/pgbouncer.ini", "/log"] { unlink(folder + name) }
    rmdir(folder)
  }

  /// Waits until it accepts connections.
  package func ready() async throws {
    let target = try ConnectionString(connectionString)
    try await eventually("pgbouncer takes connections") {
      try await onLoop { loop in
        do throws(PostgresError) {
          try await Session.open(target, on: loop).close()
          return true
        } catch .refused {
          return true
        } catch {
          return false
        }
      }
    }
  }

  /// A port on which nothing listens now. It lies below those that the system gives to connections:
  /// one of them could be taken before pgbouncer listens on it.
  private static func freePort() -> UInt16 {
    while true {
      let port = UInt16.random(in: 20_000..<32_000)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      address.sin_port = port.bigEndian
      let isFree = withUnsafeBytes(of: &address) { bytes in
        bind(
          descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!,
          socklen_t(bytes.count)) == 0
      }
      if isFree { return port }
    }
  }

  private struct Failure: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }
}
