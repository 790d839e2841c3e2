-- Sales by day and by product, and the currency of the installation.
--
-- Both reports follow the pattern of customer_report (0006_report.sql): a refresh adds what changed to
-- ledgers, and all reports are of the same refresh. A change names its order and nothing more; the
-- refresh reads the day and the products from the order, so that completing an order still writes one
-- row. That is right whenever the order is read: its day never changes, and its lines do not once it
-- is completed.
--
-- The day of an order is the day in UTC on which it was placed. What comes back is taken from that
-- day too, so that the sums of all days, of all products and of all customers are the same.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE day_ledger (
    day               date   NOT NULL CONSTRAINT day_ledger_pkey PRIMARY KEY,
    orders            bigint NOT NULL CONSTRAINT day_ledger_orders_range CHECK (orders >= 0),
    total_quantity    bigint NOT NULL CONSTRAINT day_ledger_quantity_range CHECK (total_quantity >= 0),
    total_amount      numeric(30, 2) NOT NULL
                             CONSTRAINT day_ledger_amount_range CHECK (total_amount >= 0),
    returned_quantity bigint NOT NULL
                             CONSTRAINT day_ledger_returned_quantity_range CHECK (returned_quantity >= 0),
    returned_amount   numeric(30, 2) NOT NULL
                             CONSTRAINT day_ledger_returned_amount_range CHECK (returned_amount >= 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE  day_ledger                   IS 'Completed orders of each day, as of the last refresh';
COMMENT ON COLUMN day_ledger.day               IS 'The day in UTC on which the orders were placed';
COMMENT ON COLUMN day_ledger.orders            IS 'How many completed orders';
COMMENT ON COLUMN day_ledger.total_quantity    IS 'Units in them, without those that came back';
COMMENT ON COLUMN day_ledger.total_amount      IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN day_ledger.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN day_ledger.returned_amount   IS 'Their amount';

-- One row for each product of a day, of a month, and of all time: a period is added up from whole
-- months and the days at its two ends, and all time is one row. It has no materialized view of its
-- own: a refresh would compare each of a million rows, and writes this table in one transaction anyway.
CREATE TABLE product_ledger (
    span              text   COLLATE "C" NOT NULL
                             CONSTRAINT product_ledger_spans CHECK (span IN ('day', 'month', 'all')),
    first_day         date   NOT NULL,
    product_id        text   COLLATE "C" NOT NULL,
    orders            bigint NOT NULL CONSTRAINT product_ledger_orders_range CHECK (orders >= 0),
    total_quantity    bigint NOT NULL CONSTRAINT product_ledger_quantity_range CHECK (total_quantity >= 0),
    total_amount      numeric(30, 2) NOT NULL
                             CONSTRAINT product_ledger_amount_range CHECK (total_amount >= 0),
    returned_quantity bigint NOT NULL
                             CONSTRAINT product_ledger_returned_quantity_range CHECK (returned_quantity >= 0),
    returned_amount   numeric(30, 2) NOT NULL
                             CONSTRAINT product_ledger_returned_amount_range CHECK (returned_amount >= 0),
    CONSTRAINT product_ledger_pkey PRIMARY KEY (span, first_day, product_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE  product_ledger                   IS 'Completed orders of each product by day, by month and of all time, as of the last refresh';
COMMENT ON COLUMN product_ledger.span              IS 'day, month or all: the time of which the row is';
COMMENT ON COLUMN product_ledger.first_day         IS 'Its first day in UTC, by which orders were placed; -infinity for all';
COMMENT ON COLUMN product_ledger.product_id        IS 'The product; empty for lines that name none';
COMMENT ON COLUMN product_ledger.orders            IS 'How many completed orders contain it';
COMMENT ON COLUMN product_ledger.total_quantity    IS 'Units in them, without those that came back';
COMMENT ON COLUMN product_ledger.total_amount      IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN product_ledger.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN product_ledger.returned_amount   IS 'Their amount';

CREATE MATERIALIZED VIEW sales_by_day AS
    SELECT * FROM day_ledger WHERE orders > 0 ORDER BY day;
CREATE UNIQUE INDEX sales_by_day_key ON sales_by_day (day);
COMMENT ON MATERIALIZED VIEW sales_by_day IS 'Completed orders by day: a snapshot; the view report_age has its time';
COMMENT ON COLUMN sales_by_day.day               IS 'The day in UTC on which the orders were placed';
COMMENT ON COLUMN sales_by_day.orders            IS 'How many completed orders, of all channels';
COMMENT ON COLUMN sales_by_day.total_quantity    IS 'Units in them, without those that came back';
COMMENT ON COLUMN sales_by_day.total_amount      IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN sales_by_day.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN sales_by_day.returned_amount   IS 'Their amount';

CREATE MATERIALIZED VIEW sales_by_product AS
    SELECT l.product_id, p.name AS product_name, l.orders, l.total_quantity, l.total_amount,
           l.returned_quantity, l.returned_amount
      FROM product_ledger AS l
      LEFT JOIN products AS p ON p.id = l.product_id
     WHERE l.span = 'all' AND l.orders > 0
     ORDER BY l.product_id;
CREATE UNIQUE INDEX sales_by_product_key ON sales_by_product (product_id);
CREATE INDEX sales_by_product_by_amount ON sales_by_product (total_amount, product_id);
CREATE INDEX sales_by_product_by_quantity ON sales_by_product (total_quantity, product_id);
CREATE INDEX sales_by_product_by_orders ON sales_by_product (orders, product_id);
CREATE INDEX sales_by_product_by_name ON sales_by_product (coalesce(product_name, ''), product_id);
COMMENT ON MATERIALIZED VIEW sales_by_product IS 'Completed orders by product, of all time: a snapshot; the view report_age has its time';
COMMENT ON COLUMN sales_by_product.product_id        IS 'The product; empty for lines that name none';
COMMENT ON COLUMN sales_by_product.product_name      IS 'products.name; NULL when the catalogue does not know the product';
COMMENT ON COLUMN sales_by_product.orders            IS 'How many completed orders contain it, of all channels';
COMMENT ON COLUMN sales_by_product.total_quantity    IS 'Units in them, without those that came back';
COMMENT ON COLUMN sales_by_product.total_amount      IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN sales_by_product.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN sales_by_product.returned_amount   IS 'Their amount';

-- The months that lie in the period as a whole, from the first that begins in it on, and the days
-- before and after these. The server puts the statement in the place of a call.
CREATE FUNCTION product_sales(from_day date, to_day date)
    RETURNS TABLE (product_id text, product_name text, orders bigint, total_quantity bigint,
                   total_amount numeric, returned_quantity bigint, returned_amount numeric)
    LANGUAGE sql STABLE AS
$$
SELECT s.product_id, n.product_name, s.orders, s.total_quantity, s.total_amount,
       s.returned_quantity, s.returned_amount
  FROM (SELECT l.product_id, sum(l.orders)::bigint AS orders,
               sum(l.total_quantity)::bigint AS total_quantity, sum(l.total_amount) AS total_amount,
               sum(l.returned_quantity)::bigint AS returned_quantity,
               sum(l.returned_amount) AS returned_amount
          FROM (SELECT date_trunc('month', from_day + interval '1 month - 1 day')::date,
                       date_trunc('month', to_day + interval '1 day')::date) AS month (first, after),
               LATERAL (
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'month' AND first_day >= month.first AND first_day < month.after
                    UNION ALL
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'day' AND first_day >= from_day AND first_day <= to_day
                      AND first_day < month.first
                    UNION ALL
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'day' AND first_day <= to_day
                      AND first_day >= month.first AND first_day >= month.after) AS l
         GROUP BY l.product_id
        HAVING sum(l.orders) > 0) AS s
  LEFT JOIN waybill.sales_by_product AS n ON n.product_id = s.product_id
$$;
COMMENT ON FUNCTION product_sales(date, date)
    IS 'Completed orders by product of a period, both days included: SELECT * FROM product_sales(''2026-01-01'', ''2026-03-31'') ORDER BY total_amount DESC LIMIT 20';

-- Every instance may call this as often as it likes. A lock lets one call in at a time, and the
-- table says whether a refresh is due, by the database's clock alone. busy: another call is
-- refreshing. due_in is the time until the next call makes sense.
CREATE FUNCTION refresh_report(every interval, OUT outcome refresh_outcome, OUT due_in interval)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp
    -- The sorts and joins of a refresh stay in memory up to some 400,000 customers. Its temporary
    -- table is read twice from end to end, so it needs hardly any statistics.
    SET work_mem = '64MB'
    SET default_statistics_target = 1
    -- The planner expects many lines of each order and would have the statement compiled, which
    -- takes longer than to run it.
    SET jit = off
AS
$$
DECLARE
    started timestamptz;
    changed bigint;
    entries bigint;
BEGIN
    -- Held until the commit, so that two refreshes never overlap, and released by a crash.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('waybill.report', 0)) THEN
        outcome := 'busy';
        due_in  := least(every, interval '1 second');
        RETURN;
    END IF;
    SELECT started_at + every INTO started FROM report_refreshes ORDER BY number DESC LIMIT 1;
    IF started > clock_timestamp() THEN
        outcome := 'not_due';
        due_in  := started - clock_timestamp();
        RETURN;
    END IF;

    started := clock_timestamp();
    due_in  := every;
    BEGIN
        WITH change AS (
            DELETE FROM report_changes RETURNING *
        ), sums AS (
            SELECT customer_id, sum(orders) AS orders, sum(quantity) AS quantity,
                   sum(amount) AS amount, sum(returned_quantity) AS back_quantity,
                   sum(returned_amount) AS back_amount
              FROM change
             WHERE customer_id IS NOT NULL
             GROUP BY customer_id
        ), folded_customers AS (
            -- The new sums are made before the insert: the table's checks are applied to the row
            -- that is to be inserted, also when ON CONFLICT then updates, and a difference may be
            -- negative.
            INSERT INTO customer_ledger
            SELECT customer_id, name, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM sums AS s
              LEFT JOIN customers ON id = customer_id
              LEFT JOIN customer_ledger AS l USING (customer_id)
             ORDER BY customer_id
                ON CONFLICT (customer_id) DO UPDATE
               SET customer_name  = excluded.customer_name, orders = excluded.orders,
                   total_quantity = excluded.total_quantity, total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        ), changed_orders AS MATERIALIZED (
            -- Each row is looked up by its key: the limits keep the planner, which cannot know how
            -- few rows there are, from reading whole tables. The same below.
            SELECT c.*, (o.created_at AT TIME ZONE 'UTC')::date AS day, o.items,
                   o.returned_quantity IS NOT NULL AS has_returns
              FROM change AS c
             CROSS JOIN LATERAL (SELECT * FROM orders WHERE number = c.order_number LIMIT 1) AS o
        ), day_sums AS (
            SELECT day, sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
                   sum(returned_quantity) AS back_quantity, sum(returned_amount) AS back_amount
              FROM changed_orders
             GROUP BY day
        ), folded_days AS (
            INSERT INTO day_ledger
            SELECT s.day, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM day_sums AS s
              LEFT JOIN LATERAL (SELECT * FROM day_ledger AS l WHERE l.day = s.day LIMIT 1) AS l ON true
             ORDER BY s.day
                ON CONFLICT (day) DO UPDATE
               SET orders = excluded.orders, total_quantity = excluded.total_quantity,
                   total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        ), by_product AS (
            SELECT day, product_id, orders, orders * units AS quantity, orders * worth AS amount,
                   0 AS back_quantity, 0 AS back_amount
              FROM changed_orders
             CROSS JOIN LATERAL (
                 SELECT coalesce(product_id, '') AS product_id, sum(quantity) AS units,
                        sum(amount) AS worth
                   FROM json_to_recordset(items)
                     AS line (product_id text, quantity integer, amount numeric)
                  GROUP BY 1) AS sold
             WHERE orders <> 0
             UNION ALL
            -- A return is a change of its own. An order that is completed again, or no longer is,
            -- takes along what came back before.
            SELECT day, product_id, 0, -sign * units, -sign * worth, sign * units, sign * worth
              FROM changed_orders AS o
             CROSS JOIN LATERAL (SELECT CASE orders WHEN 0 THEN 1 ELSE orders END) AS s (sign)
             CROSS JOIN LATERAL (
                 SELECT product_id, sum(quantity) AS units, sum(amount) AS worth
                   FROM order_returns AS r
                  WHERE r.order_number = o.order_number
                    AND CASE orders WHEN 0 THEN r.version = o.version ELSE r.version < o.version END
                  GROUP BY product_id) AS back
             WHERE has_returns
        ), product_sums AS (
            SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(month) = 0 THEN 'month'
                        ELSE 'all' END AS span,
                   coalesce(day, month, '-infinity') AS first_day, product_id,
                   sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
                   sum(back_quantity) AS back_quantity, sum(back_amount) AS back_amount
              FROM (SELECT *, date_trunc('month', day::timestamp)::date AS month
                      FROM by_product) AS moved
             GROUP BY GROUPING SETS ((day, product_id), (month, product_id), (product_id))
        ), folded_products AS (
            INSERT INTO product_ledger
            SELECT s.span, s.first_day, s.product_id, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM product_sums AS s
              LEFT JOIN LATERAL (
                  SELECT * FROM product_ledger AS l
                   WHERE l.span = s.span AND l.first_day = s.first_day
                     AND l.product_id = s.product_id
                   LIMIT 1) AS l ON true
             ORDER BY 1, 2, 3
                ON CONFLICT (span, first_day, product_id) DO UPDATE
               SET orders = excluded.orders, total_quantity = excluded.total_quantity,
                   total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        )
        SELECT count(*) INTO changed FROM change;

        IF changed = 0 THEN
            SELECT coalesce(max(r.rows), 0) INTO entries
              FROM (SELECT l.rows FROM report_refreshes AS l
                     WHERE l.error IS NULL ORDER BY l.number DESC LIMIT 1) AS r;
            outcome := 'unchanged';
        ELSE
            REFRESH MATERIALIZED VIEW CONCURRENTLY customer_report;
            REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_day;
            REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_product;
            SELECT count(*) INTO entries FROM customer_report;
            outcome := 'refreshed';
        END IF;
        INSERT INTO report_refreshes (started_at, finished_at, changes, rows)
        VALUES (started, clock_timestamp(), changed, entries);
        -- Rows are kept for a month. There is a new one every two minutes.
        DELETE FROM report_refreshes
         WHERE number IN (SELECT number FROM report_refreshes
                           WHERE started_at < clock_timestamp() - interval '30 days'
                           ORDER BY number LIMIT 1000);
    EXCEPTION WHEN OTHERS THEN
        -- The attempt was rolled back, so the changes are in their table for the next one.
        outcome := 'failed';
        INSERT INTO report_refreshes (started_at, finished_at, error)
        VALUES (started, clock_timestamp(), SQLSTATE || ': ' || SQLERRM);
    END;
END
$$;
COMMENT ON FUNCTION refresh_report(interval) IS 'Refreshes all reports if that is due and no other call is doing it';

-- The currency of all amounts. It is told to the service by a setting; here it is kept so that two
-- instances of one database cannot be told different ones.
CREATE TABLE installation (
    is_only  boolean NOT NULL DEFAULT true CONSTRAINT installation_pkey PRIMARY KEY
                     CONSTRAINT installation_one_row CHECK (is_only),
    currency text    COLLATE "C" NOT NULL
                     CONSTRAINT installation_currency_form CHECK (currency ~ '^[A-Z]{3}$')
);
COMMENT ON TABLE  installation          IS 'What holds for the whole database: one row, or none while nothing was set';
COMMENT ON COLUMN installation.is_only  IS 'Always true, so that there is one row';
COMMENT ON COLUMN installation.currency IS 'The ISO 4217 code of the currency of all amounts';

-- Keeps the currency if there is none yet. It writes only then, so that it also works where nothing
-- can be written.
CREATE FUNCTION settle_currency(wanted text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM installation) THEN
        INSERT INTO installation (currency) VALUES (wanted) ON CONFLICT DO NOTHING;
    END IF;
    -- Of two calls at once one has waited for the other, whose row this statement sees.
    RETURN (SELECT currency FROM installation);
END
$$;
COMMENT ON FUNCTION settle_currency(text) IS 'Keeps the currency of all amounts if there is none yet; returns the one that is kept';

SELECT record_schema();
