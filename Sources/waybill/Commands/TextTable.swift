import Orders

/// Rows below a row of titles: in columns for people, separated by tabs for programs.
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

  /// Replaces control characters: a tab would separate columns, others would control a terminal.
  private static func shown(_ cell: String) -> String {
    cell.isEmpty ? "-" : cell.withoutControls
  }
}
