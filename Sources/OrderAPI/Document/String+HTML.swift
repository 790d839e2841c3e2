extension String {
  /// The text as it stands in a page, in an element or in the quotes of an attribute.
  var escapedForHTML: String {
    // Scalar by scalar: a bracket with a mark that combines with it is another character.
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
