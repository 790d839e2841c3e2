-- Fills :orders completed orders of :customers customers past the triggers, and their ledger with
-- one full aggregate, to measure a refresh against. Ids and times run upwards as they would.
ALTER TABLE orders DISABLE TRIGGER USER;
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
ALTER TABLE orders ENABLE TRIGGER USER;
DROP MATERIALIZED VIEW IF EXISTS full_report;
CREATE MATERIALIZED VIEW full_report AS
    SELECT customer_id, name, count(*) AS orders, sum(total_quantity), sum(total_amount) AS amount
      FROM orders JOIN customers ON customers.id = customer_id
     WHERE status = 'completed'
     GROUP BY customer_id, name;
CREATE UNIQUE INDEX ON full_report (customer_id);
REFRESH MATERIALIZED VIEW customer_report;
VACUUM ANALYZE orders;
VACUUM ANALYZE customer_ledger;
VACUUM ANALYZE customer_report;
