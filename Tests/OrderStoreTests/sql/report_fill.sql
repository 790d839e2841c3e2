-- Fills the orders :from to :to of :customers customers past the triggers, nearly all completed, and
-- the ledgers with one full aggregate, to measure a refresh against. Ids and times run upwards as
-- they would.
ALTER TABLE orders DISABLE TRIGGER USER;
ALTER TABLE customers DISABLE TRIGGER USER;
SET synchronous_commit = off;
INSERT INTO customers (id, name)
SELECT 'customer-' || i, 'Demo Customer ' || i FROM generate_series(1, :customers) AS i
    ON CONFLICT DO NOTHING;
INSERT INTO orders (id, channel, customer_id, status, items, total_quantity, total_amount, version,
                    created_at, updated_at)
SELECT ('0190' || lpad(to_hex(i), 8, '0') || '7000' || '8000' || substr(md5(i::text), 1, 12))::uuid,
       'api', 'customer-' || 1 + (i * 7919::bigint) % :customers,
       CASE WHEN i > :to - 5000 THEN 'in_progress' WHEN i % 50 = 0 THEN 'new' ELSE 'completed' END,
       ('[' || render_line('product-' || i % 9999, 'Product ' || i % 9999, 2, 10.00)
        || ',' || render_line('product-' || i % 9998, 'Product ' || i % 9998, 1, 5.25) || ']')::json,
       3, 25.25, 3,
       timestamptz '2026-01-01 00:00Z' + i * interval '1 second',
       timestamptz '2026-01-01 00:00Z' + i * interval '1 second' + interval '1 hour'
  FROM generate_series(:from, :to) AS i;
INSERT INTO customer_ledger
SELECT customer_id, name, count(*), sum(total_quantity), sum(total_amount)
  FROM orders JOIN customers ON customers.id = customer_id
 WHERE status = 'completed'
 GROUP BY customer_id, name
    ON CONFLICT (customer_id) DO UPDATE
   SET orders = excluded.orders, total_quantity = excluded.total_quantity,
       total_amount = excluded.total_amount;
TRUNCATE day_ledger, product_ledger;
INSERT INTO day_ledger
SELECT (created_at AT TIME ZONE 'UTC')::date, count(*), sum(total_quantity), sum(total_amount), 0, 0
  FROM orders
 WHERE status = 'completed'
 GROUP BY 1;
INSERT INTO product_ledger
SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(month) = 0 THEN 'month' ELSE 'all' END,
       coalesce(day, month, '-infinity'), product_id, count(*), sum(quantity), sum(amount), 0, 0
  FROM (SELECT (created_at AT TIME ZONE 'UTC')::date AS day,
               date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month, line.*
          FROM orders
         CROSS JOIN json_to_recordset(items)
                 AS line (product_id text, quantity integer, amount numeric)
         WHERE status = 'completed') AS sold
 GROUP BY GROUPING SETS ((day, product_id), (month, product_id), (product_id));
ALTER TABLE orders ENABLE TRIGGER USER;
ALTER TABLE customers ENABLE TRIGGER USER;
DROP MATERIALIZED VIEW IF EXISTS full_report;
CREATE MATERIALIZED VIEW full_report AS
    SELECT customer_id, name, count(*) AS orders, sum(total_quantity), sum(total_amount) AS amount
      FROM orders JOIN customers ON customers.id = customer_id
     WHERE status = 'completed'
     GROUP BY customer_id, name;
CREATE UNIQUE INDEX ON full_report (customer_id);
REFRESH MATERIALIZED VIEW customer_report;
REFRESH MATERIALIZED VIEW sales_by_day;
REFRESH MATERIALIZED VIEW sales_by_product;
VACUUM ANALYZE orders, customer_ledger, day_ledger, product_ledger, customer_report, sales_by_day,
    sales_by_product;
