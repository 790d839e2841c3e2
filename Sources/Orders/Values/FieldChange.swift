/// What a partial update does to an optional value.
package enum FieldChange<Value: Sendable>: Sendable {
  /// The value stays.
  case keep
  /// The value is removed.
  case clear
  /// The value is replaced.
  case set(Value)
}

extension FieldChange: Equatable where Value: Equatable {}
