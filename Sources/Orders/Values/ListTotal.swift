/// How the entries of a whole list are to be counted.
package enum ListCount: String, CaseIterable, Sendable {
  /// Counted, as far as that goes.
  case exact
  /// As many as PostgreSQL expects, without reading them.
  case estimate
}

/// How many entries a whole list has, over all of its pages.
package struct ListTotal: Equatable, Sendable {
  /// What the number is.
  package enum Kind: String, CaseIterable, Sendable {
    case exact
    /// There may be more: counting ended early.
    case atLeast = "at_least"
    case estimate
  }

  /// How many rows counting looks at, at most, where an index or a table is read in its order.
  package static let lookedAtMax = 100_000
  /// The same where each row is looked up by itself, which takes more than ten times as long.
  package static let lookedUpMax = 20_000

  package let value: Int
  package let kind: Kind

  /// A total.
  package init(_ value: Int, _ kind: Kind) {
    self.value = value
    self.kind = kind
  }

  /// What was counted among the rows that were looked at, which were one more than the most if
  /// there are more.
  package init(counted: Int, among lookedAt: Int, ofAtMost most: Int = lookedAtMax) {
    self.init(counted, lookedAt > most ? .atLeast : .exact)
  }
}
