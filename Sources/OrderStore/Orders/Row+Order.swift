import Orders
import Postgres

/// The columns of an order as `Row.order()` reads them, of a table or a function called `o`. A
/// statement that contains them answers in the binary format.
let orderColumns = orderColumnNames.binary
let orderColumnCount = 21
private let orderColumnNames: SQL = """
  o.id, o.number, o.channel, o.status, o.customer_id, o.reference, o.items, o.total_quantity,
  o.total_amount, o.shipping_carrier, o.tracking_number, o.version, o.created_at, o.updated_at,
  o.ship_to, o.note, o.tags, o.metadata, o.returned_quantity, o.returned_amount,
  o.shipped_quantity
  """

extension Row {
  /// The order of a row that has `orderColumns` from column `a` on.
  func order(at a: Int = 0) throws(PostgresError) -> Order {
    Order(
      id: try orderID(a), number: try int(a + 1), channel: try word(a + 2),
      status: try word(a + 3), customer: try optionalText(a + 4),
      reference: try optionalText(a + 5), items: try bytes(a + 6), totalQuantity: try int(a + 7),
      totalAmount: try digits(a + 8),
      shipping: Shipping(
        carrier: try optionalText(a + 9), trackingNumber: try optionalText(a + 10)),
      extras: try extras(at: a + 14),
      returned: isNull(a + 18)
        ? nil : ReturnedGoods(quantity: try int(a + 18), amount: try digits(a + 19)),
      shippedQuantity: try optionalInt(a + 20),
      version: try int(a + 11), createdAt: try moment(a + 12), updatedAt: try moment(a + 13))
  }

  /// What an order has beside its lines, of four columns.
  func extras(at a: Int) throws(PostgresError) -> OrderExtras {
    OrderExtras(
      shipTo: try optionalBytes(a), note: try optionalText(a + 1), tags: try optionalBytes(a + 2),
      metadata: try optionalBytes(a + 3))
  }

  /// A value as the database has written it.
  func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? {
    isNull(column) ? nil : try bytes(column)
  }

  func orderID(_ column: Int) throws(PostgresError) -> OrderID {
    let uuid = try uuid(column)
    return OrderID(high: uuid.high, low: uuid.low)
  }

  /// A word of an enumeration that Swift and the database share.
  func word<Word: RawRepresentable>(
    _ column: Int
  ) throws(PostgresError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try text(column)) else {
      throw undecodable(column, expected: "a word of \(Word.self)")
    }
    return word
  }

  /// The list that `shortfallsOfDetail` has made.
  func shortfalls(_ column: Int) throws(PostgresError) -> [Shortfall] {
    guard let text = try optionalText(column) else { return [] }
    var shortfalls: [Shortfall] = []
    for entry in text.split(separator: ",") {
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

  /// The same list of items of a request, which are named by their places in it.
  func excessItems(_ column: Int) throws(PostgresError) -> [ExcessItem] {
    guard let text = try optionalText(column) else { return [] }
    var items: [ExcessItem] = []
    for entry in text.split(separator: ",") {
      let numbers = entry.split(separator: " ").compactMap { Int($0) }
      guard numbers.count == 3 else { throw undecodable(column, expected: "three numbers") }
      items.append(ExcessItem(item: numbers[0], requested: numbers[1], available: numbers[2]))
    }
    return items
  }
}

/// The detail of an outcome as a list of `id requested available`, separated by commas, as this
/// module reads no JSON. A product id contains neither a blank nor a comma.
let shortfallsOfDetail: SQL = """
  (SELECT string_agg(CASE json_typeof(short) WHEN 'string' THEN short #>> '{}'
                     ELSE concat_ws(' ', coalesce(short ->> 'product_id', short ->> 'item'),
                                    short ->> 'requested', short ->> 'available') END, ',')
     FROM json_array_elements(detail) AS short)
  """

extension OrderID {
  /// The id as a parameter.
  var raw: RawUUID { RawUUID(high: high, low: low) }
}
