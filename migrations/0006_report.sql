-- The report of what customers bought: completed orders of every channel, updated by what changed.
--
-- To add up the whole history every two minutes would cost more every day. Instead, each order that
-- becomes completed, or is no longer completed, adds a row to report_changes in its own
-- transaction. A refresh deletes those rows and adds them to a ledger with one row for each
-- customer. The DELETE ... RETURNING is part of the refresh's transaction, so each row counts
-- exactly once, whenever its order was committed and wherever either side crashed. A remembered
-- position would go wrong here, as a transaction that took a low number may commit late. The
-- materialized view reads the ledger.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE report_changes (
    customer_id text    COLLATE "C",
    orders      integer NOT NULL,
    quantity    bigint  NOT NULL,
    amount      numeric(22, 2) NOT NULL,
    returned_quantity bigint NOT NULL DEFAULT 0,
    returned_amount numeric(22, 2) NOT NULL DEFAULT 0,
    -- The order is where a refresh finds the day and the products, so that who completes it writes
    -- no row for each of them.
    order_number bigint,
    version     bigint
);
COMMENT ON TABLE  report_changes             IS 'What the next refresh adds to the ledgers and takes away from here';
COMMENT ON COLUMN report_changes.customer_id IS 'The customer whose sums change: customers.id; NULL when a product got another name';
COMMENT ON COLUMN report_changes.orders      IS '1 when an order became completed, -1 when it stopped being so, 0 when only the name changed or goods came back';
COMMENT ON COLUMN report_changes.quantity    IS 'Units to add; negative to take back';
COMMENT ON COLUMN report_changes.amount      IS 'Amount to add; negative to take back';
COMMENT ON COLUMN report_changes.returned_quantity IS 'Units that came back, which quantity no longer has';
COMMENT ON COLUMN report_changes.returned_amount IS 'Their amount';
COMMENT ON COLUMN report_changes.order_number IS 'The number of the order; NULL when only a name changed';
COMMENT ON COLUMN report_changes.version     IS 'The version of the order that the change made';

CREATE TABLE customer_ledger (
    customer_id    text    COLLATE "C" NOT NULL CONSTRAINT customer_ledger_pkey PRIMARY KEY,
    -- A copy, so that the view reads this table alone.
    customer_name  text,
    orders         bigint  NOT NULL CONSTRAINT customer_ledger_orders_range CHECK (orders >= 0),
    total_quantity bigint  NOT NULL CONSTRAINT customer_ledger_quantity_range CHECK (total_quantity >= 0),
    total_amount   numeric(30, 2) NOT NULL
                           CONSTRAINT customer_ledger_amount_range CHECK (total_amount >= 0),
    returned_quantity bigint NOT NULL DEFAULT 0
                           CONSTRAINT customer_ledger_returned_quantity_range CHECK (returned_quantity >= 0),
    returned_amount numeric(30, 2) NOT NULL DEFAULT 0
                           CONSTRAINT customer_ledger_returned_amount_range CHECK (returned_amount >= 0),
    CONSTRAINT customer_ledger_empty CHECK (orders > 0 OR (total_quantity = 0 AND total_amount = 0))
) WITH (fillfactor = 80);
COMMENT ON TABLE  customer_ledger                IS 'Completed orders of each customer, as of the last refresh';
COMMENT ON COLUMN customer_ledger.customer_id    IS 'customers.id';
COMMENT ON COLUMN customer_ledger.customer_name  IS 'customers.name as of the last refresh';
COMMENT ON COLUMN customer_ledger.orders         IS 'How many completed orders';
COMMENT ON COLUMN customer_ledger.total_quantity IS 'Units in them, without those that came back';
COMMENT ON COLUMN customer_ledger.total_amount   IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN customer_ledger.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN customer_ledger.returned_amount IS 'Their amount';

