import Glibc
import PrivateCluster
import Testing

/// The stand-in of the order process service, as a process of its own; gone with this object.
package final class RunningStandin: Sendable {
  private let process: ChildProcess
  /// Where it listens.
  package let port: UInt16
  /// What it said when it started, its seed among it.
  package let greeting: String

  /// Starts it with these options, and waits until it listens; 0 finds a free port.
  ///
  /// The next life of one that was killed has the same options, and the port of the first.
  package init(_ options: [String] = [], port: UInt16 = 0) async throws {
    let command = [builtProgram("order-process-standin"), "--port", "\(port)"] + options
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    do {
      defer { close(writing) }
      process = try ChildProcess(command, output: writing)
    }
    let greeting = try await blocking { Self.greeting(from: reading) }
    self.greeting = greeting
    let address = greeting.firstMatch(of: #/listening on http:\/\/127\.0\.0\.1:(\d+)\n/#)
    self.port = try #require(address.flatMap { UInt16($0.1) }, "it said: \(greeting)")
  }

  deinit { process.signal(SIGKILL) }

  /// Kills it as a crash would, and waits until it is gone.
  package func kill() async throws { _ = try await end(by: SIGKILL) }

  /// Its wait status after this signal; nil when it runs on.
  package func end(by signal: Int32) async throws -> Int32? {
    try await blocking { [process] in
      process.signal(signal)
      return process.exitStatus(within: 60)
    }
  }

  /// All up to the line that says where it listens, or to its end.
  private static func greeting(from descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1 {
      bytes.append(byte)
      guard byte == UInt8(ascii: "\n") else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains("listening on ") { return text }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
