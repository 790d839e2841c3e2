import Glibc
import PrivateCluster
import Testing

/// The stand-in for the order process service, as a separate process that ends with this object.
package final class RunningStandin: Sendable {
  private let process: ChildProcess
  package let port: UInt16
  /// Its output at the start, with the seed.
  package let greeting: String

  /// Starts it and waits until it listens; port 0 finds a free one. To restart one that was killed,
  /// give the same options and its port.
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

  /// Kills it (SIGKILL) and waits until it has ended.
  package func kill() async throws { _ = try await end(by: SIGKILL) }

  /// Sends a signal; returns the wait status, or nil if it keeps running.
  package func end(by signal: Int32) async throws -> Int32? {
    try await blocking { [process] in
      process.signal(signal)
      return process.exitStatus(within: 60)
    }
  }

  /// Its output up to the line with the address, or up to its end.
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
