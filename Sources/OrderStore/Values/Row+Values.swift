import Orders
import Postgres

extension Row {
  /// A product's id; the table's own check keeps it well formed.
  func productID(_ column: Int) throws(PostgresError) -> ProductID {
    guard let id = ProductID(try text(column)) else {
      throw undecodable(column, expected: "a product id")
    }
    return id
  }

  /// An amount from `numeric(12,2)`.
  func money(_ column: Int) throws(PostgresError) -> Money {
    Money(cents: Int64(try decimal(column, fractionDigits: 2)))
  }

  /// A role, and in the next column its customer.
  func role(from column: Int) throws(PostgresError) -> Role {
    let customer = try optionalText(column + 1).flatMap(CustomerID.init)
    guard let role = Role(try text(column), customer: customer) else {
      throw undecodable(column, expected: "a role")
    }
    return role
  }

  /// A moment from `timestamptz`.
  func moment(_ column: Int) throws(PostgresError) -> Orders.Timestamp {
    Orders.Timestamp(microseconds: try timestamp(column).microseconds)
  }

  /// A moment from `timestamptz`, or nil for NULL.
  func optionalMoment(_ column: Int) throws(PostgresError) -> Orders.Timestamp? {
    guard let timestamp = try optionalTimestamp(column) else { return nil }
    return Orders.Timestamp(microseconds: timestamp.microseconds)
  }
}

extension Orders.Timestamp {
  /// The moment as a parameter.
  var raw: Postgres.Timestamp { Postgres.Timestamp(microseconds: microseconds) }
}
