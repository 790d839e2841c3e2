import Glibc
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

/// The tests' own: a server's programs that somebody put first on it are the program's, too.
let searchPath = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"

/// The built program, started as a user would start it.
final class RunningProgram: Sendable {
  private let process: ChildProcess
  private let logPath: String

  /// Starts the program with these variables; its output goes to a file. On a test's database it
  /// runs as the service's role, and only to migrate as the owner. A launcher is a line for the
  /// shell that runs the program, `"$0"`, with `"$@"`.
  init(
    _ variables: [String: String], arguments: [String] = ["serve"], launcher: String? = nil
  ) throws {
    logPath = TestCluster.makeHome() + ".log"
    let log = open(logPath, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(log) }
    var environment = [
      "PATH": searchPath, "PORT": "0", "LOG_FORMAT": "json", "WAYBILL_AUTH": "open",
    ]
    environment.merge(variables) { $1 }
    if let conninfo = variables["DATABASE_URL"], conninfo.contains("user='waybill'"),
      arguments != ["migrate"]
    {
      environment["DATABASE_URL"] = MigratedDatabase.as(.service, conninfo)
    }
    let start = launcher.map { ["/bin/sh", "-c", $0] } ?? []
    process = try ChildProcess(
      start + [builtProgram("waybill")] + arguments, output: log, environment: environment)
  }

  deinit {
    process.signal(SIGKILL)
    unlink(logPath)
  }

  var pid: pid_t { process.pid ?? 0 }
  var isRunning: Bool { process.pid != nil }
  var log: String { readFile(logPath, bytesMax: 64 << 20) ?? "" }

  func signal(_ number: Int32) { process.signal(number) }

  /// The exit code; nil when it has not ended in time or was killed.
  func exitCode(within seconds: Int = 60) async -> Int32? {
    let ended = try? await blocking { [process] in process.exitStatus(within: seconds) }
    guard let status = ended ?? nil, status & 0x7F == 0 else { return nil }
    return (status >> 8) & 0xFF
  }

  /// The port that the program says it listens on, once it does.
  func port() async throws -> UInt16 {
    var port: UInt16?
    try await eventually("the program listens; its log: \(log)", within: .seconds(60)) {
      // … "url":"http://127.0.0.1:40123" …
      let marker = "\"url\":\"http://127.0.0.1:"
      guard let start = log.ranges(of: marker).first?.upperBound else { return !isRunning }
      port = UInt16(log[start...].prefix { $0.isNumber })
      return port != nil
    }
    return try #require(port, "it ended: \(log)")
  }

  /// The port that one contract has to itself; the program has said that before it serves.
  func port(of contract: String) throws -> UInt16 {
    let line = log.split(separator: "\n").first { $0.contains(#""contract":"\#(contract)""#) }
    let url = try #require(line?.firstMatch(of: #/http:\/\/127\.0\.0\.1:(\d+)/#))
    return try #require(UInt16(url.1))
  }

  /// How many descriptors it has open.
  var descriptors: Int {
    guard let folder = opendir("/proc/\(pid)/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }
}

/// A blocking connection to a program on this machine.
final class PlainClient: Sendable {
  private let descriptor: Int32

  init?(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // No answer within this is a failure of the test, not a reason to hang.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // The descriptor is closed by deinit, which runs for an object that was complete, too.
    guard result == 0 else { return nil }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Everything until the other side closes.
  func readToEnd() async -> String {
    (try? await blocking { self.readAll() }) ?? ""
  }

  /// What has come, or comes next; nil at the end, or when nothing comes for long. The thread must
  /// be one's own.
  func receive() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    return count > 0 ? Array(chunk[..<count]) : nil
  }

  /// Ends whatever is waited for on this connection.
  func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// The same on a thread of one's own.
  func readAll() -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One request on a connection that stays open: the status of the answer; nil when there is none.
  func status(of path: String, token: String? = nil) -> Int? {
    let bearer = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(bearer)\r\n")
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
      bytes += chunk[..<count]
      // Every answer here is one JSON object behind its head.
      guard bytes.last == UInt8(ascii: "}") else { continue }
      return Int(String(decoding: bytes.prefix(12).suffix(3), as: UTF8.self))
    }
    return nil
  }

  /// One request on a connection that stays open: the whole answer; nil when it does not come.
  func exchange(_ request: String) -> String? {
    send(request)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
      bytes += chunk[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.ranges(of: "\r\n\r\n").first?.upperBound,
        let length = text.firstMatch(of: /\r\nContent-Length: (\d+)/).flatMap({ Int($0.1) }),
        text[end...].utf8.count >= length
      else { continue }
      return text
    }
    return nil
  }

  /// One request on a connection of its own: the whole answer; empty when there is none.
  static func get(_ path: String, port: UInt16) async -> String {
    guard let client = PlainClient(port: port) else { return "" }
    client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return await client.readToEnd()
  }

  /// What such an answer holds behind its head.
  static func body(of path: String, port: UInt16) async -> String {
    let answer = await get(path, port: port)
    return answer.ranges(of: "\r\n\r\n").first.map { String(answer[$0.upperBound...]) } ?? ""
  }
}

extension PlainClient {
  /// Sends JSON; the whole answer, empty when nobody answers.
  static func send(
    _ method: String, _ path: String, _ body: String, _ port: UInt16
  ) async -> String {
    guard let client = PlainClient(port: port) else { return "" }
    client.send(
      "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    return await client.readToEnd()
  }
}
