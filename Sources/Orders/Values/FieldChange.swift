/// What a partial update does to an optional value.
package enum FieldChange<Value: Sendable>: Sendable {
  /// The value stays.
  case keep
  /// The value is removed.
  case clear
  /// The value is replaced.
  case set(Value)
}

extension FieldChange {
  /// The same change, with another value.
  package func map<Other>(_ transform: (Value) -> Other) -> FieldChange<Other> {
    switch self {
    case .keep: .keep
    case .clear: .clear
    case .set(let value): .set(transform(value))
    }
  }
}

extension FieldChange: Equatable where Value: Equatable {}
