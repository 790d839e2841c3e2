import Orders

extension FieldChange {
  /// The change as two parameters: whether the column keeps its value, and its new value if not.
  func columns<Column>(_ column: (Value) -> Column) -> (keeps: Bool, value: Column?) {
    switch self {
    case .keep: (true, nil)
    case .clear: (false, nil)
    case .set(let value): (false, column(value))
    }
  }
}
