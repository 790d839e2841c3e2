import TestSupport

/// What orders at random are made of.
enum RandomOrderLines {
  /// A statement that makes the products of the lines.
  static let products = """
    INSERT INTO products (id, name, price, stock)
    SELECT 'p' || n, 'P' || n, n + 0.10, 200 FROM generate_series(1, 4) AS n
    """
}

extension SeededRandom {
  /// One to three lines in JSON, each with this further field.
  mutating func orderLines(with field: String = "") -> String {
    let products = [1, 2, 3, 4].shuffled(using: &self).prefix(Int.random(in: 1...3, using: &self))
    return products.map {
      #"{"product_id":"p\#($0)","quantity":\#(Int.random(in: 1...4, using: &self))\#(field)}"#
    }.joined(separator: ",")
  }
}
