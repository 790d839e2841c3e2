package import Orders
import Postgres

extension OrderRepository {
  /// Sends goods of an order out in one parcel.
  package func send(
    _ key: OrderKey, _ parcel: NewShipment, version: Int?, in scope: OrderScope, by actor: String
  ) async throws(OrderError) -> Order {
    let items: SQL =
      if let items = parcel.items {
        """
        \(items.map(\.product)), \(items.map(\.name)),
        \(items.map { Int32(clamping: $0.quantity.value) })
        """
      } else {
        "NULL, NULL, NULL"
      }
    let result = try await change(
      """
      ship_goods(\(key.sql), \(scope.sql), \(version), \(parcel.shipping.carrier),
                 \(parcel.shipping.trackingNumber), \(items), \(actor))
      """)
    return try result.order { .notShippable($0.status) }
  }

  /// One page of the shipments of an order in `scope`, oldest first.
  package func shipments(
    of key: OrderKey, in scope: OrderScope, after number: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Shipment, Int> {
    let page: Page<Shipment, Int>? = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(shipmentColumns)
          FROM orders AS o
          LEFT JOIN LATERAL (
              SELECT * FROM order_shipments
               WHERE order_number = o.number AND shipment > \(number ?? 0)
               ORDER BY shipment
               \(size.limitClause)) AS s ON true
         WHERE \(key.condition) \(scope.condition)
         ORDER BY s.shipment
        """)
      guard let first = rows.first else { return nil }
      guard !first.isNull(0) else { return Page(entries: [], next: nil) }
      let shipments = try rows.map { row throws(PostgresError) in try row.shipment(at: 0) }
      return Page(reading: shipments, size: size, position: \.number)
    }
    guard let page else { throw .unknownOrder }
    return page
  }

  /// All shipments of some orders, by the numbers of the orders, oldest first.
  package func shipments(
    ofOrders numbers: [Int]
  ) async throws(OrderError) -> [Int: [Shipment]] {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(shipmentColumns), s.order_number
          FROM order_shipments AS s
         WHERE s.order_number = ANY (\(numbers))
         ORDER BY s.order_number, s.shipment
        """)
      var shipments: [Int: [Shipment]] = [:]
      for row in rows { shipments[try row.int(8), default: []].append(try row.shipment(at: 0)) }
      return shipments
    }
  }

  /// The packing slip of an order in `scope`, or of one of its shipments; nil when there is no such
  /// shipment.
  package func packingSlip(
    of key: OrderKey, shipment number: Int?, in scope: OrderScope
  ) async throws(OrderError) -> PackingSlip? {
    let slip: PackingSlip? = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(Self.packingSlip(of: key, shipment: number, in: scope))
      guard let row = rows.first else { return nil }
      let first = orderColumnCount + 1
      return PackingSlip(
        order: try row.order(), shipment: row.isNull(first) ? nil : try row.shipment(at: first),
        lines: try row.bytes(orderColumnCount))
    }
    guard let slip else { throw .unknownOrder }
    return number == nil || slip.shipment != nil ? slip : nil
  }

  /// The order, the lines of the slip as they are sent, and the shipment. The slip of a shipment
  /// counts what had gone out when it was made, so that it can be printed again.
  static func packingSlip(
    of key: OrderKey, shipment number: Int?, in scope: OrderScope
  ) -> SQL {
    """
    SELECT \(orderColumns), lines.document, \(shipmentColumns)
      FROM orders AS o
      LEFT JOIN order_shipments AS s ON s.order_number = o.number AND s.shipment = \(number)
     CROSS JOIN LATERAL (
         SELECT '[' || coalesce(string_agg(
                    '{"product_id":' || coalesce(to_json(product_id)::text, 'null')
                        || ',"name":' || coalesce(to_json(name)::text, 'null')
                        || ',"quantity":' || ordered || ',"shipped":' || shipped
                        || ',"to_ship":' || greatest(0, ordered - shipped - never_shipped)
                        || coalesce(',"in_shipment":'
                                    || CASE WHEN s.shipment IS NOT NULL THEN in_shipment END, '')
                        || '}', ',' ORDER BY line), '') || ']' AS document
           FROM order_units(o.number, o.items, s.shipment)
          WHERE line IS NOT NULL) AS lines
     WHERE \(key.condition) \(scope.condition)
    """
  }
}

private let shipmentColumns: SQL = """
  s.shipment, s.version, s.carrier, s.tracking_number, s.items, s.quantity, s.who, s.created_at
  """

extension Row {
  fileprivate func shipment(at a: Int) throws(PostgresError) -> Shipment {
    Shipment(
      number: try int(a), version: try int(a + 1),
      shipping: Shipping(
        carrier: try optionalText(a + 2), trackingNumber: try optionalText(a + 3)),
      items: try bytes(a + 4), quantity: try int(a + 5), actor: try text(a + 6),
      createdAt: try moment(a + 7))
  }
}
