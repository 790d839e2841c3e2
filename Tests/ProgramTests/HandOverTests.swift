import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import waybill

@Suite("A hand-over on one port", .serialized) struct HandOverTests {
  /// Ten are what somebody lived through who counted.
  private static let restarts = 10

  private static func variables(_ conninfo: String, port: UInt16) -> [String: String] {
    ["DATABASE_URL": conninfo, "PORT": "\(port)"]
  }

  @Test("from one instance to the next, ten times under load, fails no request")
  func rolling() async throws {
    let folder = TestCluster.makeHome()
    defer { unlink(folder + ".socket") }
    let conninfo = try await MigratedDatabase.make()
    let socket = ["WAYBILL_HANDOVER_SOCKET": folder + ".socket", "WAYBILL_DB_CONNECTIONS": "2"]
    var old = try RunningProgram(["DATABASE_URL": conninfo].merging(socket) { $1 })
    let port = try await old.port()
    let variables = Self.variables(conninfo, port: port).merging(socket) { $1 }
    let load = SteadyLoad(port: port)
    let clients = load.start()
    for restart in 1...Self.restarts {
      let new = try RunningProgram(variables)
      try await eventually("instance \(restart) listens; its log: \(new.log)", within: .seconds(60))
      {
        new.log.contains("\"listening\"") && old.log.contains("gave the ports to another instance")
      }
      let before = load.answers
      old.signal(SIGTERM)
      #expect(await old.exitCode() == 0, "\(old.log)")
      #expect(!old.log.contains("cut off"))
      // Whoever is asked now is the new one.
      try await eventually("requests are answered") { load.answers > before + 50 }
      old = new
    }
    try await load.end(clients)

    #expect(load.failures == [])
    #expect(load.answers > 50 * Self.restarts)
    old.signal(SIGTERM)
    #expect(await old.exitCode() == 0)
  }

  @Test("is for those who ask for it: anybody else is told that the port is in use")
  func accidental() async throws {
    let path = TestCluster.makeHome() + ".socket"
    defer { unlink(path) }
    let conninfo = try await MigratedDatabase.make()
    let first = try RunningProgram(["DATABASE_URL": conninfo, "WAYBILL_HANDOVER_SOCKET": path])
    let port = try await first.port()
    var mode = stat()
    try await eventually("it offers its ports") { stat(path, &mode) == 0 }
    #expect(mode.st_mode & 0o777 == 0o600, "nobody else may connect")

    let second = try RunningProgram(Self.variables(conninfo, port: port))
    #expect(await second.exitCode() == 1)
    #expect(second.log.contains("127.0.0.1:\(port) is in use"))
  }

  @Test("gives no port that the settings do not name, and starts alone where nobody offers any")
  func otherPort() async throws {
    let path = TestCluster.makeHome() + ".socket"
    defer { unlink(path) }
    let conninfo = try await MigratedDatabase.make()
    let socket = ["WAYBILL_HANDOVER_SOCKET": path]
    let first = try RunningProgram(["DATABASE_URL": conninfo].merging(socket) { $1 })
    let port = try await first.port()
    let other = try RunningProgram([
      "DATABASE_URL": conninfo, "HOST": "127.0.0.2", "WAYBILL_HANDOVER_SOCKET": path,
    ])
    try await eventually("it listens elsewhere; its log: \(other.log)", within: .seconds(60)) {
      other.log.contains("http://127.0.0.2:")
    }
    for program in [first, other] {
      program.signal(SIGTERM)
      #expect(await program.exitCode() == 0)
    }

    // What is left at the path leads to nobody.
    let last = try RunningProgram(Self.variables(conninfo, port: port).merging(socket) { $1 })
    #expect(try await last.port() == port)
  }

