-- What must hold at any moment, whatever happened: every row of the answer is a fault.
-- One statement, so that all of it is looked at in one snapshot, also under load.
WITH opening AS (
    SELECT product_id, sum(delta) AS units
      FROM stock_adjustments
     WHERE cause IN ('initial', 'adjusted', 'direct')
     GROUP BY product_id
), live AS (
    -- What orders hold by their own lines; a cancelled order holds nothing.
    SELECT line ->> 'product_id' AS product_id, sum((line ->> 'quantity')::bigint) AS units
      FROM orders CROSS JOIN json_array_elements(items) AS line
     WHERE takes_stock(channel) AND status <> 'cancelled'
     GROUP BY 1
), back AS (
    SELECT product_id, sum(quantity) AS units FROM order_returns WHERE restocked GROUP BY product_id
), moved AS (
    SELECT product_id, sum(delta) AS units
      FROM (SELECT product_id, -taken::bigint AS delta FROM order_products
            UNION ALL SELECT product_id, delta FROM stock_adjustments) AS movement
     GROUP BY product_id
), history AS (
    SELECT e.*, o.number AS order_number, o.channel, o.status AS now, o.version AS newest,
           lag(e.to_status) OVER steps AS came_from, lag(e.version) OVER steps AS before,
           lag(e.created_at) OVER steps AS earlier
      FROM order_events AS e LEFT JOIN orders AS o ON o.id = e.order_id
    WINDOW steps AS (PARTITION BY e.order_id ORDER BY e.version)
), truth AS (
    SELECT customer_id, count(*) AS orders,
           sum(total_quantity) - coalesce(sum(returned_quantity), 0) AS quantity,
           sum(total_amount) - coalesce(sum(returned_amount), 0) AS amount,
           coalesce(sum(returned_quantity), 0) AS back, coalesce(sum(returned_amount), 0) AS refund
      FROM orders
     WHERE status = 'completed' AND customer_id IS NOT NULL
     GROUP BY customer_id
), known AS (
    SELECT customer_id, sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
           sum(returned_quantity) AS back, sum(returned_amount) AS refund
      FROM (SELECT customer_id, orders, total_quantity AS quantity, total_amount AS amount,
                   returned_quantity, returned_amount
              FROM customer_ledger
            UNION ALL SELECT customer_id, orders, quantity, amount, returned_quantity, returned_amount
              FROM report_changes WHERE customer_id IS NOT NULL) AS part
     GROUP BY customer_id
), day_truth AS (
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS orders,
           sum(total_quantity) - coalesce(sum(returned_quantity), 0) AS quantity,
           sum(total_amount) - coalesce(sum(returned_amount), 0) AS amount,
           coalesce(sum(returned_quantity), 0) AS back, coalesce(sum(returned_amount), 0) AS refund
      FROM orders
     WHERE status = 'completed' AND customer_id IS NOT NULL
     GROUP BY 1
), day_known AS (
    SELECT day, sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
           sum(returned_quantity) AS back, sum(returned_amount) AS refund
      FROM (SELECT day, orders, total_quantity AS quantity, total_amount AS amount,
                   returned_quantity, returned_amount
              FROM day_ledger
            UNION ALL
            SELECT (o.created_at AT TIME ZONE 'UTC')::date, c.orders, c.quantity, c.amount,
                   c.returned_quantity, c.returned_amount
              FROM report_changes AS c JOIN orders AS o ON o.number = c.order_number) AS part
     GROUP BY day
), sold AS (
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, number, coalesce(product_id, '') AS product_id,
           sum(quantity) AS quantity, sum(amount) AS amount
      FROM orders CROSS JOIN json_to_recordset(items)
                          AS line (product_id text, quantity integer, amount numeric)
     WHERE status = 'completed'
     GROUP BY 1, 2, 3
), product_truth AS (
    SELECT day, product_id, count(*) AS orders, sum(s.quantity) - coalesce(sum(r.quantity), 0) AS quantity,
           sum(s.amount) - coalesce(sum(r.amount), 0) AS amount, coalesce(sum(r.quantity), 0) AS back,
           coalesce(sum(r.amount), 0) AS refund
      FROM sold AS s
      LEFT JOIN (SELECT order_number AS number, product_id, sum(quantity) AS quantity, sum(amount) AS amount
                   FROM order_returns GROUP BY 1, 2) AS r USING (number, product_id)
     GROUP BY 1, 2
), span_truth AS (
    SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(month) = 0 THEN 'month' ELSE 'all' END AS span,
           coalesce(day, month, '-infinity') AS first_day, product_id, sum(orders) AS orders,
           sum(quantity) AS quantity, sum(amount) AS amount, sum(back) AS back, sum(refund) AS refund
      FROM (SELECT *, date_trunc('month', day::timestamp)::date AS month FROM product_truth) AS t
     GROUP BY GROUPING SETS ((day, product_id), (month, product_id), (product_id))
)
SELECT 'I1 no unit is sold twice' AS invariant, p.id AS subject,
       format('stock %s, opening %s less live lines %s', p.stock, o.units, l.units) AS finding
  FROM products AS p LEFT JOIN opening AS o ON o.product_id = p.id
  LEFT JOIN live AS l ON l.product_id = p.id
  LEFT JOIN back AS b ON b.product_id = p.id
 WHERE (p.stock <> coalesce(o.units, 0) - coalesce(l.units, 0) + coalesce(b.units, 0)
        -- Imported orders have lines that took nothing; the movements explain these stocks too.
        AND p.id NOT IN (SELECT h.product_id FROM order_products AS h
                           JOIN orders AS i ON i.number = h.order_number
                           JOIN order_events AS e ON e.order_id = i.id AND e.what = 'imported'))
    OR p.stock < 0
