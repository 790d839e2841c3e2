-- The feed: every event of orders, stock, products and customers, in one order, without a gap.
--
-- Transactions commit in another order than they take numbers, so a reader who goes on after the
-- highest number it has seen would miss what commits late. So positions are given after the
-- commits: sequence_events() finds the events that have become visible since it last looked, and
-- writes them down as a tick. Later positions never come before earlier ones, positions have no gap,
-- and an event never gets a second one. The writers of events do nothing for it and wait for
-- nothing; a transaction that stays open delays its own events alone.
--
-- What has become visible is read from snapshots: a tick stores the snapshot that it looked with.
-- The next one takes the events of the transactions that had not begun then (xid at or above its
-- xmax), and of those that were under way (its list xip). Two events of one order keep their order,
-- as the second transaction waited for the first one's lock on the order.
SET LOCAL search_path = waybill, pg_temp;

-- Changes of products and customers. Orders and stock have tables of their own (0003_orders.sql).
CREATE TABLE product_events (
    number     bigint   NOT NULL DEFAULT nextval('event_number')
                        CONSTRAINT product_events_pkey PRIMARY KEY,
    xid        xid8     NOT NULL DEFAULT pg_current_xact_id(),
    product_id text     COLLATE "C" NOT NULL,
    version    bigint   NOT NULL,
    what       text     NOT NULL
                        CONSTRAINT product_events_what_known
                        CHECK (what IN ('created', 'changed', 'retired', 'reinstated', 'low_stock', 'imported')),
    who        text     NOT NULL,
    created_at timestamptz(3) NOT NULL
);
CREATE INDEX product_events_by_xid ON product_events (xid);
COMMENT ON TABLE  product_events            IS 'What happened to products, except to their stock; never rewritten';
COMMENT ON COLUMN product_events.number     IS 'Its number among all events';
COMMENT ON COLUMN product_events.xid        IS 'The transaction that wrote it, by which the feed finds it';
COMMENT ON COLUMN product_events.product_id IS 'products.id';
COMMENT ON COLUMN product_events.version    IS 'The version of the product that the event made';
COMMENT ON COLUMN product_events.what       IS 'created, changed, retired, low_stock: the stock fell to its reorder_level, or began there; reinstated: retired_at was set to NULL, or imported: it came from a file';
COMMENT ON COLUMN product_events.who        IS 'Who did it: a caller of the service, or a database user';
COMMENT ON COLUMN product_events.created_at IS 'When';

CREATE TABLE customer_events (
    number      bigint   NOT NULL DEFAULT nextval('event_number')
                         CONSTRAINT customer_events_pkey PRIMARY KEY,
    xid         xid8     NOT NULL DEFAULT pg_current_xact_id(),
    customer_id text     COLLATE "C" NOT NULL,
    version     bigint   NOT NULL,
    what        text     NOT NULL
                         CONSTRAINT customer_events_what_known
                         CHECK (what IN ('created', 'changed', 'imported')),
    who         text     NOT NULL,
    created_at  timestamptz(3) NOT NULL
);
CREATE INDEX customer_events_by_xid ON customer_events (xid);
COMMENT ON TABLE  customer_events             IS 'What happened to customers; never rewritten';
COMMENT ON COLUMN customer_events.number      IS 'Its number among all events';
COMMENT ON COLUMN customer_events.xid         IS 'The transaction that wrote it, by which the feed finds it';
COMMENT ON COLUMN customer_events.customer_id IS 'customers.id';
COMMENT ON COLUMN customer_events.version     IS 'The version of the customer that the event made';
COMMENT ON COLUMN customer_events.what        IS 'created, changed, or imported: it came from a file';
COMMENT ON COLUMN customer_events.who         IS 'Who did it: a caller of the service, or a database user';
COMMENT ON COLUMN customer_events.created_at  IS 'When';