CREATE FUNCTION note_completion() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    sign constant integer := CASE NEW.status WHEN 'completed' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO waybill.report_changes
        (customer_id, orders, quantity, amount, returned_quantity, returned_amount, order_number,
         version)
    VALUES (NEW.customer_id, sign, sign * (NEW.total_quantity - coalesce(NEW.returned_quantity, 0)),
            sign * (NEW.total_amount - coalesce(NEW.returned_amount, 0)),
            sign * coalesce(NEW.returned_quantity, 0), sign * coalesce(NEW.returned_amount, 0),
            NEW.number, NEW.version);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_completion() IS 'Adds the change to report_changes when an order becomes completed or no longer is';
CREATE TRIGGER orders_completion
    AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN ((OLD.status = 'completed') <> (NEW.status = 'completed') AND NEW.customer_id IS NOT NULL)
    EXECUTE FUNCTION note_completion();

-- SECURITY DEFINER: the service may rename customers and products, but may not write report_changes.
CREATE FUNCTION note_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO report_changes (customer_id, orders, quantity, amount)
    VALUES (CASE WHEN TG_TABLE_NAME = 'customers' THEN NEW.id END, 0, 0, 0);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_name() IS 'Adds a change to report_changes when a customer or a product gets another name';
CREATE TRIGGER customers_name
    AFTER UPDATE OF name ON customers FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION note_name();
CREATE TRIGGER products_name
    AFTER UPDATE OF name ON products FOR EACH ROW
    WHEN (OLD.name <> NEW.name)
    EXECUTE FUNCTION note_name();

-- REFRESH ... CONCURRENTLY sorts whole rows to look for duplicates; sorted rows cost it a third.
CREATE MATERIALIZED VIEW customer_report AS
    SELECT customer_id, customer_name, orders, total_quantity, total_amount, returned_quantity,
           returned_amount
      FROM customer_ledger
     WHERE orders > 0
     ORDER BY customer_id;
-- REFRESH ... CONCURRENTLY needs a unique index; the others serve the report's sort orders.
CREATE UNIQUE INDEX customer_report_key ON customer_report (customer_id);
CREATE INDEX customer_report_by_amount ON customer_report (total_amount, customer_id);
CREATE INDEX customer_report_by_quantity ON customer_report (total_quantity, customer_id);
CREATE INDEX customer_report_by_orders ON customer_report (orders, customer_id);
-- A customer without a name sorts as '', as a comparison with NULL would leave it out.
CREATE INDEX customer_report_by_name ON customer_report (coalesce(customer_name, ''), customer_id);
COMMENT ON MATERIALIZED VIEW customer_report IS 'Completed orders by customer: a snapshot; the view report_age has its time';
COMMENT ON COLUMN customer_report.customer_id    IS 'customers.id';
COMMENT ON COLUMN customer_report.customer_name  IS 'customers.name; NULL when the customer has none';
COMMENT ON COLUMN customer_report.orders         IS 'How many completed orders, of all channels';
COMMENT ON COLUMN customer_report.total_quantity IS 'Units in them, without those that came back';
COMMENT ON COLUMN customer_report.total_amount   IS 'Their amount, without that of the units that came back';
COMMENT ON COLUMN customer_report.returned_quantity IS 'Units that came back';
COMMENT ON COLUMN customer_report.returned_amount IS 'Their amount';

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
COMMENT ON TABLE  report_refreshes             IS 'Every refresh of the reports in the last 30 days, also those that found no change';
COMMENT ON COLUMN report_refreshes.number      IS 'Sequential number; the ETag of the report';
COMMENT ON COLUMN report_refreshes.started_at  IS 'The report is true as of this moment';
COMMENT ON COLUMN report_refreshes.finished_at IS 'When it ended';
COMMENT ON COLUMN report_refreshes.changes     IS 'How many changes it added to the ledgers; with 0 the views were not refreshed';
COMMENT ON COLUMN report_refreshes.rows        IS 'Customers in the report';
COMMENT ON COLUMN report_refreshes.error       IS 'Why it failed; NULL when it did not';

-- refresh_report() refreshes all reports, so it is in 0018_reports.sql.
CREATE DOMAIN refresh_outcome AS text
    CONSTRAINT refresh_outcome_known CHECK (VALUE IN (
        'busy', 'not_due', 'unchanged', 'refreshed', 'failed'));
COMMENT ON DOMAIN refresh_outcome IS 'What became of a call of refresh_report()';
