-- What customers bought: completed orders of every channel, kept up by what changes.
--
-- Adding up all history every two minutes would cost more every day. Instead each order that becomes
-- completed, or stops being so, leaves a row in report_changes in its own transaction; a refresh
-- takes those rows away and adds them to a ledger with one row for each customer. A row is taken by
-- DELETE ... RETURNING in the refresh's transaction, so it counts exactly once whenever its order
-- committed and wherever either side crashed: numbers taken early by transactions that commit late,
-- at which a remembered position would go wrong, do not matter here. The materialized view reads the
-- ledger.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE report_changes (
    customer_id text    COLLATE "C" NOT NULL,
    orders      integer NOT NULL,
    quantity    bigint  NOT NULL,
    amount      numeric(22, 2) NOT NULL
);
COMMENT ON TABLE  report_changes             IS 'What the next refresh adds to customer_ledger and takes away from here';
COMMENT ON COLUMN report_changes.customer_id IS 'Whose sums change';
COMMENT ON COLUMN report_changes.orders      IS '1 when an order became completed, -1 when it stopped being so, 0 when only the name changed';
COMMENT ON COLUMN report_changes.quantity    IS 'Units to add; negative to take back';
COMMENT ON COLUMN report_changes.amount      IS 'Amount to add; negative to take back';

CREATE TABLE customer_ledger (
    customer_id    text    COLLATE "C" NOT NULL CONSTRAINT customer_ledger_pkey PRIMARY KEY,
    -- Copied, so that a refresh reads this table alone.
    customer_name  text,
    orders         bigint  NOT NULL CONSTRAINT customer_ledger_orders_range CHECK (orders >= 0),
    total_quantity bigint  NOT NULL CONSTRAINT customer_ledger_quantity_range CHECK (total_quantity >= 0),
    total_amount   numeric(30, 2) NOT NULL
                           CONSTRAINT customer_ledger_amount_range CHECK (total_amount >= 0),
    CONSTRAINT customer_ledger_empty CHECK (orders > 0 OR (total_quantity = 0 AND total_amount = 0))
) WITH (fillfactor = 80);
COMMENT ON TABLE  customer_ledger                IS 'Completed orders of each customer, as of the last refresh';
COMMENT ON COLUMN customer_ledger.customer_id    IS 'customers.id';
COMMENT ON COLUMN customer_ledger.customer_name  IS 'customers.name as of the last refresh';
COMMENT ON COLUMN customer_ledger.orders         IS 'How many completed orders';
COMMENT ON COLUMN customer_ledger.total_quantity IS 'Units in them';
COMMENT ON COLUMN customer_ledger.total_amount   IS 'Their amount';

CREATE FUNCTION note_completion() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    sign constant integer := CASE NEW.status WHEN 'completed' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO waybill.report_changes (customer_id, orders, quantity, amount)
    VALUES (NEW.customer_id, sign, sign * NEW.total_quantity, sign * NEW.total_amount);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_completion() IS 'Leaves word for the report that an order is or is no longer completed';
CREATE TRIGGER orders_completion
    AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN ((OLD.status = 'completed') <> (NEW.status = 'completed') AND NEW.customer_id IS NOT NULL)
    EXECUTE FUNCTION note_completion();

-- The service renames customers itself, and may not write report_changes.
CREATE FUNCTION note_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO report_changes (customer_id, orders, quantity, amount) VALUES (NEW.id, 0, 0, 0);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_name() IS 'Leaves word for the report that a customer has another name';
CREATE TRIGGER customers_name
    AFTER UPDATE OF name ON customers FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION note_name();

-- REFRESH ... CONCURRENTLY sorts whole rows to look for twins; handed to it in order they cost it
-- a third.
CREATE MATERIALIZED VIEW customer_report AS
    SELECT customer_id, customer_name, orders, total_quantity, total_amount
      FROM customer_ledger
     WHERE orders > 0
     ORDER BY customer_id;
-- REFRESH ... CONCURRENTLY needs a unique index; the others serve the report's sort orders.
CREATE UNIQUE INDEX customer_report_key ON customer_report (customer_id);
CREATE INDEX customer_report_by_amount ON customer_report (total_amount, customer_id);
CREATE INDEX customer_report_by_quantity ON customer_report (total_quantity, customer_id);
CREATE INDEX customer_report_by_orders ON customer_report (orders, customer_id);
-- A bare row has no name; '' keeps it in the order, where NULL would fall out of a comparison.
CREATE INDEX customer_report_by_name ON customer_report (coalesce(customer_name, ''), customer_id);
COMMENT ON MATERIALIZED VIEW customer_report IS 'Completed orders by customer: a snapshot; report_age says of when';
COMMENT ON COLUMN customer_report.customer_id    IS 'customers.id';
COMMENT ON COLUMN customer_report.customer_name  IS 'customers.name; NULL on a bare row';
COMMENT ON COLUMN customer_report.orders         IS 'How many completed orders, of all channels';
COMMENT ON COLUMN customer_report.total_quantity IS 'Units in them';
COMMENT ON COLUMN customer_report.total_amount   IS 'Their amount';

