import Glibc
import JSON

/// How much a line matters.
package enum LogLevel: Int, CaseIterable, Comparable, Sendable {
  case debug, info, notice, warning, error

  package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Which lines are logged, and in which form.
package struct LogOptions: Equatable, Sendable {
  package enum Format: String, CaseIterable, Sendable {
    /// Words, for people.
    case text
    /// One object a line, for programs.
    case json
  }
  package var level: LogLevel
  package var format: Format

  package init(level: LogLevel, format: Format) {
    self.level = level
    self.format = format
  }
}

/// The service's log: one line for each event, written from any thread without waiting for the
/// reader.
package final class Log: Sendable {
  package let options: LogOptions
  private let writer: LogWriter

  package init(_ options: LogOptions, to descriptor: Int32 = 1) {
    self.options = options
    writer = LogWriter(descriptor: descriptor, format: options.format)
  }

  /// Whether lines of this level are logged.
  package func wants(_ level: LogLevel) -> Bool { level >= options.level }

  /// Writes one line: what happened, and the facts that belong to it.
  package func write(
    _ level: LogLevel, _ message: String, _ facts: KeyValuePairs<String, String> = [:]
  ) {
    guard wants(level) else { return }
    append(options.format.line(level, message, facts))
  }

  /// Hands finished lines to the writer.
  package func append(_ lines: [UInt8]) { writer.append(lines) }

  /// Writes what is left and ends the log; later lines are lost.
  package func close() { writer.close() }
}

extension LogOptions.Format {
  /// A line that tells of something that happens now.
  func line(
    _ level: LogLevel, _ message: String, _ facts: KeyValuePairs<String, String>
  ) -> [UInt8] {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let time = LogTime.text(
      milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
    switch self {
    case .json:
      let line = JSONWriter.object { json in
        json.string("time", time)
        json.string("level", "\(level)")
        json.string("message", message)
        for (name, value) in facts { json.string(JSONKey(name), value) }
      }
      return line + [UInt8(ascii: "\n")]
    case .text:
      let facts = facts.map { " \($0)=\($1)" }.joined()
      let line = "\(time) \(level) \(message)\(facts)"
      return line.utf8.map { $0 < 0x20 ? 0x20 : $0 } + [UInt8(ascii: "\n")]
    }
  }
}

/// How lines of the log write the time: `2026-01-01T10:00:00.000Z`.
package enum LogTime {
  /// The text of a moment, in milliseconds since 1970.
  package static func text(milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
      strftime(text.baseAddress, text.count, "%Y-%m-%dT%H:%M:%S.", &parts)
      let fraction = String(1_000 + milliseconds % 1_000).dropFirst()
      return String(cString: text.baseAddress!) + fraction + "Z"
    }
  }
}
