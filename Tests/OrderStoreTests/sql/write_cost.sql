-- What a call of place_orders() and of move_orders() costs for each order, in µs, by the number of
-- orders in the call. On a migrated database with the rows of bench_setup.sql:
--
--     psql -X -f bench_setup.sql DATABASE
--     psql -X -f write_cost.sql DATABASE
--
-- Statements are prepared once and the commit is asynchronous, so this is the work of one session
-- without waiting for a disk. Compare the least of two runs that took turns: the machine is shared.
\set QUIET 1
\pset footer off
SET search_path = waybill, public;
SET client_min_messages = warning;
SET synchronous_commit = off;
-- As the connections of the service have it.
SET plan_cache_mode = force_generic_plan;
SET random_page_cost = 1.1;
SET enable_bitmapscan = off;

CREATE TEMP TABLE call (work text, orders integer, cost numeric);

CREATE PROCEDURE pg_temp.measure(orders integer, calls integer)
    LANGUAGE plpgsql AS
$$
DECLARE
    ids      uuid[];
    products text[];
    buyers   text[];
    nothing  text[]    := array_fill(NULL::text, ARRAY[orders]);
    api      text[]    := array_fill('api'::text, ARRAY[orders]);
    refuse   text[]    := array_fill('refuse'::text, ARRAY[orders]);
    who      text[]    := array_fill('bench'::text, ARRAY[orders]);
    begun    text[]    := array_fill('in_progress'::text, ARRAY[orders]);
    owners   integer[] := ARRAY(SELECT o FROM generate_series(1, orders) AS o,
                                              generate_series(1, 3) ORDER BY o);
    units    integer[] := array_fill(2, ARRAY[3 * orders]);
    names    text[]    := array_fill(NULL::text, ARRAY[3 * orders]);
    began    timestamptz;
    done     bigint;
BEGIN
    FOR turn IN 1 .. calls LOOP
        ids      := ARRAY(SELECT bench_uuid() FROM generate_series(1, orders));
        buyers   := ARRAY(SELECT 'customer-' || (1 + floor(random() * 10000))::integer
                            FROM generate_series(1, orders));
        products := ARRAY(SELECT 'product-' || (1 + floor(random() * 10000))::integer
                            FROM generate_series(1, 3 * orders));
        COMMIT;
        began := clock_timestamp();
        SELECT count(*) FILTER (WHERE outcome = 'placed') INTO done
          FROM place_orders(ids, api, buyers, nothing, refuse, who, owners, products, names, units,
                            names::numeric[]);
        COMMIT;
        INSERT INTO call VALUES
            ('place', orders, extract(epoch FROM clock_timestamp() - began) * 1000000 / orders);
        ASSERT done = orders, 'an order was refused';

        COMMIT;
        began := clock_timestamp();
        SELECT count(*) FILTER (WHERE outcome = 'done') INTO done
          FROM move_orders(ids, nothing::bigint[], nothing, nothing, nothing::bigint[], begun, who);
        COMMIT;
        INSERT INTO call VALUES
            ('move', orders, extract(epoch FROM clock_timestamp() - began) * 1000000 / orders);
        ASSERT done = orders, 'a move was refused';
    END LOOP;
END
$$;

CALL pg_temp.measure(1, 50);
CALL pg_temp.measure(64, 5);
TRUNCATE call;
CREATE PROCEDURE pg_temp.measure_all() LANGUAGE plpgsql AS
$$
BEGIN
    CALL pg_temp.measure(1, 400);
    CALL pg_temp.measure(4, 150);
    CALL pg_temp.measure(16, 60);
    CALL pg_temp.measure(64, 40);
    CALL pg_temp.measure(256, 12);
    CALL pg_temp.measure(1000, 5);
END
$$;
-- Twice, so that a busy moment does not meet one size alone.
CALL pg_temp.measure_all();
CALL pg_temp.measure_all();

SELECT work, orders AS "orders in a call", round(min(cost)) AS "least µs an order",
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY cost)::numeric) AS median, count(*) AS calls
  FROM call
 GROUP BY work, orders
 ORDER BY work DESC, orders;
