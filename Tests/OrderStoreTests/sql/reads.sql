-- Every way of reading, as the service sends it, with the plan the server makes of it once and for
-- all. Each must be index walks that stop when the page is full: no Sort, no Seq Scan, at any size.
-- The page size stands in the text: the plan of a bound LIMIT expects a tenth of the table.
\set columns 'id, number, channel, status, customer_id, reference, items, total_quantity, total_amount, shipping_carrier, tracking_number, version, created_at, updated_at'
SET plan_cache_mode = force_generic_plan;
-- A plan made once for all products must suit the one with a million orders: walk, do not collect.
SET enable_bitmapscan = off;

\echo one order, or those that are asked for at the same moment
PREPARE by_id (uuid[]) AS SELECT :columns FROM orders WHERE id = ANY ($1);
EXPLAIN (COSTS off) EXECUTE by_id (NULL);
PREPARE by_number (bigint[]) AS SELECT :columns FROM orders WHERE number = ANY ($1);
EXPLAIN (COSTS off) EXECUTE by_number (NULL);
PREPARE by_reference (text, text[]) AS
SELECT :columns FROM orders WHERE channel = $1 AND reference = ANY ($2);
EXPLAIN (COSTS off) EXECUTE by_reference (NULL, NULL);

-- Positions: a first page starts from the greatest position, ('infinity', 9223372036854775807); oldest first from ('-infinity', 0)
-- with > and ASC. created_before and created_after narrow the same index condition: the earlier of
-- cursor and created_before as the upper end, created_after as the lower.
\echo all orders; number > 0 opens the index that the other lists may not use
PREPARE list (timestamptz, bigint, timestamptz) AS
SELECT :columns FROM orders
 WHERE hidden_at IS NULL AND number > 0 AND (created_at, number) < ($1, $2) AND created_at > $3
 ORDER BY created_at DESC, number DESC LIMIT 51;
EXPLAIN (COSTS off) EXECUTE list (NULL, NULL, NULL);

\echo one channel and one status
PREPARE list_status (timestamptz, bigint, timestamptz, text, text) AS
SELECT :columns FROM orders
 WHERE hidden_at IS NULL AND (created_at, number) < ($1, $2) AND created_at > $3
   AND channel = $4 AND status = $5
 ORDER BY created_at DESC, number DESC LIMIT 51;
EXPLAIN (COSTS off) EXECUTE list_status (NULL, NULL, NULL, NULL, NULL);

\echo a customer, of any channels and statuses
PREPARE list_customer (timestamptz, bigint, timestamptz, text, text[], text[]) AS
SELECT :columns FROM orders
 WHERE hidden_at IS NULL AND (created_at, number) < ($1, $2) AND created_at > $3
   AND customer_id = $4 AND channel = ANY ($5) AND status = ANY ($6)
 ORDER BY created_at DESC, number DESC LIMIT 51;
EXPLAIN (COSTS off) EXECUTE list_customer (NULL, NULL, NULL, NULL, NULL, NULL);

\echo a product, of any channels, statuses and customer
PREPARE list_product (timestamptz, bigint, timestamptz, text, text[], text[], text) AS
SELECT o.* FROM order_products AS p
 CROSS JOIN LATERAL (SELECT :columns FROM orders WHERE number = p.order_number AND hidden_at IS NULL) AS o
 WHERE p.product_id = $4 AND (p.created_at, p.order_number) < ($1, $2) AND p.created_at > $3
   AND p.quantity > 0 AND o.channel = ANY ($5) AND o.status = ANY ($6)
   AND o.customer_id = coalesce($7, o.customer_id)
 ORDER BY p.created_at DESC, p.order_number DESC LIMIT 51;
EXPLAIN (COSTS off) EXECUTE list_product (NULL, NULL, NULL, NULL, NULL, NULL, NULL);

\echo several channels, several statuses: a merge of walks, those that are not asked for never begin
SELECT 'PREPARE list_merged (timestamptz, bigint, timestamptz, text[], text[]) AS '
       || string_agg(format(
           '(SELECT %s FROM orders WHERE hidden_at IS NULL AND channel = %L AND status = %L '
           'AND %2$L = ANY ($4) AND %3$L = ANY ($5) AND (created_at, number) < ($1, $2) '
           'AND created_at > $3 ORDER BY created_at DESC, number DESC LIMIT 51)',
           :'columns', channel, status), ' UNION ALL ')
       || ' ORDER BY created_at DESC, number DESC LIMIT 51'
  FROM unnest('{api,storefront,fulfilment,shop,store}'::text[]) AS channel,
       unnest('{new,in_progress,completed,failed,cancelled}'::text[]) AS status
\gexec
EXPLAIN (COSTS off) EXECUTE list_merged (NULL, NULL, NULL, NULL, NULL);

\echo history of an order
PREPARE history (uuid) AS
SELECT version, what, from_status, to_status, who, detail, created_at
  FROM order_events WHERE order_id = $1 ORDER BY version;
EXPLAIN (COSTS off) EXECUTE history (NULL);

\echo movements of a product, who is looked up for the page alone
PREPARE movements (timestamptz, bigint, text) AS
SELECT m.*, coalesce(m.who, (SELECT e.who FROM orders AS o JOIN order_events AS e ON e.order_id = o.id
                              WHERE o.number = m.order_number AND e.version = 1)) AS who
  FROM ((SELECT created_at, order_number AS number, -taken::bigint AS delta, 'placed' AS cause,
                order_number, NULL AS reason, NULL AS who
           FROM order_products
          WHERE product_id = $3 AND taken > 0 AND (created_at, order_number) < ($1, $2)
          ORDER BY created_at DESC, order_number DESC LIMIT 51)
        UNION ALL
        (SELECT created_at, number, delta, cause, order_number, reason, who
           FROM stock_adjustments
          WHERE product_id = $3 AND (created_at, number) < ($1, $2)
          ORDER BY created_at DESC, number DESC LIMIT 51)
        ORDER BY created_at DESC, number DESC LIMIT 51) AS m
 ORDER BY created_at DESC, number DESC;
EXPLAIN (COSTS off) EXECUTE movements (NULL, NULL, NULL);

\echo the report by amount, and a page of customers
PREPARE report (numeric, text) AS
SELECT * FROM customer_report WHERE (total_amount, customer_id) < ($1, $2)
 ORDER BY total_amount DESC, customer_id DESC LIMIT 51;
EXPLAIN (COSTS off) EXECUTE report (NULL, NULL);
PREPARE customer_list (bigint) AS SELECT * FROM customers WHERE number > $1 ORDER BY number LIMIT 51;
EXPLAIN (COSTS off) EXECUTE customer_list (NULL);
