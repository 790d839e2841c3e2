/// A dictionary with order ids as keys, compared by their bytes as in the real service. Swift
/// itself compares strings by Unicode equivalence.
struct ByOrder<Value> {
  private var values: [[UInt8]: Value] = [:]

  subscript(order: String) -> Value? {
    get { values[Array(order.utf8)] }
    set { values[Array(order.utf8)] = newValue }
  }

  /// All entries, sorted by the bytes of the ids.
  var all: [(order: String, value: Value)] {
    values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
  }

  mutating func updateAll(_ change: (inout Value) -> Void) {
    for id in values.keys { change(&values[id]!) }
  }
}

extension ByOrder: Equatable where Value: Equatable {}
extension ByOrder: Sendable where Value: Sendable {}
