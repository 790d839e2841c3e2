package import Orders
import Postgres

/// How many orders of a channel are in a status.
package struct OrderCount: Sendable {
  /// Up to how many are counted: so few entries of an index are read in a millisecond, however many
  /// orders there are.
  package static let bound = 1_000

  /// The channel.
  package let channel: Channel
  /// The status.
  package let status: OrderStatus
  /// How many there are, up to the bound.
  package let count: Int
  /// Whether there are more.
  package let isMore: Bool

  /// A count.
  package init(channel: Channel, status: OrderStatus, count: Int, isMore: Bool) {
    self.channel = channel
    self.status = status
    self.count = count
    self.isMore = isMore
  }
}

extension OrderRepository {
  /// How many orders there are of each channel in each status. Each count reads the entries of one
  /// index, and stops at the bound.
  package func counts() async throws(OrderError) -> [OrderCount] {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT channel, status, count
          FROM count_orders(\(Channel.allCases.map(\.rawValue)),
                            \(OrderStatus.allCases.map(\.rawValue)), \(Int32(OrderCount.bound + 1)))
        """)
      return try rows.map { row throws(PostgresError) in
        let found = try row.int(2)
        return OrderCount(
          channel: try row.word(0), status: try row.word(1), count: min(found, OrderCount.bound),
          isMore: found > OrderCount.bound)
      }
    }
  }
}