UNION ALL
SELECT 'I1 no unit comes back twice', o.number::text,
       format('order %s of %s, returns %s of %s', o.returned_quantity, o.returned_amount, r.units, r.amount)
  FROM orders AS o
  FULL JOIN (SELECT order_number, sum(quantity) AS units, sum(amount) AS amount
               FROM order_returns GROUP BY order_number) AS r ON r.order_number = o.number
 WHERE (o.returned_quantity, o.returned_amount) IS DISTINCT FROM (r.units, r.amount)
    OR o.returned_quantity > o.total_quantity OR o.returned_amount > o.total_amount
UNION ALL
SELECT 'I1 no product comes back that was not sold', r.order_number::text, r.product_id
  FROM (SELECT order_number, product_id, sum(quantity) AS units
          FROM order_returns GROUP BY 1, 2) AS r
  LEFT JOIN order_products AS h
    ON h.order_number = r.order_number AND h.product_id = r.product_id
 WHERE r.units > coalesce(h.quantity, 0)
UNION ALL
SELECT 'I1 no unit is shipped twice', u.number::text,
       format('%s: %s ordered, %s shipped, %s came back unshipped', u.product_id, u.ordered, u.shipped,
              u.never_shipped)
  FROM (SELECT o.number, u.*
          FROM orders AS o CROSS JOIN LATERAL order_units(o.number, o.items) AS u
         WHERE o.shipped_quantity IS NOT NULL OR o.returned_quantity IS NOT NULL) AS u
 WHERE u.shipped + u.never_shipped > u.ordered
UNION ALL
SELECT 'I1 shipments are counted', o.number::text,
       format('order %s, shipments %s, status %s', o.shipped_quantity, s.units, o.status)
  FROM orders AS o
  FULL JOIN (SELECT order_number, sum(quantity) AS units, sum(held.units) AS lines, max(shipment) AS newest,
                    count(*) AS parcels
               FROM order_shipments
              CROSS JOIN LATERAL (SELECT sum((line ->> 'quantity')::bigint) AS units
                                    FROM json_array_elements(items) AS line) AS held
              GROUP BY order_number) AS s ON s.order_number = o.number
 WHERE (o.shipped_quantity, o.shipped_quantity) IS DISTINCT FROM (s.units, s.lines)
    OR s.newest <> s.parcels OR o.status = 'cancelled' AND s.units > 0 AND takes_stock(o.channel)
UNION ALL
SELECT 'I1 an order is shipped as its newest parcel', o.number::text,
       format('%s, parcel %s', o.tracking_number, s.tracking_number)
  FROM orders AS o JOIN order_shipments AS s ON s.order_number = o.number
 WHERE s.shipment = (SELECT max(shipment) FROM order_shipments WHERE order_number = o.number)
   AND (o.shipping_carrier, o.tracking_number) IS DISTINCT FROM (s.carrier, s.tracking_number)
