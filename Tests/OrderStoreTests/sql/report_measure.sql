-- A thousand orders become completed; then one refresh of all reports. Beside it the plain full
-- aggregates: by customer as a query and as a materialized view over the orders (full_report, made
-- once by report_fill.sql), by day and product as a query. Then how long each view takes of the
-- refresh, and a period of products that has as many days at its ends as there can be.
\timing off
SELECT count(*) AS moved FROM (
    SELECT move_order(id, NULL, NULL, NULL, NULL, 'completed', 'bench')
      FROM (SELECT id FROM orders WHERE channel = 'api' AND status = 'in_progress' AND hidden_at IS NULL
             ORDER BY created_at DESC LIMIT 1000) AS o) AS m;
SELECT date_trunc('month', min(day::timestamp))::date + 1 AS first,
       (date_trunc('month', max(day::timestamp)) + interval '1 month')::date - 2 AS last
  FROM sales_by_day
\gset
\timing on
SELECT outcome FROM refresh_report(interval '0');
SELECT count(*) FROM (
    SELECT customer_id, count(*), sum(total_quantity), sum(total_amount)
      FROM orders WHERE status = 'completed' GROUP BY customer_id) AS full_aggregate;
REFRESH MATERIALIZED VIEW CONCURRENTLY full_report;
SELECT count(*) FROM (
    SELECT (created_at AT TIME ZONE 'UTC')::date, product_id, count(*), sum(quantity), sum(amount)
      FROM orders
     CROSS JOIN json_to_recordset(items)
             AS line (product_id text, quantity integer, amount numeric)
     WHERE status = 'completed'
     GROUP BY 1, 2) AS full_aggregate;
REFRESH MATERIALIZED VIEW CONCURRENTLY customer_report;
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_day;
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_product;
SELECT * FROM product_sales(:'first', :'last') ORDER BY total_amount DESC, product_id DESC LIMIT 51
\g /dev/null
