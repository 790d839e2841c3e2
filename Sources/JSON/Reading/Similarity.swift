/// Finds the known name that a misspelt name is similar to.
public enum Similarity {
  /// The known name most similar to `name`, if the difference may be a typing error or another
  /// naming convention: `product_id` for `productId`.
  public static func nearest(to name: some StringProtocol, of known: [String]) -> String? {
    // A longer name is no typing error, and comparing it would be expensive.
    guard name.utf8.count <= 64 else { return nil }
    let nearest = known.map { (name: $0, edits: edits(from: $0, to: name)) }
      .min { $0.edits < $1.edits }
    guard let nearest, nearest.edits <= max(1, min(3, nearest.name.count / 3)) else { return nil }
    return nearest.name
  }

  /// The Levenshtein distance: how many single-character edits turn one name into the other.
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