CREATE TABLE report_refreshes (
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY
                       CONSTRAINT report_refreshes_pkey PRIMARY KEY,
    started_at  timestamptz(3) NOT NULL,
    finished_at timestamptz(3) NOT NULL,
    changes     bigint,
    rows        bigint,
    error       text,
    CONSTRAINT report_refreshes_result CHECK ((error IS NULL) = (changes IS NOT NULL AND rows IS NOT NULL))
);
COMMENT ON TABLE  report_refreshes             IS 'Every refresh of customer_report of the last 30 days, also those that found nothing to do';
COMMENT ON COLUMN report_refreshes.number      IS 'Sequential number; a reader''s ETag';
COMMENT ON COLUMN report_refreshes.started_at  IS 'The report is true as of this moment';
COMMENT ON COLUMN report_refreshes.finished_at IS 'When its result was there';
COMMENT ON COLUMN report_refreshes.changes     IS 'How many changes it took in; with 0 the view was left as it was';
COMMENT ON COLUMN report_refreshes.rows        IS 'Customers in the report';
COMMENT ON COLUMN report_refreshes.error       IS 'Why it failed; NULL when it did not';

-- Called by every instance as often as it likes: the lock lets one in, the table says whether it is
-- time, by the database's clock alone. Outcomes: busy (another is at it), not_due, unchanged,
-- refreshed, failed. due_in says when to ask again.
CREATE FUNCTION refresh_report(every interval, OUT outcome text, OUT due_in interval)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp
    -- The sorts and joins of a refresh stay in memory up to some 400,000 customers, and its scratch
    -- table, read twice from end to end, needs no statistics to speak of.
    SET work_mem = '64MB'
    SET default_statistics_target = 1
AS
$$
DECLARE
    started timestamptz;
    changed bigint;
    entries bigint;
BEGIN
    -- Held to the commit, so two refreshes never overlap, and let go by a crash.
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
                   sum(amount) AS amount, count(*) AS changes
              FROM change
             GROUP BY customer_id
        ), folded AS (
            -- Sums are made before the insert, as a check looks at the row offered to it, and what
            -- is offered may not be a difference.
            INSERT INTO customer_ledger
            SELECT customer_id, name, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount
              FROM sums AS s
              LEFT JOIN customers ON id = customer_id
              LEFT JOIN customer_ledger AS l USING (customer_id)
             ORDER BY customer_id
                ON CONFLICT (customer_id) DO UPDATE
               SET customer_name  = excluded.customer_name, orders = excluded.orders,
                   total_quantity = excluded.total_quantity, total_amount = excluded.total_amount
        )
        SELECT coalesce(sum(changes), 0) INTO changed FROM sums;

        IF changed = 0 THEN
            SELECT coalesce(max(r.rows), 0) INTO entries
              FROM (SELECT l.rows FROM report_refreshes AS l
                     WHERE l.error IS NULL ORDER BY l.number DESC LIMIT 1) AS r;
            outcome := 'unchanged';
        ELSE
            REFRESH MATERIALIZED VIEW CONCURRENTLY customer_report;
            SELECT count(*) INTO entries FROM customer_report;
            outcome := 'refreshed';
        END IF;
        INSERT INTO report_refreshes (started_at, finished_at, changes, rows)
        VALUES (started, clock_timestamp(), changed, entries);
        -- A month tells how refreshes went; a row each two minutes would otherwise stay for ever.
        DELETE FROM report_refreshes
         WHERE number IN (SELECT number FROM report_refreshes
                           WHERE started_at < clock_timestamp() - interval '30 days'
                           ORDER BY number LIMIT 1000);
    EXCEPTION WHEN OTHERS THEN
        -- The changes are back in their table with the rest of the attempt; the next one takes them.
        outcome := 'failed';
        INSERT INTO report_refreshes (started_at, finished_at, error)
        VALUES (started, clock_timestamp(), SQLSTATE || ': ' || SQLERRM);
    END;
END
$$;
COMMENT ON FUNCTION refresh_report(interval) IS 'Brings customer_report up to date if it is time and nobody else is at it';