-- The role of the service may change products and customers, but may not write the history: these
-- functions have the rights of the owner.
CREATE FUNCTION record_product_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO product_events (product_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version,
            CASE WHEN TG_OP = 'INSERT'
                 THEN CASE WHEN current_setting('waybill.internal_write', true) = 'importing'
                           THEN 'imported' ELSE 'created' END
                 WHEN OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL THEN 'retired'
                 WHEN OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL THEN 'reinstated'
                 ELSE 'changed' END,
            who(),
            -- An imported product may have changed long ago.
            CASE WHEN current_setting('waybill.internal_write', true) = 'importing'
                 THEN clock_timestamp() ELSE NEW.updated_at END);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_product_change() IS 'Adds a row to product_events';

-- Triggers fire in the order of their names: the event of the product comes before that of its
-- first stock. Placing orders writes none of the columns named here, so it does not even ask.
CREATE TRIGGER products_creation_recorded
    AFTER INSERT ON products FOR EACH ROW
    EXECUTE FUNCTION record_product_change();
CREATE TRIGGER products_change_recorded
    AFTER UPDATE OF name, description, price, retired_at, reorder_level ON products FOR EACH ROW
    WHEN (NEW.name <> OLD.name OR NEW.description IS DISTINCT FROM OLD.description
          OR NEW.price <> OLD.price OR NEW.retired_at IS DISTINCT FROM OLD.retired_at
          OR NEW.reorder_level IS DISTINCT FROM OLD.reorder_level)
    EXECUTE FUNCTION record_product_change();

-- Orders that are placed together take their units by one statement, so that nobody in particular has
-- brought a product down to its level.
CREATE FUNCTION record_low_stock() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO product_events (product_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version, 'low_stock',
            CASE current_setting('waybill.internal_write', true)
                WHEN 'placing' THEN 'orders that were placed' ELSE who() END,
            NEW.updated_at);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_low_stock() IS 'Adds a row to product_events when a stock has fallen to its reorder_level, or begins there';

-- Once, when the level is reached or passed, or set above what there is; not with each unit after that.
CREATE TRIGGER products_low_stock_recorded
    AFTER UPDATE OF stock, reorder_level ON products FOR EACH ROW
    WHEN (NEW.stock <= NEW.reorder_level AND (OLD.stock <= OLD.reorder_level) IS NOT TRUE)
    EXECUTE FUNCTION record_low_stock();
CREATE TRIGGER products_low_stock_begins
    AFTER INSERT ON products FOR EACH ROW
    WHEN (NEW.stock <= NEW.reorder_level)
    EXECUTE FUNCTION record_low_stock();

CREATE FUNCTION record_customer_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO customer_events (customer_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version, CASE TG_OP WHEN 'INSERT' THEN 'created' ELSE 'changed' END,
            who(), NEW.updated_at);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_customer_change() IS 'Adds a row to customer_events';

-- place_orders() writes the events of the customers that it introduces, as it knows whose order
-- introduced whom.
CREATE TRIGGER customers_creation_recorded
    AFTER INSERT ON customers FOR EACH ROW
    WHEN (coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION record_customer_change();
CREATE TRIGGER customers_change_recorded
    AFTER UPDATE OF name, email, ship_to ON customers FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.email IS DISTINCT FROM OLD.email
          OR NEW.ship_to::text IS DISTINCT FROM OLD.ship_to::text)
    EXECUTE FUNCTION record_customer_change();

-- Every event of every kind, with NULL in the columns that it has not.
CREATE VIEW events AS
    SELECT number, xid,
           'order.' || CASE WHEN what = 'moved' AND to_status = 'cancelled' THEN 'cancelled'
                            ELSE what END AS type,
           created_at AS occurred_at, who, order_id, version, from_status, to_status,
           NULL::text AS product_id, NULL::text AS customer_id, NULL::bigint AS delta,
           NULL::text AS cause, NULL::bigint AS order_number, NULL::text AS reason
      FROM order_events
     UNION ALL
    SELECT number, xid, 'stock.adjusted', created_at, who, NULL, NULL, NULL, NULL, product_id, NULL,
           delta, cause, order_number, reason
      FROM stock_adjustments
     UNION ALL
    SELECT number, xid, 'product.' || what, created_at, who, NULL, version, NULL, NULL, product_id,
           NULL, NULL, NULL, NULL, NULL
      FROM product_events
     UNION ALL
    SELECT number, xid, 'customer.' || what, created_at, who, NULL, version, NULL, NULL, NULL,
           customer_id, NULL, NULL, NULL, NULL
      FROM customer_events;
