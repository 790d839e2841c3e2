-- Adds the orders :from to :to, of three lines over the products of bench_setup.sql, and a customer
-- for each ten, in the time that writing takes: no triggers, no checks of foreign keys, the
-- indexes whose keys come in no order made anew at the end. To be run as a superuser.
--
-- Each tenth order has a reference, and each tenth a tracking number. One word of a customer is
-- that of everybody, two have 1/50 of them, one twenty of a million, and the others are their own.
SET client_min_messages = warning;
SET search_path = waybill, public;
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
-- These lines hold: they are made from the same numbers as the sums.
SET waybill.internal_write = 'placing';

SELECT coalesce(max(substr(id, 10)::integer), 0) AS customers FROM customers \gset
INSERT INTO customers (id, name, email)
SELECT 'customer-' || i, 'Demo Name' || i % 50000, 'mail' || i || '@host' || i % 50 || '.example'
  FROM generate_series(:customers + 1, :to / 10) AS i;
-- The words of these names and addresses, as their trigger makes them.
ALTER TABLE customer_words DROP CONSTRAINT customer_words_pkey;
INSERT INTO customer_words (word, id)
SELECT word, 'customer-' || i
  FROM generate_series(:customers + 1, :to / 10) AS i,
       LATERAL (VALUES ('demo'), ('name' || i % 50000), ('mail' || i), ('host' || i % 50),
                       ('host' || i % 50 || '.example'), ('mail' || i || '@host' || i % 50 || '.example')
       ) AS name (word);
ALTER TABLE customer_words ADD CONSTRAINT customer_words_pkey PRIMARY KEY (word, id);
VACUUM (ANALYZE) customers;
VACUUM (ANALYZE) customer_words;

DROP INDEX orders_by_customer;
ALTER TABLE order_products DROP CONSTRAINT order_products_pkey;

CREATE TEMP VIEW made AS
SELECT n, timestamptz '2025-01-01 00:00Z' + n * interval '1 second' AS moment,
       (n * 7 + 31) % 10000 + 1 AS first, (n * 7 + 62) % 10000 + 1 AS second,
       (n * 7 + 93) % 10000 + 1 AS third, CASE WHEN n % 10 = 5 THEN '1Z' || n END AS tracking_number
  FROM generate_series(:from, :to) AS n;

INSERT INTO orders (id, number, channel, reference, customer_id, status, items, total_quantity,
                    total_amount, shipping_carrier, tracking_number, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT (lpad(to_hex(1735689600000 + 1000 * n::bigint), 12, '0')
        || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
       n, 'api', CASE WHEN n % 10 = 3 THEN 'PO-' || n END,
       'customer-' || 1 + n % greatest(10000, :to / 10),
       CASE WHEN n % 10 = 0 THEN 'new' ELSE 'completed' END,
       ('[{"product_id":"product-' || first
        || '","name":"Product","quantity":1,"price":9.99,"amount":9.99},{"product_id":"product-'
        || second
        || '","name":"Product","quantity":2,"price":9.99,"amount":19.98},{"product_id":"product-'
        || third || '","name":"Product","quantity":3,"price":9.99,"amount":29.97}]')::json,
       6, 59.94, CASE WHEN n % 10 = 5 THEN 'DHL' END, tracking_number, moment, moment
  FROM made;
SELECT setval('orders_number_seq', :to) \g /dev/null

INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
SELECT 'product-' || product, moment, n, units, units
  FROM made, LATERAL (VALUES (first, 1), (second, 2), (third, 3)) AS line (product, units);

INSERT INTO order_tracked (tracking_number, created_at, order_number)
SELECT tracking_number, moment, n FROM made WHERE tracking_number IS NOT NULL;

INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
SELECT id, 1, 'placed', 'new', 'bench', created_at
  FROM orders WHERE number BETWEEN :from AND :to ORDER BY number;

ALTER TABLE order_products
  ADD CONSTRAINT order_products_pkey PRIMARY KEY (product_id, created_at, order_number);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at, number)
 WHERE hidden_at IS NULL;
-- Else the service would give the events their places while it is measured.
SELECT sequence_events() \g /dev/null
VACUUM (ANALYZE) orders;
VACUUM (ANALYZE) order_products;
VACUUM (ANALYZE) order_tracked;
VACUUM (ANALYZE) order_events;
CHECKPOINT;
