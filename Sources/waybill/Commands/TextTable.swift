import Orders

/// Rows below a row of titles: in columns for a person, between tabs for a program.
struct TextTable {
  let titles: [String]
  var rows: [[String]] = []

  func text(inColumns: Bool) -> String {
    let lines = ([titles] + rows).map { $0.map(Self.shown) }
    guard inColumns else { return lines.map { $0.joined(separator: "\t") + "\n" }.joined() }
    let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      let text = cells.joined(separator: "  ")
      return text[...(text.lastIndex { $0 != " " } ?? text.startIndex)] + "\n"
    }.joined()
  }

  /// A control character of a name is neither a tab nor an order to somebody's terminal.
  private static func shown(_ cell: String) -> String {
    cell.isEmpty ? "-" : cell.withoutControls
  }
}