COMMENT ON VIEW events IS 'The events of orders, stock, products and customers by number; feed() shows them in the order of the feed';

CREATE TABLE feed_ticks (
    number         bigint        NOT NULL CONSTRAINT feed_ticks_pkey PRIMARY KEY,
    first_position bigint        NOT NULL,
    events         integer       NOT NULL
                                 CONSTRAINT feed_ticks_events_range CHECK (events BETWEEN 0 AND 500),
    -- One event after the other by number: the position of an event is that of the tick plus the
    -- events with lower numbers in it.
    numbers        int8multirange NOT NULL,
    snapshot       pg_snapshot   NOT NULL,
    -- Transaction numbers mean nothing in another cluster, so a restored dump is looked through once.
    cluster        bigint        NOT NULL,
    -- It depends on everything before, so a position with its hash says which history it is of.
    hash           bytea         NOT NULL,
    created_at     timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX feed_ticks_by_position ON feed_ticks (first_position);
COMMENT ON TABLE  feed_ticks                IS 'The order of all events: each tick gives positions to the events that had become visible; never rewritten';
COMMENT ON COLUMN feed_ticks.number         IS 'Dense: 1, 2, 3, ...';
COMMENT ON COLUMN feed_ticks.first_position IS 'The position of its first event';
COMMENT ON COLUMN feed_ticks.events         IS 'How many events it has, up to 500';
COMMENT ON COLUMN feed_ticks.numbers        IS 'The numbers of its events; their order is that of the feed';
COMMENT ON COLUMN feed_ticks.snapshot       IS 'Which transactions it has seen';
COMMENT ON COLUMN feed_ticks.cluster        IS 'The system identifier of the cluster to which the snapshot belongs';
COMMENT ON COLUMN feed_ticks.hash           IS 'SHA-256 of the events of the tick and of the hash before it; its beginning is part of a cursor';
COMMENT ON COLUMN feed_ticks.created_at     IS 'When';

-- Gives positions to the events that have become visible, and notifies the listeners of the feed
-- once. It may be called by anyone at any time; calls take turns.
--
-- The plan is made while the tables are small, and kept: without enable_seqscan = off it would read
-- all events each time. The cost that this gives to such a plan would have it compiled (jit).
CREATE FUNCTION sequence_events() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
DECLARE
    here   bigint;
    before feed_ticks;
    head   bigint;
    fresh  bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'sequence_events() has to see what others commit: call it in READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    -- In a statement of its own, so that the next ones see what the holder before has committed.
    PERFORM pg_advisory_xact_lock(hashtextextended('waybill.feed', 0));
    SELECT system_identifier INTO here FROM pg_control_system();
    SELECT * INTO before FROM feed_ticks ORDER BY number DESC LIMIT 1;

    -- One statement, so that the events and the snapshot are of the same moment. In the cluster of the
    -- last tick the first two parts find what is new. For the first tick of all, and the first one in
    -- another cluster, it is the third: the events that are in no tick. Such a tick is written even if
    -- there are none, for its snapshot.
    WITH known AS MATERIALIZED (
        SELECT range_agg(span) AS numbers FROM feed_ticks, unnest(numbers) AS span
    ), fresh AS (
        SELECT number FROM events
         WHERE before.cluster = here AND xid >= pg_snapshot_xmax(before.snapshot)
         UNION ALL
        SELECT number FROM events
         WHERE before.cluster = here AND xid = ANY (ARRAY(SELECT pg_snapshot_xip(before.snapshot)))
         UNION ALL
        SELECT number FROM events
         WHERE before.cluster IS DISTINCT FROM here
           AND (number <@ (SELECT numbers FROM known)) IS NOT TRUE
    ), ticks AS (
        SELECT part, range_agg(int8range(number, number, '[]')) AS numbers, count(*) AS events
          FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / 500 AS part
                  FROM fresh) AS ranked
         GROUP BY part
         UNION ALL
        SELECT 0, '{}', 0
         WHERE before.cluster IS DISTINCT FROM here AND NOT EXISTS (SELECT FROM fresh)
    )
    INSERT INTO feed_ticks (number, first_position, events, numbers, snapshot, cluster, hash)
    SELECT coalesce(before.number, 0) + 1 + part,
           coalesce(before.first_position + before.events, 1) + 500 * part, events, numbers,
           pg_current_snapshot(), here,
           CASE WHEN events = 0 THEN coalesce(before.hash, '')
                ELSE sha256(coalesce(before.hash, '') || convert_to(concat_ws(
                         '|', part, numbers, pg_current_snapshot(), clock_timestamp()), 'UTF8'))
            END
      FROM ticks
     ORDER BY part;

    SELECT sum(events), max(first_position + events) - 1
      INTO fresh, head
      FROM feed_ticks
     WHERE number > coalesce(before.number, 0);
    IF fresh > 0 THEN
        PERFORM pg_notify('waybill_feed', head::text);
    END IF;
    RETURN coalesce(fresh, 0);
