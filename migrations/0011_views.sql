-- Views for people in psql: each answers a common question by one SELECT.
SET LOCAL search_path = waybill, pg_temp;

CREATE VIEW order_lines AS
    SELECT o.number AS order_number, o.channel, o.status, o.customer_id, l.nr AS line,
           line ->> 'product_id' AS product_id, line ->> 'name' AS name,
           (line ->> 'quantity')::integer AS quantity, (line ->> 'price')::numeric AS price,
           (line ->> 'amount')::numeric AS amount, o.id AS order_id
      FROM orders AS o
     CROSS JOIN json_array_elements(o.items) WITH ORDINALITY AS l (line, nr);
COMMENT ON VIEW order_lines IS 'The lines of every order as rows; WHERE order_number = ...';

CREATE VIEW order_overview AS
    SELECT o.number, o.channel, o.status, o.customer_id, c.name AS customer_name, o.reference,
           json_array_length(o.items) AS lines, o.total_quantity, o.total_amount,
           o.shipping_carrier, o.tracking_number, o.version, o.created_at, o.updated_at,
           o.hidden_at IS NOT NULL AS hidden, o.ship_to ->> 'name' AS ship_to_name,
           o.ship_to ->> 'city' AS ship_to_city, o.ship_to ->> 'country' AS ship_to_country,
           o.note, o.tags, o.shipped_quantity, o.returned_quantity, o.returned_amount, o.id
      FROM orders AS o
      LEFT JOIN customers AS c ON c.id = o.customer_id;
COMMENT ON VIEW order_overview IS 'Orders with their totals and customers'' names; ORDER BY created_at DESC LIMIT 20';

CREATE VIEW order_history AS
    SELECT o.number AS order_number, e.version, e.what, e.from_status, e.to_status, e.who,
           e.created_at, e.detail, o.id AS order_id
      FROM order_events AS e
      JOIN orders AS o ON o.id = e.order_id;
COMMENT ON VIEW order_history IS 'What happened to an order: WHERE order_number = ... ORDER BY version';

CREATE VIEW stock_movements AS
    SELECT product_id, created_at, order_number AS number, -taken::bigint AS delta, 'placed' AS cause,
           order_number, NULL::text AS reason,
           (SELECT e.who
              FROM orders AS o JOIN order_events AS e ON e.order_id = o.id AND e.version = 1
             WHERE o.number = p.order_number) AS who
      FROM order_products AS p
     WHERE taken > 0
     UNION ALL
    SELECT product_id, created_at, number, delta, cause, order_number, reason, who
      FROM stock_adjustments;
COMMENT ON VIEW stock_movements IS 'Every change of every stock with its cause; for one product their sum is its stock';

CREATE VIEW stock_overview AS
    SELECT p.id AS product_id, p.name, p.stock, p.reorder_level,
           coalesce(p.stock <= p.reorder_level, false) AS low, coalesce(r.units, 0) AS reserved,
           coalesce(r.orders, 0) AS reserving_orders, r.order_numbers AS reserved_by,
           p.retired_at IS NOT NULL AS retired
      FROM products AS p
      LEFT JOIN LATERAL (
          SELECT sum(h.quantity) AS units, count(*) AS orders,
                 array_agg(o.number ORDER BY o.number) AS order_numbers
            FROM order_products AS h
            JOIN orders AS o ON o.number = h.order_number
           WHERE h.product_id = p.id AND h.quantity > 0
             AND o.status IN ('new', 'in_progress') AND takes_stock(o.channel)
      ) AS r ON true;
COMMENT ON VIEW stock_overview IS 'Stock that can still be ordered, and the units in orders that are not finished; WHERE product_id = ..., or WHERE low';

CREATE VIEW report_age AS
    SELECT started_at AS true_as_of, clock_timestamp() - started_at AS age,
           finished_at - started_at AS took, changes, rows,
           (SELECT count(*) FROM report_changes) AS changes_waiting,
           (SELECT error FROM report_refreshes ORDER BY number DESC LIMIT 1) AS last_error
      FROM report_refreshes
     WHERE error IS NULL
     ORDER BY number DESC
     LIMIT 1;
COMMENT ON VIEW report_age IS 'The time of customer_report, how long the refresh took, and how many changes it does not contain yet';
