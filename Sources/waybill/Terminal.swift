import Glibc

/// The terminal that the program was started from, if there is one.
enum Terminal {
  /// Whether standard output is a terminal, so that people read what is printed.
  static let isOutput = isatty(1) == 1
  private static let isInput = isatty(0) == 1

  /// Whether the program was started from a terminal that has been closed. SIGHUP then ends the
  /// program, which would otherwise go on without anybody knowing.
  static var isLost: Bool { (isOutput && isatty(1) != 1) || (isInput && isatty(0) != 1) }

  // MARK: - How far a command has come

  /// Whether standard error is a terminal, where one line can show that.
  static let showsProgress = isatty(2) == 1
  /// How often that line changes at most.
  static let progressPause = Duration.milliseconds(100)
  /// Erases what the line showed before.
  static let erasesLine = "\r\u{1b}[K"

  /// A part from 0 to 1 as a bar: `[###############---------------] 50 %`.
  static func bar(_ part: Double) -> String {
    let (part, width) = (min(1, part), 30)
    let full = Int(part * Double(width))
    let signs = String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
    return "[\(signs)] \(Int(part * 100)) %"
  }
}
