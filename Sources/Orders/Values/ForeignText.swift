/// Text of an unknown source, in a form that can be shown in a line of a log.
extension String {
  /// The text in quotes, cut after `limit` Unicode scalars; always one line and one quotation.
  package func quoted(atMost limit: Int) -> String {
    var text = "\""
    for scalar in unicodeScalars.prefix(limit) {
      if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar.isControl ? "\u{FFFD}" : scalar)
    }
    return text + (unicodeScalars.count > limit ? "…\"" : "\"")
  }

  /// The text without characters that end a line or control a terminal.
  package var withoutControls: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
  }
}

extension Unicode.Scalar {
  /// Whether it is a control character, changes the direction of text, or ends a line.
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: properties.isBidiControl
    }
  }
}