  @Test("by systemd takes the sockets it names, and serves what waited in their queue")
  func activation() async throws {
    let conninfo = try await MigratedDatabase.make()
    let main = try Listener(), shop = try Listener()
    // Connected before there is a service at all.
    let early = try #require(PlainClient(port: main.port))
    early.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    let program = try RunningProgram(
      ["DATABASE_URL": conninfo], launcher: Self.passing([main, shop], names: "main:shop"))
    #expect(try await program.port() == main.port)
    #expect(await early.readToEnd().hasPrefix("HTTP/1.1 200 "))
    #expect(await PlainClient.get("/orders/1", port: shop.port).hasPrefix("HTTP/1.1 401 "))
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)

    // Nobody accepts, and nobody is refused.
    let patient = try #require(PlainClient(port: main.port))
    patient.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    let next = try RunningProgram(
      ["DATABASE_URL": conninfo], launcher: Self.passing([main], names: "waybill.socket"))
    #expect(await patient.readToEnd().hasPrefix("HTTP/1.1 200 "))
    next.signal(SIGTERM)
    #expect(await next.exitCode() == 0)
  }

  @Test("by systemd refuses sockets that it cannot tell apart")
  func activationRefused() async throws {
    let (one, two) = (try Listener(), try Listener())
    let program = try RunningProgram(
      ["DATABASE_URL": "host=/nowhere"],
      launcher: Self.passing([one, two], names: "main:other"))

    #expect(await program.exitCode() == 1)
    #expect(program.log.contains("name each socket once by FileDescriptorName="), "\(program.log)")
  }

  /// Starts the program as systemd does: its sockets are the descriptors from 3 on.
  private static func passing(_ sockets: [Listener], names: String) -> String {
    let moves = zip(3..., sockets).map { "\($0)<&\($1.descriptor)" }.joined(separator: " ")
    let script =
      "export LISTEN_PID=$$ LISTEN_FDS=\(sockets.count) LISTEN_FDNAMES=\(names); exec \(moves); "
      + #"exec "$0" "$@""#
    return "exec /bin/bash -c '\(script)' \"$0\" \"$@\""
  }

  /// A socket that listens on a free port, as systemd makes one. Programs inherit it.
  private final class Listener {
    let descriptor: Int32
    let port: UInt16

    init() throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { [descriptor] in
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, size) + listen(descriptor, 64) + getsockname(descriptor, $0, &size)
        }
      }
      try #require(result == 0)
      port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
  }
}

/// Clients that ask all the time: some with a connection for each request, some with one that they
/// keep until they are told that it ends.
private final class SteadyLoad: Sendable {
  private struct State {
    var answers = 0
    var failures: [String] = []
    var isOver = false
  }

  private let state = Mutex(State())
  private let port: UInt16

  var answers: Int { state.withLock { $0.answers } }
  var failures: [String] { state.withLock { $0.failures } }
  private var isOver: Bool { state.withLock { $0.isOver } }

  init(port: UInt16) {
    self.port = port
  }

  /// Starts the clients; joined, they have ended.
  func start() -> [Thread] {
    (0..<4).map { client in
      Thread { [self] in
        if client < 2 { connectEachTime() } else { keepConnections() }
      }
    }
  }

  func end(_ clients: [Thread]) async throws {
    state.withLock { $0.isOver = true }
    try await blocking { for client in clients { client.join() } }
  }

  private func connectEachTime() {
    while !isOver {
      guard let client = PlainClient(port: port) else {
        note("refused: \(errno)")
        continue
      }
      client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      note(client.readAll())
    }
  }

  private func keepConnections() {
    while !isOver {
      guard let client = PlainClient(port: port) else {
        note("refused: \(errno)")
        continue
      }
      var isOpen = true
      while isOpen, !isOver {
        let answer =
          client.exchange("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") ?? "no answer"
        note(answer)
        isOpen = !answer.contains("Connection: close")
      }
    }
  }

  private func note(_ answer: String) {
    state.withLock { state in
      if answer.hasPrefix("HTTP/1.1 200 ") {
        state.answers += 1
      } else if state.failures.count < 10 {
        state.failures.append(answer)
      }
    }
  }
}
