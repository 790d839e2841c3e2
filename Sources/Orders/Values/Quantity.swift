/// The number of units that a line asks for.
package struct Quantity: Hashable, Sendable {
  /// What one line may ask for. The sums of an order of such lines fit every type that holds them.
  package static let allowed = 1...1_000_000

  /// The number of units.
  package let value: Int

  /// The quantity, or nil when it is not allowed.
  package init?(_ value: Int) {
    guard Self.allowed.contains(value) else { return nil }
    self.value = value
  }
}
