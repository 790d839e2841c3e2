import Glibc
import TestSupport
import Testing

@testable import Telemetry

@Suite("The log")
struct LogTests {
  /// What `body` logs, read back from a pipe.
  private func lines(_ options: LogOptions, _ body: (Log) -> Void) -> [String] {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let log = Log(options, to: ends[1])
    body(log)
    log.close()
    close(ends[1])
    defer { close(ends[0]) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("writes one JSON object a line, whatever the text holds")
  func json() throws {
    let lines = lines(LogOptions(level: .info, format: .json)) {
      $0.write(.warning, "two\nlines \"quoted\"", ["cause": "a\\b\u{1}"])
    }

    try #require(lines.count == 1)
    #expect(lines[0].contains(#""level":"warning","message":"two\nlines \"quoted\"""#))
    #expect(lines[0].contains(#""cause":"a\\b\u0001""#))
  }

  @Test("in words keeps to one line as well")
  func text() throws {
    let lines = lines(LogOptions(level: .info, format: .text)) {
      $0.write(.notice, "two\nlines", ["cause": "x\ny"])
    }

    try #require(lines.count == 1)
    #expect(lines[0].hasSuffix("Z notice two lines cause=x y"))
  }

  @Test("leaves out what is below its level")
  func level() {
    let lines = lines(LogOptions(level: .warning, format: .text)) {
      $0.write(.notice, "no")
      $0.write(.error, "yes")
    }

    #expect(lines.count == 1)
  }

  @Test(
    "holds nobody up when nobody reads: it counts what it had to drop",
    arguments: [
      (LogOptions.Format.json, #"slowly","log_writes_lost":""#),
      (.text, "Z warning the log is read too slowly log_writes_lost="),
    ])
  func blockedReader(format: LogOptions.Format, told: String) {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let writer = LogWriter(descriptor: ends[1], format: format)
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
    for _ in 0..<100 { writer.append(line) }

    var text = ""
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    let end = ends[1]
    let closer = Thread {
      writer.close(within: 60)
      close(end)
    }
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 {
      text += String(decoding: chunk[..<count], as: UTF8.self)
    }
    closer.join()
    close(ends[0])

    #expect(text.count < 100 * line.count)
    #expect(text.contains(told))
  }

  @Test("ends in time when its reader has stopped reading")
  func stoppedReader() {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let writer = LogWriter(descriptor: ends[1], format: .json)
    writer.append([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20))
    let clock = ContinuousClock()

    let time = clock.measure { writer.close(within: 1) }

    #expect(time >= .seconds(1) && time < .seconds(30))
    // The writer goes on when somebody reads, and must not find another file in the pipe's place.
    var rest = 1 << 20
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while rest > 0, case let count = read(ends[0], &chunk, chunk.count), count > 0 { rest -= count }
    #expect(rest == 0)
    for end in ends { close(end) }
  }
}

@Suite("The time of a line in the log")
struct LogTimeTests {
  @Test(
    "is written in UTC with milliseconds",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_767_261_600_007, "2026-01-01T10:00:00.007Z"),
      (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    ] as [(Int64, String)])
  func text(milliseconds: Int64, text: String) {
    #expect(LogTime.text(milliseconds: milliseconds) == text)
  }
}