UNION ALL
SELECT 'I6 all or nothing: tracking numbers', coalesce(o.number, t.order_number)::text,
       coalesce(o.tracking_number, t.tracking_number)
  FROM (SELECT number, created_at, tracking_number::text FROM orders WHERE tracking_number IS NOT NULL
         UNION
        SELECT o.number, o.created_at, s.tracking_number
          FROM order_shipments AS s JOIN orders AS o ON o.number = s.order_number
         WHERE s.tracking_number IS NOT NULL) AS o
  FULL JOIN order_tracked AS t
    ON t.order_number = o.number AND t.tracking_number = o.tracking_number AND t.created_at = o.created_at
 WHERE o.number IS NULL OR t.order_number IS NULL
UNION ALL
SELECT 'I1 every movement is explained', p.id, format('stock %s, movements %s', p.stock, m.units)
  FROM products AS p LEFT JOIN moved AS m ON m.product_id = p.id
 WHERE p.stock <> coalesce(m.units, 0)
UNION ALL
SELECT 'I5 the life cycle moves along its arrows', order_number::text,
       format('version %s: %s after %s to %s, stored %s', version, what, came_from, to_status, now)
  FROM history
 WHERE order_number IS NULL
    OR version <> coalesce(before + 1, CASE what WHEN 'imported' THEN version ELSE 1 END)
    OR (before IS NULL) <> (what IN ('placed', 'imported')) OR what = 'placed' AND to_status <> 'new'
    OR from_status IS DISTINCT FROM came_from
    OR before IS NOT NULL AND NOT (what = 'moved' AND may_move(channel, came_from, to_status)
                            OR what <> 'moved' AND to_status = came_from)
    OR version = newest AND to_status <> now
    OR created_at <= earlier
UNION ALL
SELECT 'I5 every version has its event', o.number::text, format('version %s, newest event %s', o.version, e.newest)
  FROM orders AS o
  LEFT JOIN (SELECT order_id, max(version) AS newest FROM order_events GROUP BY order_id) AS e
    ON e.order_id = o.id
 WHERE o.version IS DISTINCT FROM e.newest
UNION ALL
SELECT 'I6 all or nothing: lines', number::text, items::text
  FROM orders
 WHERE NOT lines_hold(items, total_quantity, total_amount) OR (total_quantity = 0) <> (channel_kind(channel) = 'process')
UNION ALL
SELECT 'I6 all or nothing: customers', o.number::text, o.customer_id
  FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id
 WHERE c.id IS NULL AND o.customer_id IS NOT NULL
UNION ALL
SELECT 'I6 all or nothing: products of orders', coalesce(o.number, h.order_number)::text,
       format('%s: lines %s, copy %s', coalesce(o.product_id, h.product_id), o.units, h.quantity)
  FROM (SELECT number, created_at, line ->> 'product_id' AS product_id,
               sum((line ->> 'quantity')::bigint) AS units
          FROM orders CROSS JOIN json_array_elements(items) AS line
         WHERE line ->> 'product_id' IS NOT NULL GROUP BY 1, 2, 3) AS o
  FULL JOIN order_products AS h
    ON h.order_number = o.number AND h.product_id = o.product_id AND h.created_at = o.created_at
 WHERE coalesce(o.units, 0) <> coalesce(h.quantity, 0)
UNION ALL
SELECT 'I6 all or nothing: tags of orders', coalesce(o.number, t.order_number)::text,
       coalesce(o.tag, t.tag)
  FROM (SELECT number, created_at, json_array_elements_text(tags) AS tag FROM orders) AS o
  FULL JOIN order_tagged AS t
    ON t.order_number = o.number AND t.tag = o.tag AND t.created_at = o.created_at
 WHERE o.tag IS NULL OR t.tag IS NULL
UNION ALL
SELECT 'I6 all or nothing: order processes', o.number::text,
       format('%s, %s in the queue', o.status, CASE WHEN p.order_id IS NULL THEN 'not' ELSE 'still' END)
  FROM orders AS o LEFT JOIN order_processes AS p ON p.order_id = o.id
 WHERE (channel_kind(o.channel) = 'process' AND o.status IN ('new', 'in_progress')) <> (p.order_id IS NOT NULL)
UNION ALL
-- The report as of its refresh is the ledger; ledger and waiting changes together are all history.
SELECT 'I7 the report is a true past', coalesce(t.customer_id, k.customer_id),
       format('orders say %s %s %s, ledger %s %s %s', t.orders, t.quantity, t.amount,
              k.orders, k.quantity, k.amount)
  FROM truth AS t FULL JOIN known AS k USING (customer_id)
 WHERE (coalesce(t.orders, 0), coalesce(t.quantity, 0), coalesce(t.amount, 0),
        coalesce(t.back, 0), coalesce(t.refund, 0))
       <> (coalesce(k.orders, 0), coalesce(k.quantity, 0), coalesce(k.amount, 0),
           coalesce(k.back, 0), coalesce(k.refund, 0))
