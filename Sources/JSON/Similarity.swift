/// How alike names are, to say what somebody may have meant.
package enum Likeness {
  /// The name most like `name`, if it is a slip of the keyboard or of the convention away:
  /// `productId` for `product_id`.
  package static func nearest(to name: some StringProtocol, of known: [String]) -> String? {
    // What is longer than this is no slip, and would be dear to compare.
    guard name.utf8.count <= 64 else { return nil }
    let nearest = known.map { (name: $0, edits: edits(from: $0, to: name)) }
      .min { $0.edits < $1.edits }
    guard let nearest, nearest.edits <= max(1, min(3, nearest.name.count / 3)) else { return nil }
    return nearest.name
  }

  /// How many single-character edits lie between two names.
  static func edits(from left: String, to right: some StringProtocol) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (line, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, other) in right.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(
          above + 1, row[column] + 1, diagonal + (character == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
