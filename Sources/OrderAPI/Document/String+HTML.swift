extension String {
  /// The text as it stands in a page, in an element or in the quotes of an attribute.
  var escapedForHTML: String {
    // Scalar by scalar: a bracket and a mark that combines with it are one character, and no bracket.
    var html = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      case "'": html += "&#39;"
      default: html.unicodeScalars.append(scalar)
      }
    }
    return html
  }
}
