import Glibc
import HTTP
import JSON
import OrderAPI
import Orders

/// How much a line matters.
enum LogLevel: Int, Comparable, Sendable {
  case debug, info, notice, warning, error

  static let byName: [String: LogLevel] = [
    "debug": .debug, "info": .info, "notice": .notice, "warning": .warning, "error": .error,
  ]
  var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    }
  }
  static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// What is logged, and for whom.
struct LogOptions: Equatable, Sendable {
  enum Format: Sendable { case text, json }
  var level: LogLevel
  var format: Format
}

/// The service's log: one line an event, from any thread, never waiting for the reader.
final class Log: Sendable {
  let options: LogOptions
  private let writer: LogWriter

  init(_ options: LogOptions, to descriptor: Int32 = 1) {
    self.options = options
    writer = LogWriter(descriptor: descriptor, format: options.format)
  }

  func wants(_ level: LogLevel) -> Bool { level >= options.level }

  /// Writes one line: what happened, and the facts beside it.
  func write(_ level: LogLevel, _ message: String, _ facts: KeyValuePairs<String, String> = [:]) {
    guard wants(level) else { return }
    let line = options.format.line(.now, level, message, facts)
    append(line)
  }

  /// Tells of a failure that is our own fault; the caller was told only the request's id.
  func report(_ error: any Error, _ id: RequestID) {
    write(.error, "request failed", ["request_id": "\(id)", "error": "\(error)"])
  }

  /// Hands finished lines to the writer.
  func append(_ lines: [UInt8]) { writer.append(lines) }

  /// Writes what is left and ends; nothing is logged after it.
  func close() { writer.close() }
}

extension Timestamp {
  /// The wall clock's reading.
  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(
      microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1_000)
  }
}

extension LogOptions.Format {
  /// One line: JSON for machines, words for people.
  func line(
    _ time: Timestamp, _ level: LogLevel, _ message: String,
    _ facts: KeyValuePairs<String, String>
  ) -> [UInt8] {
    switch self {
    case .json:
      let line = JSONWriter.object { json in
        json.moment("time", time)
        json.string("level", level.name.description)
        json.string("message", message)
        for (name, value) in facts { json.string(JSONKey(name), value) }
      }
      return line + [UInt8(ascii: "\n")]
    case .text:
      let facts = facts.map { " \($0)=\($1)" }.joined()
      let line = "\(time.rfc3339) \(level.name) \(message)\(facts)"
      return line.utf8.map { $0 < 0x20 ? 0x20 : $0 } + [UInt8(ascii: "\n")]
    }
  }
}
