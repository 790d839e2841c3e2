/// Text that somebody else has chosen, as it may stand in a line for people.
extension String {
  /// The same in quotes, cut after so many Unicode scalars: one quote and one line, whatever it
  /// holds.
  package func quoted(atMost limit: Int) -> String {
    var text = "\""
    for scalar in unicodeScalars.prefix(limit) {
      if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar.isInvisibleOrder ? "\u{FFFD}" : scalar)
    }
    return text + (unicodeScalars.count > limit ? "…\"" : "\"")
  }

  /// The same without anything that ends a line or gives orders to a terminal.
  package var withoutControls: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.isInvisibleOrder ? "\u{FFFD}" : $0 }))
  }
}

extension Unicode.Scalar {
  /// A control character, one that turns the direction of what follows, or one that ends a line.
  fileprivate var isInvisibleOrder: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: properties.isBidiControl
    }
  }
}
