-- A thousand orders become completed; then one refresh, and beside it the plain full aggregate, as a
-- query and as a materialized view over the orders (full_report, made once by report_fill.sql).
\timing off
SELECT count(*) AS moved FROM (
    SELECT move_order(id, NULL, NULL, NULL, NULL, 'completed', 'bench')
      FROM (SELECT id FROM orders WHERE channel = 'api' AND status = 'in_progress' AND hidden_at IS NULL
             ORDER BY created_at DESC LIMIT 1000) AS o) AS m;
\timing on
SELECT outcome FROM refresh_report(interval '0');
SELECT count(*) FROM (
    SELECT customer_id, count(*), sum(total_quantity), sum(total_amount)
      FROM orders WHERE status = 'completed' GROUP BY customer_id) AS full_aggregate;
REFRESH MATERIALIZED VIEW CONCURRENTLY full_report;
