import Orders
import Postgres

extension OrderPlacing {
  /// Places what `place_orders` is given but for orders of the own API whose customer nobody has
  /// introduced: they do not get that far, so such an order leaves nothing behind.
  ///
  /// It is one statement, and customers are never removed: who was there when that was decided is
  /// there when the order is stored.
  static func statementRefusingUnknown(_ items: [Item]) -> SQL {
    let given = Arrays(items)
    return """
      WITH asked AS (
          SELECT *
            FROM unnest(\(given.ids), \(given.channels), \(given.customers), \(given.references),
                        \(given.shortages), \(given.whos))
                 WITH ORDINALITY AS a (id, channel, customer, order_ref, shortage, who, place)
      ), introduced AS MATERIALIZED (
          SELECT id FROM customers WHERE id = ANY (\(given.customers))
      ), kept AS (
          SELECT asked.*, (row_number() OVER (ORDER BY place))::integer AS nr
            FROM asked
           WHERE channel <> 'api' OR customer IN (SELECT id FROM introduced)
      ), orders AS (
          SELECT array_agg(id ORDER BY nr) AS ids, array_agg(channel ORDER BY nr) AS channels,
                 array_agg(customer ORDER BY nr) AS customers,
                 array_agg(order_ref ORDER BY nr) AS order_refs,
                 array_agg(shortage ORDER BY nr) AS shortages, array_agg(who ORDER BY nr) AS whos
            FROM kept
      ), lines AS (
          SELECT coalesce(array_agg(nr ORDER BY line), '{}') AS places,
                 coalesce(array_agg(product ORDER BY line), '{}') AS products,
                 coalesce(array_agg(name ORDER BY line), '{}') AS names,
                 coalesce(array_agg(quantity ORDER BY line), '{}') AS quantities,
                 coalesce(array_agg(price ORDER BY line), '{}') AS prices
            FROM unnest(\(given.lines.places), \(given.lines.products), \(given.lines.names),
                        \(given.lines.quantities), \(given.lines.prices)::numeric[])
                 WITH ORDINALITY AS l (place, product, name, quantity, price, line)
            JOIN kept USING (place)
      ), placed AS (
          SELECT kept.place, p.outcome, p.number, p.items, p.total_quantity, p.total_amount,
                 p.created_at, p.detail
            FROM orders CROSS JOIN lines
           CROSS JOIN LATERAL place_orders(ids, channels, customers, order_refs, shortages, whos,
                                           places, products, names, quantities, prices) AS p
            JOIN kept ON kept.nr = p.place
           WHERE orders.ids IS NOT NULL
      )
      SELECT asked.place, coalesce(outcome, 'unknown_customer'), number, items, total_quantity,
             total_amount, created_at, CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END
        FROM asked LEFT JOIN placed ON placed.place = asked.place
       ORDER BY asked.place
      """
  }
}
