import Glibc
import OrderAPI
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The banner") struct BannerTests {
  /// What a program that was started on a terminal has printed so far.
  private final class Screen: Sendable {
    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    let terminal: Int32
    let descriptor: Int32

    init() throws {
      // What `posix_openpt`, `unlockpt` and `ptsname` do, which Swift's Glibc leaves out.
      descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
      var (unlocked, number): (Int32, Int32) = (0, -1)
      try #require(
        ioctl(descriptor, Self.setLock, &unlocked) == 0
          && ioctl(descriptor, Self.getNumber, &number) == 0)
      terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
      try #require(terminal >= 0)
    }

    deinit {
      close(descriptor)
      close(terminal)
    }

    func read() -> String {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test("tells a person at a terminal where the service is, and how to get in and out")
  func terminal() async throws {
    let conninfo = try await MigratedDatabase.make()
    let screen = try Screen()
    let program = try ChildProcess(
      [builtProgram("waybill"), "serve"], output: screen.terminal,
      environment: [
        "PATH": "/usr/bin:/bin", "PORT": "0", "DATABASE_URL": conninfo, "WAYBILL_AUTH": "open",
      ])
    defer { program.signal(SIGKILL) }
    var text = ""
    try await eventually("it shows the banner; so far: \(text)", within: .seconds(60)) {
      text += screen.read()
      return text.contains("To stop it")
    }

    let url = try #require(text.firstMatch(of: /Waybill is at +(http:\/\/127\.0\.0\.1:\d+)/))
    #expect(text.contains("Documentation   \(url.1)/docs"))
    #expect(text.contains("no token is needed") && text.contains("Ctrl-C"))
    // The line that programs look for is there, too.
    #expect(text.contains("notice listening url=\(url.1)"))
    program.signal(SIGTERM)
    #expect(try await blocking { program.exitStatus(within: 60) } == 0)
  }

  @Test("says how a token is made where one is needed, and is for people alone")
  func words() async throws {
    #expect(
      Banner.text(address: "127.0.0.1:8080", mode: .tokens)
        .contains("waybill token create --role admin"))
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "LOG_FORMAT": "text",
    ])
    try await eventually("it listens") { program.log.contains("listening url=") }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    #expect(!program.log.contains("To stop it"))
  }
}
