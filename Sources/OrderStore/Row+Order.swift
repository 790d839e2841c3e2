import Orders
import Postgres

/// The columns of an order as `Row.order` reads them, of a table or a function called `o`.
let orderColumns: SQL = """
  o.id, o.number, o.channel, o.status, o.customer_id, o.reference, o.items, o.total_quantity,
  o.total_amount, o.shipping_carrier, o.tracking_number, o.version, o.created_at, o.updated_at
  """
let orderColumnCount = 14

extension Row {
  /// An order from its columns, the first of them at `first`.
  func order(from first: Int = 0) throws(PostgresError) -> Order {
    Order(
      id: try orderID(first), number: try int(first + 1),
      channel: try word(first + 2), status: try word(first + 3),
      customer: try optionalText(first + 4), reference: try optionalText(first + 5),
      items: try bytes(first + 6), totalQuantity: try int(first + 7),
      totalAmount: try text(first + 8),
      shipping: Shipping(
        carrier: try optionalText(first + 9), trackingNumber: try optionalText(first + 10)),
      version: try int(first + 11), createdAt: try moment(first + 12),
      updatedAt: try moment(first + 13))
  }

  func orderID(_ column: Int) throws(PostgresError) -> OrderID {
    let uuid = try uuid(column)
    return OrderID(high: uuid.high, low: uuid.low)
  }

  /// A word of one of the schema's enumerations, which its checks keep to.
  func word<Word: RawRepresentable>(
    _ column: Int
  ) throws(PostgresError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try text(column)) else {
      throw undecodable(column, expected: "a word of \(Word.self)")
    }
    return word
  }

  /// What `shortfalls(of:)` has made of an outcome's detail.
  func shortfalls(_ column: Int) throws(PostgresError) -> [Shortfall] {
    var shortfalls: [Shortfall] = []
    for entry in (try optionalText(column) ?? "").split(separator: ",") {
      let words = entry.split(separator: " ")
      guard let product = words.first.flatMap({ ProductID(String($0)) }) else {
        throw undecodable(column, expected: "product ids and numbers")
      }
      let numbers = words.dropFirst().compactMap { Int($0) }
      shortfalls.append(
        Shortfall(product: product, requested: numbers.first ?? 0, available: numbers.last ?? 0))
    }
    return shortfalls
  }
}

/// `id requested available` of each product in an outcome's detail, between commas, as this layer
/// reads no JSON. A product id holds neither a blank nor a comma.
let shortfallsOfDetail: SQL = """
  (SELECT string_agg(CASE json_typeof(short) WHEN 'string' THEN short #>> '{}'
                     ELSE concat_ws(' ', short ->> 'product_id', short ->> 'requested',
                                    short ->> 'available') END, ',')
     FROM json_array_elements(detail) AS short)
  """

extension OrderID {
  var raw: RawUUID { RawUUID(high: high, low: low) }
}

extension Orders.Timestamp {
  var raw: Postgres.Timestamp { Postgres.Timestamp(microseconds: microseconds) }
}
