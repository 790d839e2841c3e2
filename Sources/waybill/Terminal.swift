import Glibc

/// The terminal that the program was started from, if there is one.
enum Terminal {
  /// Whether people read what is printed.
  static let isOutput = isatty(1) == 1
  private static let isInput = isatty(0) == 1

  /// Whether the program was started from a terminal that is gone: the hang-up that tells of it
  /// ends a program, which otherwise would run on unseen.
  static var isLost: Bool { (isOutput && isatty(1) != 1) || (isInput && isatty(0) != 1) }
}
