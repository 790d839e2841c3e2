/// What a file that is imported has.
package enum ImportKind: String, CaseIterable, Sendable { case products, customers, orders }

/// What becomes of a row of something that exists already.
package enum ImportMode: String, CaseIterable, Sendable {
  /// It is refused.
  case create
  /// It changes what exists.
  case upsert
}

/// What an import does with the stock.
package enum ImportStock: String, CaseIterable, Sendable {
  /// Products have the stock of the file; open orders take their units.
  case take
  /// The stock stays as it is; new products have none.
  case leave

  /// What is meant when nobody says: an export has the stock without the units of open orders.
  package static func standard(for kind: ImportKind) -> ImportStock {
    kind == .products ? .take : .leave
  }
}

/// Why a row of a file is not imported.
package struct ImportFault: Error, Equatable, Sendable {
  /// The column, or a path into it: `items[0].price`; empty for the row as a whole.
  package let column: String
  /// What is wrong, as the predicate of a sentence about the column.
  package let problem: String

  /// A fault of a column.
  package init(_ column: String, _ problem: String) {
    self.column = column
    self.problem = problem
  }
}

/// What identifies something in a file, so that no file has it twice.
package struct ImportKey: Sendable {
  /// The column in which it stands.
  package let column: String
  /// All that must differ.
  package let text: String

  /// A key.
  package init(_ column: String, _ text: String) {
    self.column = column
    self.text = text
  }
}
