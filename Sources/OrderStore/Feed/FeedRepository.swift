package import Orders
package import Postgres

/// The feed: every event of orders, stock, products and customers in one order.
package final class FeedRepository {
  /// The channel on which the database notifies of new events in the feed.
  package static let channel = "waybill_feed"

  private let database: Database
  private let confirmation: FeedConfirmation

  /// The feed, over the connections of one loop.
  package init(_ database: Database) {
    self.database = database
    confirmation = FeedConfirmation(database)
  }

  /// Gives positions to the events that have become visible; returns how many there were.
  package func sequence() async throws(PostgresError) -> Int {
    try await database.write(Self.sequencing)[0].int(0)
  }

  /// The same without a limit of time, for more events than there is time for otherwise.
  package static func sequence(over session: Session) async throws(PostgresError) -> Int {
    try await session.rows(sequencing)[0].int(0)
  }

  private static let sequencing: SQL = "SELECT sequence_events()"

  /// The position of the newest event.
  package func head() async throws(OrderError) -> FeedCursor {
    let confirmed = confirmation.confirmed
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT first_position + events - 1, encode(substr(hash, 1, 4), 'hex'),
               \(FeedConfirmation.columns(confirmed))
          FROM feed_ticks ORDER BY number DESC LIMIT 1
        """)
      guard let row = rows.first else { return .start }
      let head = try row.cursor(at: 0)
      let source = try row.feedSource(at: 2, confirmed: confirmed)
      try await confirmation.confirm(head, head: head, from: source)
      return head
    }
  }

  /// Events that a filter lets through, up to `size` of them.
  ///
  /// - Parameter includesOrders: Whether each event of an order includes the order as it is now.
  package func page(
    after start: FeedCursor, _ filter: FeedFilter = .all, size: Int, includesOrders: Bool = false
  ) async throws(OrderError) -> FeedPage {
    let confirmed = confirmation.confirmed
    let read = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        Self.statement(
          after: start, filter, size: size, includesOrders: includesOrders, confirmed: confirmed))
      let source = try rows[0].feedSource(at: Row.sourceColumn, confirmed: confirmed)
      let page = try Self.page(rows, after: start, size: size, includesOrders: includesOrders)
      if let page {
        try await confirmation.confirm(page.next, head: rows[0].head, from: source)
      } else {
        try await confirmation.confirmUnknown(start, to: source)
      }
      return page
    }
    guard let read else { throw .historyChanged }
    return read
  }

  /// One event; nil when the feed ends before this position.
  package func event(at position: Int) async throws(OrderError) -> FeedEvent? {
    let confirmed = confirmation.confirmed
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        Self.statement(
          after: FeedCursor(position: position - 1, mark: 0), .all, size: 1, includesOrders: false,
          confirmed: confirmed))
      if rows[0].isNull(Row.eventColumn) { return nil }
      let event = try rows[0].event(includesOrders: false)
      let source = try rows[0].feedSource(at: Row.sourceColumn, confirmed: confirmed)
      try await confirmation.confirm(event.cursor, head: rows[0].head, from: source)
      return event
    }
  }

  /// Nil when the reader's cursor is of another history.
  private static func page(
    _ rows: Rows, after start: FeedCursor, size: Int, includesOrders: Bool
  ) throws(PostgresError) -> FeedPage? {
    let head = try rows[0].head
    let mark = try rows[0].optionalText(2).flatMap { UInt32($0, radix: 16) }
    guard start.position <= head.position, start.position == 0 || mark == start.mark else {
      return nil
    }
    var events: [FeedEvent] = []
    events.reserveCapacity(rows.count)
    for row in rows where !row.isNull(Row.eventColumn) {
      events.append(try row.event(includesOrders: includesOrders))
    }
    // A page that is not full has looked as far as its window reaches.
    let isFull = events.count == size
    let end = try rows[0].isNull(3) ? start : rows[0].cursor(at: 3)
    let next = isFull ? events.last?.cursor ?? end : end
    return FeedPage(events: events, next: next, isCaughtUp: next.position >= head.position)
  }

  /// The statement of one page. Each row begins with the head of the feed, the mark of the cursor
  /// that the reader has, and the end of the window; then comes an event. Without an event there is
  /// one row.
  private static func statement(
    after start: FeedCursor, _ filter: FeedFilter, size: Int, includesOrders: Bool,
    confirmed: FeedCursor
  ) -> SQL {
    // Without a filter every event that is looked at is on the page.
    let reach = filter.isAll ? size : FeedPage.window
    let kinds = filter.kinds.isEmpty ? nil : filter.kinds.map(\.rawValue).sorted()
    let columns: SQL = includesOrders ? ", \(orderColumns)" : ""
    let join: SQL = includesOrders ? "LEFT JOIN orders AS o ON o.id = page.order_id" : ""
    return """
      WITH head AS MATERIALIZED (
          SELECT first_position + events - 1 AS head_position, hash
            FROM feed_ticks ORDER BY number DESC LIMIT 1
      ), page AS MATERIALIZED (
          SELECT *
            FROM feed(\(start.position), \(reach))
           WHERE (\(kinds)::text[] IS NULL OR type = ANY (\(kinds)))
             AND (\(filter.channel?.rawValue)::text IS NULL
                  OR channel = \(filter.channel?.rawValue))
           ORDER BY feed_position
           LIMIT \(size)
      ), reached AS MATERIALIZED (
          SELECT least(head_position, \(start.position) + \(reach)) AS reached_position FROM head
      )
      SELECT head_position, encode(substr(head.hash, 1, 4), 'hex'),
             \(FeedConfirmation.mark(at: "\(start.position)")),
             reached_position, \(FeedConfirmation.mark(at: "reached_position")),
             feed_position, split_part(cursor, '-', 2), type, occurred_at, who, order_id,
             order_number, page.channel, page.reference, page.version, from_status, to_status,
             product_id, page.customer_id, delta, cause, reason,
             \(FeedConfirmation.columns(confirmed))\(columns)
        FROM (SELECT 1) AS always
        LEFT JOIN head ON true
        LEFT JOIN reached ON true
        LEFT JOIN page ON true
        \(join)
       ORDER BY feed_position
      """
  }
}

extension Row {
  /// The column of the position of an event in the rows of a page.
  fileprivate static let eventColumn = 5
  /// The first column of what the server says of itself.
  fileprivate static let sourceColumn = 22
  /// The first column of the order as it is now.
  private static let firstOrderColumn = sourceColumn + FeedConfirmation.Source.columns

  /// The newest position of the server.
  fileprivate var head: FeedCursor {
    get throws(PostgresError) { try isNull(0) ? .start : cursor(at: 0) }
  }

  fileprivate func cursor(at column: Int) throws(PostgresError) -> FeedCursor {
    // Before the first event there is no tick.
    let position = try int(column)
    guard position > 0 else { return .start }
    guard let mark = UInt32(try text(column + 1), radix: 16) else {
      throw undecodable(column + 1, expected: "the mark of a cursor")
    }
    return FeedCursor(position: position, mark: mark)
  }

  fileprivate func event(includesOrders: Bool) throws(PostgresError) -> FeedEvent {
    let kind: FeedEvent.Kind = try word(7)
    return FeedEvent(
      cursor: try cursor(at: Self.eventColumn), kind: kind, occurredAt: try moment(8),
      actor: try text(9), subject: try subject(of: kind),
      orderNow: includesOrders && !isNull(Self.firstOrderColumn)
        ? try order(at: Self.firstOrderColumn) : nil)
  }

  private func subject(of kind: FeedEvent.Kind) throws(PostgresError) -> FeedEvent.Subject {
    switch kind {
    case .orderPlaced, .orderEdited, .orderMoved, .orderShipped, .orderCancelled, .orderReturned,
      .orderHidden, .orderTouched, .orderImported:
      return .order(
        ChangedOrder(
          id: try orderID(10), number: try int(11), channel: try word(12), version: try int(14),
          reference: try optionalText(13), customer: try optionalText(18),
          from: isNull(15) ? nil : try word(15), to: try word(16)))
    case .stockAdjusted:
      return .stock(
        ChangedStock(
          product: try productID(17), delta: try int(19), cause: try word(20),
          order: try optionalInt(11), reason: try optionalText(21)))
    case .productCreated, .productChanged, .productRetired, .productReinstated, .productLowStock,
      .productImported:
      return .product(try productID(17), version: try int(14))
    case .customerCreated, .customerChanged, .customerImported:
      guard let id = CustomerID(try text(18)) else {
        throw undecodable(18, expected: "a customer id")
      }
      return .customer(id, version: try int(14))
    }
  }
}