UNION ALL
SELECT 'I7 the report is its ledger', coalesce(r.customer_id, l.customer_id),
       format('report %s %s %s, ledger %s %s %s', r.orders, r.total_quantity, r.total_amount,
              l.orders, l.total_quantity, l.total_amount)
  FROM customer_report AS r
  FULL JOIN (SELECT * FROM customer_ledger WHERE orders > 0) AS l USING (customer_id)
 WHERE (r.orders, r.total_quantity, r.total_amount, r.returned_quantity, r.returned_amount,
        r.customer_name)
       IS DISTINCT FROM (l.orders, l.total_quantity, l.total_amount, l.returned_quantity,
                         l.returned_amount, l.customer_name)
UNION ALL
SELECT 'I7 the days are a true past', coalesce(t.day, k.day)::text,
       format('orders say %s %s %s, ledger %s %s %s', t.orders, t.quantity, t.amount,
              k.orders, k.quantity, k.amount)
  FROM day_truth AS t FULL JOIN day_known AS k USING (day)
 WHERE (coalesce(t.orders, 0), coalesce(t.quantity, 0), coalesce(t.amount, 0),
        coalesce(t.back, 0), coalesce(t.refund, 0))
       <> (coalesce(k.orders, 0), coalesce(k.quantity, 0), coalesce(k.amount, 0),
           coalesce(k.back, 0), coalesce(k.refund, 0))
UNION ALL
-- What products wait to be added is in the orders, so this is looked at when nothing waits.
SELECT 'I7 the products are a true past', format('%s %s %s', span, first_day, product_id),
       format('orders say %s %s %s, ledger %s %s %s', t.orders, t.quantity, t.amount,
              l.orders, l.total_quantity, l.total_amount)
  FROM span_truth AS t FULL JOIN product_ledger AS l USING (span, first_day, product_id)
 WHERE NOT EXISTS (SELECT FROM report_changes)
   AND (coalesce(t.orders, 0), coalesce(t.quantity, 0), coalesce(t.amount, 0),
        coalesce(t.back, 0), coalesce(t.refund, 0))
       IS DISTINCT FROM (coalesce(l.orders, 0), coalesce(l.total_quantity, 0), coalesce(l.total_amount, 0),
                         coalesce(l.returned_quantity, 0), coalesce(l.returned_amount, 0))
UNION ALL
SELECT 'I7 the views are their ledgers', format('%s %s', day, product_id), 'they differ'
  FROM ((SELECT day, NULL AS product_id, orders, total_quantity, total_amount, returned_quantity,
                returned_amount FROM day_ledger WHERE orders > 0
          UNION ALL
         SELECT NULL, product_id, orders, total_quantity, total_amount, returned_quantity,
                returned_amount FROM product_ledger WHERE orders > 0 AND span = 'all')
        EXCEPT
        (SELECT day, NULL, orders, total_quantity, total_amount, returned_quantity, returned_amount
           FROM sales_by_day
          UNION ALL
         SELECT NULL, product_id, orders, total_quantity, total_amount, returned_quantity,
                returned_amount FROM sales_by_product)) AS lost
UNION ALL
SELECT 'I7 the views have no more than their ledgers', 'rows', format('%s and %s', days, products)
  FROM (SELECT (SELECT count(*) FROM sales_by_day)
                   - (SELECT count(*) FROM day_ledger WHERE orders > 0) AS days,
               (SELECT count(*) FROM sales_by_product)
                   - (SELECT count(*) FROM product_ledger WHERE orders > 0 AND span = 'all') AS products) AS more
 WHERE days <> 0 OR products <> 0
UNION ALL
-- A refusal leaves nothing: no customer without an introduction, an order or a token, no
-- reference twice.
SELECT 'I8 refusals change nothing', c.id, 'a bare customer without an order or a token'
  FROM customers AS c
 WHERE c.name IS NULL AND c.email IS NULL AND c.version = 1
   AND NOT EXISTS (SELECT FROM orders AS o WHERE o.customer_id = c.id)
   AND NOT EXISTS (SELECT FROM tokens AS t WHERE t.customer_id = c.id);
