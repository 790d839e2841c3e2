import EventLoop
import JSON

/// Shows how far an import has come: as a bar on a terminal, else as a line of JSON each second, on
/// standard error. Lives on the loop of the import.
final class ImportProgress {
  /// What is being done.
  enum Phase: String { case checking, importing, collecting }

  private let loop: EventLoop
  private var phase = Phase.checking
  private var start: Instant
  private var shownAt: Instant
  private var bytes = 0
  /// Bytes that were done before this run.
  private var startBytes = 0
  private var startRows = 0

  /// - Parameter bytes: How many the file has.
  init(bytes: Int, on loop: EventLoop) {
    self.loop = loop
    self.bytes = max(bytes, 1)
    (start, shownAt) = (loop.now, loop.now)
  }

  /// Begins a phase at a byte of the file, behind so many rows.
  func begin(_ phase: Phase, at byte: Int = 0, rows: Int = 0) {
    self.phase = phase
    (startBytes, startRows) = (byte, rows)
    (start, shownAt) = (loop.now, loop.now)
  }

  /// How many seconds the phase has taken.
  var seconds: Double { max((loop.now - start) / .seconds(1), 0.001) }

  /// Shows that the phase has come to a byte of the file, and how many rows are done.
  func show(_ byte: Int, rows: Int, refused: Int) {
    let pause = Terminal.showsProgress ? Terminal.progressPause : .seconds(1)
    guard loop.now - shownAt >= pause else { return }
    shownAt = loop.now
    let rate = Double(rows - startRows) / seconds
    let part = Double(byte) / Double(bytes)
    let done = max(Double(byte - startBytes), 1)
    let left = Int(seconds * Double(bytes - byte) / done)
    guard Terminal.showsProgress else {
      let line = JSONWriter.object { json in
        json.string("phase", phase.rawValue)
        json.integer("rows", rows)
        json.integer("refused", refused)
        json.integer("percent", Int(part * 100))
        json.integer("rows_per_second", Int(rate))
        json.integer("seconds_left", left)
      }
      return Program.printError(String(decoding: line, as: UTF8.self) + "\n")
    }
    let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
    Program.printError(
      "\(Terminal.erasesLine)\(phase.rawValue) \(Terminal.bar(part)) \(rows) rows, "
        + "\(Int(rate)) a second, \(time) left")
  }

  /// Takes the bar away, so that a line can be printed.
  func clear() { if Terminal.showsProgress { Program.printError(Terminal.erasesLine) } }
}
