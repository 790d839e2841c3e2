/// Something for each order, by its id. Two ids are one only when their bytes are: to Swift strings
/// are equal when they read the same, to the real service they are not.
struct ByOrder<Value> {
  private var values: [[UInt8]: Value] = [:]

  /// The value of an order; nil when it has none.
  subscript(order: String) -> Value? {
    get { values[Array(order.utf8)] }
    set { values[Array(order.utf8)] = newValue }
  }

  /// All orders and what they have, by the bytes of the ids.
  var all: [(order: String, value: Value)] {
    values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
  }

  /// Changes what every order has.
  mutating func updateAll(_ change: (inout Value) -> Void) {
    for id in values.keys { change(&values[id]!) }
  }
}

extension ByOrder: Equatable where Value: Equatable {}
extension ByOrder: Sendable where Value: Sendable {}
