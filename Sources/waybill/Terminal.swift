import Glibc

/// The terminal that the program was started from, if there is one.
enum Terminal {
  /// Whether standard output is a terminal, so that people read what is printed.
  static let isOutput = isatty(1) == 1
  private static let isInput = isatty(0) == 1

  /// Whether the program was started from a terminal that has been closed. SIGHUP then ends the
  /// program, which would otherwise go on without anybody knowing.
  static var isLost: Bool { (isOutput && isatty(1) != 1) || (isInput && isatty(0) != 1) }
}
