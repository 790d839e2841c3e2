/// What a partial update does to a value that may be missing.
package enum FieldChange<Value: Sendable>: Sendable {
  /// It stays as it is.
  case keep
  /// It goes.
  case clear
  /// It is another one from now on.
  case set(Value)
}

extension FieldChange: Equatable where Value: Equatable {}
