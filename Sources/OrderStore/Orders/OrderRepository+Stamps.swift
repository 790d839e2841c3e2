package import Orders
import Postgres

// What a list has, without reading its orders: for somebody who knows most of them already.

extension OrderFilter {
  /// Whether the first page is read from the orders on it alone, so that their stamps say what it
  /// has.
  package var hasStamps: Bool { words == nil && !hasWindow }

  private static let stamp: SQL = ("o.id, o.version, o.updated_at" as SQL).binary
  /// The union of several scans is sorted by columns of its rows.
  private static let stampInUnion: SQL =
    ("o.id, o.version, o.updated_at, o.created_at, o.number" as SQL).binary

  /// The statement that reads the stamps of the first page, and one more.
  func stampStatement(size: PageSize) -> SQL {
    statement(
      reading: customer == nil && (channel != nil || !isEveryStatus)
        ? Self.stampInUnion : Self.stamp, size: size)
  }
}

extension OrderRepository {
  /// The stamps of the orders on the first page of a list that has stamps, and whether there is a
  /// second page. It costs about half of `list`.
  package func stamps(
    _ filter: OrderFilter, size: PageSize
  ) async throws(OrderError) -> (stamps: [OrderStamp], hasMore: Bool) {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(filter.stampStatement(size: size))
      var stamps: [OrderStamp] = []
      stamps.reserveCapacity(size.value)
      for row in rows.prefix(size.value) {
        stamps.append(
          OrderStamp(
            id: try row.orderID(0), version: try row.int(1), updatedAt: try row.moment(2)))
      }
      return (stamps, rows.count > size.value)
    }
  }

  /// The orders that have these ids, whoever may see them.
  package func find(_ ids: [OrderID]) async throws(OrderError) -> [OrderID: Order] {
    try await mappingErrors { () throws(PostgresError) in
      try await Self.find(ids, in: database)
    }
  }
}