END
$$;
COMMENT ON FUNCTION sequence_events() IS 'Gives positions in the feed to the events that have become visible; returns how many';

CREATE FUNCTION feed_cursor(feed_position bigint, hash bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT feed_position || '-' || encode(substr(hash, 1, 4), 'hex') $$;
COMMENT ON FUNCTION feed_cursor(bigint, bytea) IS 'A position in the feed together with the history that it is of';

-- The events after a position, as far as so many positions reach. The server puts the statement in
-- the place of a call, so its plan is made for the statement around it.
CREATE FUNCTION feed(after bigint DEFAULT 0, reach bigint DEFAULT 500)
    RETURNS TABLE (feed_position bigint, cursor text, type text, occurred_at timestamptz, who text,
                   order_id uuid, order_number bigint, channel text, reference text,
                   version bigint, from_status text, to_status text, product_id text,
                   customer_id text, delta bigint, cause text, reason text)
    LANGUAGE sql STABLE ROWS 500 AS
$$
SELECT p.feed_position, waybill.feed_cursor(p.feed_position, p.hash), e.type, e.occurred_at, e.who,
       e.order_id, coalesce(e.order_number, o.number), o.channel, o.reference, e.version,
       e.from_status, e.to_status, e.product_id, coalesce(e.customer_id, o.customer_id), e.delta, e.cause, e.reason
  FROM (SELECT t.first_position - 1
                   + row_number() OVER (PARTITION BY t.number ORDER BY n) AS feed_position,
               n AS number, t.hash
          FROM waybill.feed_ticks AS t
         CROSS JOIN unnest(t.numbers) AS span
         CROSS JOIN generate_series(lower(span), upper(span) - 1) AS n
         -- A tick has up to 500 events.
         WHERE t.first_position BETWEEN after - 499 AND after + reach) AS p
 CROSS JOIN LATERAL (SELECT * FROM waybill.events WHERE number = p.number LIMIT 1) AS e
  LEFT JOIN waybill.orders AS o ON o.id = e.order_id
 WHERE p.feed_position > after AND p.feed_position <= after + reach
 ORDER BY p.feed_position
$$;
COMMENT ON FUNCTION feed(bigint, bigint) IS 'The events after a position: SELECT * FROM feed(after => 0, reach => 500)';

CREATE VIEW feed_overview AS
    SELECT t.first_position + t.events - 1 AS head,
           feed_cursor(t.first_position + t.events - 1, t.hash) AS cursor, t.number AS ticks,
           t.created_at AS last_tick_at, w.events AS unsequenced,
           coalesce(round(extract(epoch FROM clock_timestamp() - w.since), 3), 0)
               AS unsequenced_seconds
      FROM (SELECT * FROM feed_ticks ORDER BY number DESC LIMIT 1) AS t
     CROSS JOIN LATERAL (
         SELECT count(*) AS events, min(occurred_at) AS since
           FROM (SELECT occurred_at FROM events WHERE xid >= pg_snapshot_xmax(t.snapshot)
                  UNION ALL
                 SELECT occurred_at FROM events
                  WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(t.snapshot)))) AS waiting
     ) AS w;
COMMENT ON VIEW feed_overview IS 'Where the feed stands: its newest position, and the events that have no position yet and since when';

CREATE TRIGGER product_events_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON product_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER customer_events_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER feed_ticks_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON feed_ticks FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
