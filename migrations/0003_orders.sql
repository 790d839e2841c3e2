-- Orders, their life cycle, their history, and the changes of stock other than by placing an order.
--
-- The order row carries its lines as one JSON value, rendered once when the order is placed:
-- reading one order or fifty touches no other table, and the service sends the bytes as they are.
-- The lines never change without their order, so nothing is lost by keeping them together. The
-- checks and triggers below guarantee what columns and keys of a table of lines would have
-- guaranteed.

SET LOCAL search_path = waybill, pg_temp;

-- All channels: one line each, the same as in Sources/Orders/Orders/Channel.swift; a test compares them.
-- Everything else about a channel follows from its kind:
--
-- stocked   orders take units from our stock, and move along the life cycle
-- free      the catalogue is elsewhere, so no stock is taken; any status may follow any other
-- process   an external order process fulfils orders and moves them; they have a reference and no lines
--
-- The function is a plain expression, so that the server puts it in the place of each call. A table
-- would cost a look-up with every order.
CREATE FUNCTION channel_kind(channel text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT CASE channel
    WHEN 'api'        THEN 'stocked'
    WHEN 'storefront' THEN 'free'
    WHEN 'fulfilment' THEN 'process'
    WHEN 'shop'       THEN 'stocked'
    WHEN 'store'      THEN 'stocked'
END
$$;
COMMENT ON FUNCTION channel_kind(text) IS 'The kind of a channel: stocked, free or process; NULL for what is no channel';

CREATE FUNCTION takes_stock(channel text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT waybill.channel_kind(channel) = 'stocked' $$;
COMMENT ON FUNCTION takes_stock(text) IS 'Whether orders of this channel take units from the stock';

-- An order process may end before the service has seen that it began.
CREATE FUNCTION may_move(channel text, from_status text, to_status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT CASE waybill.channel_kind(channel)
    WHEN 'free' THEN to_status <> 'failed'
    WHEN 'process' THEN (from_status, to_status) IN (
        ('new', 'in_progress'), ('new', 'completed'), ('new', 'failed'),
        ('in_progress', 'completed'), ('in_progress', 'failed'))
    ELSE (from_status, to_status) IN (
        ('new', 'in_progress'), ('in_progress', 'completed'),
        ('new', 'cancelled'), ('in_progress', 'cancelled'))
END
$$;
COMMENT ON FUNCTION may_move(text, text, text) IS 'Whether an order of this channel may go from one status to the other';

-- Goods that have gone out cannot return to the stock with a cancellation. A channel that takes no
-- stock cancels its own orders as it likes: scope is the channel that moves the order, or NULL.
CREATE FUNCTION leaves_shipped(to_status text, shipped_quantity integer, scope text, channel text)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT shipped_quantity IS NULL OR to_status <> 'cancelled'
    OR scope IS NOT NULL AND NOT waybill.takes_stock(channel)
$$;
COMMENT ON FUNCTION leaves_shipped(text, integer, text, text)
    IS 'Whether a move leaves alone what has been shipped of an order';

-- One order line; lines_hold() below checks the same form. It is STABLE, like the number-to-text
-- casts in it, so that the planner can inline it.
CREATE FUNCTION render_line(product_id text, name text, quantity integer, price numeric) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
SELECT '{"product_id":' || coalesce(to_json(product_id)::text, 'null')
    || ',"name":' || coalesce(to_json(name)::text, 'null')
    || ',"quantity":' || quantity || ',"price":' || price || ',"amount":' || quantity * price || '}'
$$;
COMMENT ON FUNCTION render_line(text, text, integer, numeric) IS 'An order line as it is stored and sent';

-- Checks the lines of an order: their limits, amount = quantity x price, totals that are the sums,
-- and a text that is exactly as render_line() makes it. NaN fails BETWEEN. The form is written
-- again here, as a dump is restored without a search_path in which render_line() could be found.
CREATE FUNCTION lines_hold(items json, total_quantity integer, total_amount numeric) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$
DECLARE
    line     record;
    lines    integer := 0;
    rendered text    := '[';
BEGIN
    FOR line IN SELECT product_id, name, quantity, price
                  FROM json_to_recordset(items)
                    AS l (product_id text, name text, quantity integer, price numeric(12, 2))
    LOOP
        IF line.quantity BETWEEN 1 AND 1000000 AND line.price BETWEEN 0 AND 9999999999.99
            AND char_length(coalesce(line.product_id, '-')) BETWEEN 1 AND 255
            AND char_length(coalesce(line.name, '-')) BETWEEN 1 AND 200
        THEN
            lines          := lines + 1;
            total_quantity := total_quantity - line.quantity;
            total_amount   := total_amount - line.quantity * line.price;
            rendered       := rendered
                || ',{"product_id":' || coalesce(to_json(line.product_id)::text, 'null')
                || ',"name":' || coalesce(to_json(line.name)::text, 'null')
                || ',"quantity":' || line.quantity || ',"price":' || line.price
                || ',"amount":' || line.quantity * line.price || '}';
        ELSE
            RETURN false;
        END IF;
    END LOOP;
    RETURN lines <= 100 AND total_quantity = 0 AND total_amount = 0
        AND items::text = overlay(rendered || ']' PLACING '' FROM 2 FOR least(lines, 1));
END
$$;
COMMENT ON FUNCTION lines_hold(json, integer, numeric) IS 'Whether order lines are exactly as rendered, within limits, and add up to the totals';

-- Domains, because the server reads the expression of a table's check again for each statement, and
-- for a call of an SQL function the function's text as well: a sixth of placing one order.
CREATE DOMAIN order_channel AS text COLLATE "C"
    CONSTRAINT orders_channel_known CHECK (channel_kind(VALUE) IS NOT NULL);
COMMENT ON DOMAIN order_channel IS 'The contract through which an order comes; channel_kind() lists all';

CREATE DOMAIN order_reference AS text COLLATE "C"
    CONSTRAINT orders_reference_length CHECK (char_length(VALUE) BETWEEN 1 AND 255);
COMMENT ON DOMAIN order_reference IS 'A client''s own id for an order, 1 to 255 characters';

CREATE DOMAIN order_status AS text COLLATE "C"
    CONSTRAINT orders_status_known CHECK
    (VALUE IN ('new', 'in_progress', 'completed', 'failed', 'cancelled'));
COMMENT ON DOMAIN order_status IS 'new, in_progress, completed, failed or cancelled';

CREATE DOMAIN shipping_carrier AS text
    CONSTRAINT orders_shipping_carrier_length CHECK (char_length(VALUE) <= 255);
COMMENT ON DOMAIN shipping_carrier IS 'Who carries an order, up to 255 characters';

CREATE DOMAIN tracking_number AS text
    CONSTRAINT orders_tracking_number_length CHECK (char_length(VALUE) <= 255);
COMMENT ON DOMAIN tracking_number IS 'A carrier''s number of a shipment, up to 255 characters';

-- Whether a value is a JSON array of 1 to 20 different tags.
CREATE FUNCTION tags_hold(tags json) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
$$
BEGIN
    RETURN json_typeof(tags) = 'array' AND json_array_length(tags) BETWEEN 1 AND 20
        AND (SELECT count(DISTINCT tag) = count(*) AND bool_and(coalesce(char_length(tag), 0) BETWEEN 1 AND 50)
               FROM json_array_elements_text(tags) AS tag);
END
$$;
COMMENT ON FUNCTION tags_hold(json) IS 'Whether these are 1 to 20 different tags of 1 to 50 characters';

CREATE FUNCTION metadata_holds(metadata json) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
$$
BEGIN
    RETURN json_typeof(metadata) = 'object'
        AND (SELECT count(*) BETWEEN 1 AND 20 AND count(DISTINCT key) = count(*)
                    AND bool_and(char_length(key) BETWEEN 1 AND 40 AND json_typeof(value) = 'string'
                                 AND char_length(value #>> '{}') <= 200)
               FROM json_each(metadata));
END
$$;
COMMENT ON FUNCTION metadata_holds(json) IS 'Whether these are 1 to 20 texts of up to 200 characters, each with a key of up to 40';

CREATE DOMAIN order_note AS text
    CONSTRAINT orders_note_length CHECK (char_length(VALUE) BETWEEN 1 AND 2000);
COMMENT ON DOMAIN order_note IS 'What the warehouse should know of an order, 1 to 2000 characters';

CREATE DOMAIN order_tags AS json CONSTRAINT orders_tags_hold CHECK (tags_hold(VALUE));
COMMENT ON DOMAIN order_tags IS 'Words by which clients sort orders: 1 to 20, each of 1 to 50 characters';

CREATE DOMAIN order_metadata AS json CONSTRAINT orders_metadata_holds CHECK (metadata_holds(VALUE));
COMMENT ON DOMAIN order_metadata IS 'What clients keep with an order and nobody else reads: 1 to 20 short texts, each with a key';

-- An order of a channel of the kind process is only a reference; every other order has a customer
-- and lines. Not an SQL function, for the same reason as the domains above.
CREATE FUNCTION shape_holds(channel text, total_quantity integer, reference text, customer_id text)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$
BEGIN
    RETURN CASE waybill.channel_kind(channel)
        WHEN 'process' THEN total_quantity = 0 AND reference IS NOT NULL
        ELSE total_quantity > 0 AND customer_id IS NOT NULL
    END;
END
$$;
COMMENT ON FUNCTION shape_holds(text, integer, text, text) IS 'Whether an order has what orders of its channel have';

CREATE TABLE orders (
    -- UUIDv7, made by the service: in order of time, so the index grows at its right edge.
    id               uuid     NOT NULL CONSTRAINT orders_pkey PRIMARY KEY,
    -- Sequential, for people and for clients that speak integers.
    number           bigint   NOT NULL GENERATED ALWAYS AS IDENTITY
                              CONSTRAINT orders_number_key UNIQUE,
    channel          order_channel NOT NULL,
    reference        order_reference,
    -- The check of the key locks the customer's row for sharing. Measured, that costs less than a
    -- tenth of placing, also when all orders are of one customer.
    customer_id      text     COLLATE "C"
                              CONSTRAINT orders_customer_fkey REFERENCES customers (id),
    status           order_status NOT NULL DEFAULT 'new',
    -- json, not jsonb: the text is kept as it was written, and sent as it is.
    items            json     NOT NULL,
    -- Both totals hold 100 lines of 1,000,000 units at 9,999,999,999.99: sums cannot overflow.
    total_quantity   integer  NOT NULL,
    total_amount     numeric(20, 2) NOT NULL,
    shipping_carrier shipping_carrier,
    tracking_number  tracking_number,
    -- Most orders have none of these four. json as above: the text is sent as it was written.
    ship_to          address,
    note             order_note,
    tags             order_tags,
    metadata         order_metadata,
    -- change_order() checks both when they change; NULL while nothing has come back.
    returned_quantity integer,
    returned_amount  numeric(20, 2),
    -- As above; NULL while nothing has gone out.
    shipped_quantity integer,
    version          bigint   NOT NULL DEFAULT 1
                              CONSTRAINT orders_version_positive CHECK (version > 0),
    created_at       timestamptz(3) NOT NULL,
    updated_at       timestamptz(3) NOT NULL,
    hidden_at        timestamptz(3),

    CONSTRAINT orders_shape CHECK (shape_holds(channel, total_quantity, reference, customer_id)),
    -- The lines are checked when they are written: here with the order (version 1), and by the
    -- trigger below when they change. Other changes do not read them. place_orders() and
    -- import_orders() alone are trusted: they have just rendered the lines from the numbers they add
    -- up, and to parse them again would be an eighth of placing.
    CONSTRAINT orders_lines_hold CHECK (
        version > 1 OR coalesce(current_setting('waybill.internal_write', true), '') IN ('placing', 'importing')
        OR lines_hold(items, total_quantity, total_amount))
);
-- One order for each reference of a channel. Most orders have no reference, and so no entry here.
CREATE UNIQUE INDEX orders_reference_key ON orders (channel, reference) WHERE reference IS NOT NULL;

COMMENT ON TABLE  orders                  IS 'Every order of every channel, with its lines';
COMMENT ON COLUMN orders.id               IS 'UUIDv7, made by the service';
COMMENT ON COLUMN orders.number           IS 'Sequential number, made by the database';
COMMENT ON COLUMN orders.channel          IS 'The contract through which the order came; channel_kind() lists all';
COMMENT ON COLUMN orders.reference        IS 'The client''s own id for the order, unique within its channel; NULL when none was given';
COMMENT ON COLUMN orders.customer_id      IS 'The customer of the order (customers.id); NULL for channels of the kind process alone';
COMMENT ON COLUMN orders.status           IS 'new, in_progress, completed, failed or cancelled; may_move() says which may follow which';
COMMENT ON COLUMN orders.items            IS 'The lines as the service writes them; the view order_lines shows them as rows';
COMMENT ON COLUMN orders.total_quantity   IS 'Units of all lines';
COMMENT ON COLUMN orders.total_amount     IS 'Amount of all lines';
COMMENT ON COLUMN orders.shipping_carrier IS 'The carrier, of the newest shipment if there are any; NULL when none was given';
COMMENT ON COLUMN orders.tracking_number  IS 'The carrier''s number of the newest shipment; NULL when none was given. order_tracked finds the orders of every number';
COMMENT ON COLUMN orders.ship_to          IS 'Where it goes, as it was given, or as the customer had it when the order was placed; NULL when nobody has said';
COMMENT ON COLUMN orders.note             IS 'What the warehouse should know; NULL without one';
COMMENT ON COLUMN orders.tags             IS 'Words by which clients sort orders; order_tagged finds the orders of a tag';
COMMENT ON COLUMN orders.metadata         IS 'What clients keep with the order; nobody else reads it';
COMMENT ON COLUMN orders.returned_quantity IS 'Units that have come back, part of total_quantity; NULL when none have';
COMMENT ON COLUMN orders.returned_amount  IS 'Their amount; NULL when none have come back';
COMMENT ON COLUMN orders.shipped_quantity IS 'Units that have gone out in shipments, part of total_quantity; NULL when none have';
COMMENT ON COLUMN orders.version          IS 'Grows by one with every change, also in psql; the ETag';
COMMENT ON COLUMN orders.created_at       IS 'When the order was placed';
COMMENT ON COLUMN orders.updated_at       IS 'When the order last changed; later with every version';
COMMENT ON COLUMN orders.hidden_at        IS 'Since when its own channel no longer shows it; NULL while it does';

-- Every list reads one of these three indexes in order, whatever its filters, and stops when the
-- page is full: it neither sorts nor scans. One index serves channel and status, as a list over
-- several of either merges a few index scans. A hidden order is found by its id and number alone.
--
-- number > 0 is always true. Only the list without filters has this condition, so only that list
-- can use the first index. Otherwise the planner might look there for the oldest of a few new
-- orders, past ten million completed ones.
CREATE INDEX orders_by_time ON orders (created_at, number) WHERE hidden_at IS NULL AND number > 0;
CREATE INDEX orders_by_status ON orders (channel, status, created_at, number) WHERE hidden_at IS NULL;
CREATE INDEX orders_by_customer ON orders (customer_id, created_at, number) WHERE hidden_at IS NULL;

-- One row for each product of an order: it finds the orders of a product, for the product filter
-- and for the history of the stock. The row is also the stock movement of placing the order, so
-- that placing writes one row for both.
CREATE TABLE order_products (
    product_id   text     COLLATE "C" NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    order_number bigint   NOT NULL,
    quantity     integer  NOT NULL
                          CONSTRAINT order_products_quantity_range CHECK (quantity BETWEEN 0 AND 100000000),
    taken        integer  NOT NULL
                          CONSTRAINT order_products_taken_range CHECK (taken BETWEEN 0 AND 100000000),
    CONSTRAINT order_products_pkey PRIMARY KEY (product_id, created_at, order_number)
);
COMMENT ON TABLE  order_products              IS 'The orders of a product, by time, and the units that placing them took';
COMMENT ON COLUMN order_products.product_id   IS 'The product; in orders of the storefront also one that the catalogue does not know';
COMMENT ON COLUMN order_products.created_at   IS 'orders.created_at, by which lists are sorted';
COMMENT ON COLUMN order_products.order_number IS 'orders.number';
COMMENT ON COLUMN order_products.quantity     IS 'Units in the order now; 0 when an edit removed them';
COMMENT ON COLUMN order_products.taken        IS 'Units that placing took from the stock; later changes are in stock_adjustments';

-- One row for each tag of an order: it finds the orders of a tag in the order of lists.
CREATE TABLE order_tagged (
    tag          text     COLLATE "C" NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    order_number bigint   NOT NULL,
    CONSTRAINT order_tagged_pkey PRIMARY KEY (tag, created_at, order_number)
);
COMMENT ON TABLE  order_tagged              IS 'The orders of a tag, by time: a copy of orders.tags';
COMMENT ON COLUMN order_tagged.tag          IS 'The tag';
COMMENT ON COLUMN order_tagged.created_at   IS 'orders.created_at, by which lists are sorted';
COMMENT ON COLUMN order_tagged.order_number IS 'orders.number';

-- The numbers of all events: of orders and stock here, of products and customers in 0012_feed.sql.
-- They share one sequence, so that the numbers of what was done one after the other rise, whatever
-- was changed. It starts beyond every order's number, so that (created_at, number) is unique among
-- all movements of a product, both orders and adjustments.
CREATE SEQUENCE event_number START WITH 1000000000001;
COMMENT ON SEQUENCE event_number IS 'The numbers of all events, of orders, stock, products and customers';

-- What happened to an order: one row for each version of it.
CREATE TABLE order_events (
    number      bigint   NOT NULL DEFAULT nextval('event_number')
                         CONSTRAINT order_events_pkey PRIMARY KEY,
    -- The transaction that wrote the row; 0012_feed.sql says what for.
    xid         xid8     NOT NULL DEFAULT pg_current_xact_id(),
    order_id    uuid     NOT NULL,
    version     bigint   NOT NULL,
    what        text     NOT NULL
                         CONSTRAINT order_events_what_known
                         CHECK (what IN ('placed', 'edited', 'moved', 'shipped', 'returned', 'hidden',
                                         'touched', 'imported')),
    from_status text,
    to_status   text     NOT NULL,
    who         text     NOT NULL,
    detail      json,
    created_at  timestamptz(3) NOT NULL,
    -- Two changes can never make the same version.
    CONSTRAINT order_events_version_key UNIQUE (order_id, version)
);
CREATE INDEX order_events_by_xid ON order_events (xid);
COMMENT ON TABLE  order_events             IS 'The history of every order: one row for each version, of an imported one from then on; never rewritten';
COMMENT ON COLUMN order_events.number      IS 'Its number among all events; a higher number may be committed earlier, the feed has the order of commits';
COMMENT ON COLUMN order_events.xid         IS 'The transaction that wrote it, by which the feed finds it';
COMMENT ON COLUMN order_events.order_id    IS 'orders.id';
COMMENT ON COLUMN order_events.version     IS 'The version of the order that the event made';
COMMENT ON COLUMN order_events.what        IS 'placed, edited, moved, shipped, returned, hidden, touched: an update that changed no value, or imported: the order came from a file as it is then';
COMMENT ON COLUMN order_events.from_status IS 'Status before; NULL when the order was placed or imported';
COMMENT ON COLUMN order_events.to_status   IS 'Status after';
COMMENT ON COLUMN order_events.who         IS 'Who did it: a caller of the service, or the database user for a change in psql';
COMMENT ON COLUMN order_events.detail      IS 'edited: the lines as they were before, or an object with ship_to, note, tags and metadata as they were, and with the items if both changed; shipped: carrier and tracking number as they are now, and the units that went out';
COMMENT ON COLUMN order_events.created_at  IS 'When';

-- Changes of stock other than by placing an order.
CREATE TABLE stock_adjustments (
    number       bigint   NOT NULL DEFAULT nextval('event_number')
                          CONSTRAINT stock_adjustments_pkey PRIMARY KEY,
    xid          xid8     NOT NULL DEFAULT pg_current_xact_id(),
    product_id   text     COLLATE "C" NOT NULL
                          CONSTRAINT stock_adjustments_product_fkey REFERENCES products (id),
    delta        bigint   NOT NULL CONSTRAINT stock_adjustments_delta_moves CHECK (delta <> 0),
    cause        text     NOT NULL
                          CONSTRAINT stock_adjustments_cause_known
                          CHECK (cause IN ('initial', 'adjusted', 'edited', 'cancelled', 'returned',
                                          'direct')),
    -- orders.number. No foreign key: orders are never deleted and numbers never change, and with a
    -- key PostgreSQL would refuse TRUNCATE orders before our trigger could say what to do instead.
    order_number bigint   CONSTRAINT stock_adjustments_order_named
                          CHECK ((order_number IS NOT NULL) = (cause IN ('edited', 'cancelled', 'returned'))),
    reason       text     CONSTRAINT stock_adjustments_reason_length CHECK (char_length(reason) <= 200),
    who          text     NOT NULL,
    created_at   timestamptz(3) NOT NULL
);
CREATE INDEX stock_adjustments_by_xid ON stock_adjustments (xid);
CREATE INDEX stock_adjustments_by_product ON stock_adjustments (product_id, created_at, number);
COMMENT ON TABLE  stock_adjustments              IS 'Changes of stock other than by placing an order; never rewritten. The view stock_movements shows both';
COMMENT ON COLUMN stock_adjustments.number       IS 'Its number among all events, beyond every order''s number';
COMMENT ON COLUMN stock_adjustments.xid          IS 'The transaction that wrote it, by which the feed finds it';
COMMENT ON COLUMN stock_adjustments.product_id   IS 'The product whose stock changed';
COMMENT ON COLUMN stock_adjustments.delta        IS 'By how many units';
COMMENT ON COLUMN stock_adjustments.cause        IS 'initial: with the product; adjusted: by the service; edited, cancelled, returned: by an order; direct: an UPDATE in psql';
COMMENT ON COLUMN stock_adjustments.order_number IS 'orders.number, when an order was edited or cancelled, or goods came back';
COMMENT ON COLUMN stock_adjustments.reason       IS 'The reason that was given for an adjustment or a return';
COMMENT ON COLUMN stock_adjustments.who          IS 'Who did it: a caller of the service, or a database user';
COMMENT ON COLUMN stock_adjustments.created_at   IS 'When';

-- Functions that write the history of their changes themselves set `waybill.internal_write` while
-- they do so: to `placing` in place_orders(), to `importing` in imports, to `on` in others. Every
-- other write is one of a person in psql: triggers refuse it or add the history. It would be simpler
-- to set this in the CREATE statement of such a function, but only a superuser may do so.
--
-- Triggers that fire with every order have the expression instead of the function, as the server
-- would read the text of the function again for each statement.
CREATE FUNCTION is_internal_write() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('waybill.internal_write', true), '') <> '' $$;
COMMENT ON FUNCTION is_internal_write() IS 'Whether a function of this schema is writing that also writes the history of its changes';

CREATE FUNCTION set_internal_write(is_internal boolean, kind text DEFAULT 'on') RETURNS text
    LANGUAGE sql AS
$$ SELECT set_config('waybill.internal_write', CASE WHEN is_internal THEN kind ELSE '' END, true) $$;
COMMENT ON FUNCTION set_internal_write(boolean, text) IS 'Begins or ends writes whose history the writing function writes itself';

CREATE FUNCTION who() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('waybill.who', true), ''), session_user) $$;
COMMENT ON FUNCTION who() IS 'The name for a change in the history: the setting waybill.who, or else the database user';

CREATE FUNCTION explain_stock() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO waybill.stock_adjustments (product_id, delta, cause, who, created_at)
    VALUES (NEW.id,
            CASE TG_OP WHEN 'INSERT' THEN NEW.stock ELSE NEW.stock - OLD.stock END,
            CASE TG_OP WHEN 'INSERT' THEN 'initial' ELSE 'direct' END,
            waybill.who(), clock_timestamp());
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION explain_stock() IS 'Adds a row to stock_adjustments for a change of stock in psql';

CREATE TRIGGER products_stock_begins
    AFTER INSERT ON products FOR EACH ROW
    WHEN (NEW.stock <> 0)
    EXECUTE FUNCTION explain_stock();
CREATE TRIGGER products_stock_explained
    AFTER UPDATE OF stock ON products FOR EACH ROW
    WHEN (NEW.stock <> OLD.stock AND coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION explain_stock();

-- Returns the units of an order to the stock. The caller has locked the order, so this is done
-- once.
CREATE FUNCTION return_stock(order_number bigint, items json) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM FROM waybill.products
      WHERE id IN (SELECT line ->> 'product_id' FROM json_array_elements(items) AS line)
      ORDER BY id
        FOR NO KEY UPDATE;
    PERFORM waybill.set_internal_write(true);
    WITH held AS (
        SELECT line ->> 'product_id' AS product_id, sum((line ->> 'quantity')::integer) AS units
          FROM json_array_elements(items) AS line
         WHERE line ->> 'product_id' IS NOT NULL
         GROUP BY 1
    ), returned AS (
        UPDATE waybill.products
           SET stock = stock + units, version = version + 1,
               updated_at = greatest(clock_timestamp(), updated_at + interval '1 millisecond')
          FROM held
         WHERE id = product_id
    )
    INSERT INTO waybill.stock_adjustments
        (product_id, delta, cause, order_number, who, created_at)
    SELECT product_id, units, 'cancelled', return_stock.order_number, waybill.who(), clock_timestamp()
      FROM held
     ORDER BY product_id;
    PERFORM waybill.set_internal_write(false);
END
$$;
COMMENT ON FUNCTION return_stock(bigint, json) IS 'Returns the units of a cancelled order to the stock, with a row in stock_adjustments for each';

-- Checks every change of an order, also one made in psql: identity never changes, the status moves
-- as may_move() allows, a cancelled order returns its stock. Raises the version by one and adds the
-- event. order_units() and follow_shipping() are in 0017_shipments.sql.
CREATE FUNCTION change_order() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    happened text;
    detail   json;
    -- Whether what the order has beside its lines changes.
    beside   boolean;
BEGIN
    IF NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.channel <> OLD.channel
        OR NEW.created_at <> OLD.created_at OR NEW.customer_id IS DISTINCT FROM OLD.customer_id
        OR NEW.reference IS DISTINCT FROM OLD.reference
    THEN
        RAISE EXCEPTION 'order %: id, number, channel, reference, customer_id and created_at never change',
            OLD.number
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_identity_stays';
    END IF;

    IF NEW.status <> OLD.status THEN
        IF NOT waybill.may_move(OLD.channel, OLD.status, NEW.status) THEN
            RAISE EXCEPTION 'order % of channel % cannot go from % to %',
                OLD.number, OLD.channel, OLD.status, NEW.status
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_life_cycle';
        END IF;
        IF NOT waybill.leaves_shipped(NEW.status, OLD.shipped_quantity, OLD.channel, OLD.channel) THEN
            RAISE EXCEPTION 'order %: goods have been shipped, so it cannot be cancelled', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipped_stays';
        END IF;
        happened := 'moved';
    END IF;

    IF NEW.shipped_quantity IS DISTINCT FROM OLD.shipped_quantity THEN
        -- NULL is no number of units that went out before, and refused as one that do now.
        IF NOT waybill.is_internal_write() OR OLD.status IN ('cancelled', 'failed') OR happened IS NOT NULL
            OR (NEW.shipped_quantity > coalesce(OLD.shipped_quantity, 0)
                AND NEW.shipped_quantity <= OLD.total_quantity) IS NOT TRUE
        THEN
            RAISE EXCEPTION 'order %: goods go out through ship_goods(), and not of a cancelled or failed order',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipments_stay';
        END IF;
        happened := 'shipped';
    END IF;

    IF NEW.returned_quantity IS DISTINCT FROM OLD.returned_quantity
        OR NEW.returned_amount IS DISTINCT FROM OLD.returned_amount
    THEN
        -- NULL is no number of units that came back before, and refused as one that did now.
        IF NOT waybill.is_internal_write() OR OLD.status <> 'completed' OR happened IS NOT NULL
            OR (NEW.returned_quantity > coalesce(OLD.returned_quantity, 0)
                AND NEW.returned_quantity <= OLD.total_quantity
                AND NEW.returned_amount BETWEEN coalesce(OLD.returned_amount, 0) AND OLD.total_amount)
               IS NOT TRUE
        THEN
            RAISE EXCEPTION 'order %: goods come back through return_order(), and only of a completed order',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_returns_stay';
        END IF;
        happened := 'returned';
    END IF;

    IF happened IS NULL THEN
        beside := NEW.note IS DISTINCT FROM OLD.note OR NEW.ship_to::text IS DISTINCT FROM OLD.ship_to::text
            OR NEW.tags::text IS DISTINCT FROM OLD.tags::text
            OR NEW.metadata::text IS DISTINCT FROM OLD.metadata::text;
    END IF;
    IF NEW.total_quantity <> OLD.total_quantity OR NEW.total_amount <> OLD.total_amount
        OR NEW.items::text <> OLD.items::text
    THEN
        IF NOT waybill.is_internal_write() OR OLD.status <> 'new' OR happened IS NOT NULL THEN
            RAISE EXCEPTION 'order %: lines change through edit_order(), and only while the order is new',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_lines_stay';
        END IF;
        IF NOT waybill.lines_hold(NEW.items, NEW.total_quantity, NEW.total_amount) THEN
            RAISE EXCEPTION 'order %: lines are malformed or do not add up', OLD.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_lines_hold';
        END IF;
        IF OLD.shipped_quantity IS NOT NULL
            AND EXISTS (SELECT FROM waybill.order_units(OLD.number, NEW.items) WHERE ordered < shipped)
        THEN
            RAISE EXCEPTION 'order %: goods that have been shipped stay in it', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipped_stays';
        END IF;
        happened := 'edited';
        detail   := CASE WHEN beside
            THEN json_build_object('items', OLD.items, 'ship_to', OLD.ship_to, 'note', OLD.note,
                                   'tags', OLD.tags, 'metadata', OLD.metadata)
            ELSE OLD.items END;
    ELSIF happened IS NULL THEN
        IF NEW.shipping_carrier IS DISTINCT FROM OLD.shipping_carrier
            OR NEW.tracking_number IS DISTINCT FROM OLD.tracking_number
        THEN
            happened := 'shipped';
        ELSIF beside THEN
            happened := 'edited';
            detail   := json_build_object('ship_to', OLD.ship_to, 'note', OLD.note, 'tags', OLD.tags,
                                          'metadata', OLD.metadata);
        ELSIF NEW.hidden_at IS DISTINCT FROM OLD.hidden_at THEN
            happened := 'hidden';
        ELSIF NEW::text <> OLD::text THEN
            -- A column that this function does not know, or one that it sets itself. Without an
            -- event the change would be missing in the history, so whoever adds a column must add
            -- it here.
            RAISE EXCEPTION 'order %: this change is not known to change_order()', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_change_known';
        ELSIF waybill.channel_kind(OLD.channel) = 'free' THEN
            -- The storefront contract promises that every accepted call moves updated_at.
            happened := 'touched';
        ELSE
            -- Nothing has changed.
            RETURN OLD;
        END IF;
    END IF;

    NEW.version    := OLD.version + 1;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 millisecond');
    IF happened = 'shipped' THEN
        detail := json_build_object(
            'shipping_carrier', NEW.shipping_carrier, 'tracking_number', NEW.tracking_number,
            'quantity', coalesce(NEW.shipped_quantity, 0) - coalesce(OLD.shipped_quantity, 0));
    END IF;
    IF NEW.shipping_carrier IS DISTINCT FROM OLD.shipping_carrier
        OR NEW.tracking_number IS DISTINCT FROM OLD.tracking_number
    THEN
        PERFORM waybill.follow_shipping(OLD, NEW);
    END IF;
    IF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND waybill.takes_stock(OLD.channel)
    THEN
        PERFORM waybill.return_stock(OLD.number, OLD.items);
    END IF;
    IF NEW.tags::text IS DISTINCT FROM OLD.tags::text THEN
        DELETE FROM waybill.order_tagged
         WHERE order_number = OLD.number AND created_at = OLD.created_at
           AND tag IN (SELECT json_array_elements_text(OLD.tags));
        INSERT INTO waybill.order_tagged (tag, created_at, order_number)
        SELECT tag, OLD.created_at, OLD.number FROM json_array_elements_text(NEW.tags) AS tag;
    END IF;
    INSERT INTO waybill.order_events
        (order_id, version, what, from_status, to_status, who, detail, created_at)
    VALUES (OLD.id, NEW.version, happened, OLD.status, NEW.status, waybill.who(), detail, NEW.updated_at);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION change_order() IS 'Checks every change of an order, also one made in psql, and adds it to the history';

CREATE TRIGGER orders_change
    BEFORE UPDATE ON orders FOR EACH ROW
    EXECUTE FUNCTION change_order();
CREATE TRIGGER orders_are_placed
    BEFORE INSERT ON orders FOR EACH STATEMENT
    WHEN (coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('orders are placed by place_orders(), which takes their stock');
CREATE TRIGGER orders_are_kept
    BEFORE DELETE ON orders FOR EACH ROW
    EXECUTE FUNCTION refuse_change('orders are not deleted: cancel them, SET status = ''cancelled''');
CREATE TRIGGER order_products_explain_stock
    BEFORE UPDATE OR DELETE ON order_products FOR EACH STATEMENT
    WHEN (NOT is_internal_write())
    EXECUTE FUNCTION refuse_change('order_products follows its order: use edit_order()');
-- change_order() writes it from within a trigger.
CREATE TRIGGER order_tagged_follows
    BEFORE INSERT OR UPDATE OR DELETE ON order_tagged FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0 AND coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('order_tagged follows its order: UPDATE orders SET tags = ...');
CREATE TRIGGER order_events_are_kept
    BEFORE UPDATE OR DELETE ON order_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER stock_adjustments_are_kept
    BEFORE UPDATE OR DELETE ON stock_adjustments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten: adjust the stock again');
-- TRUNCATE does not fire row triggers.
CREATE TRIGGER orders_are_not_emptied
    BEFORE TRUNCATE ON orders FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('orders are not deleted: cancel them, SET status = ''cancelled''');
CREATE TRIGGER order_products_are_not_emptied
    BEFORE TRUNCATE ON order_products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_products follows its order: use edit_order()');
CREATE TRIGGER order_tagged_is_not_emptied
    BEFORE TRUNCATE ON order_tagged FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_tagged follows its order: UPDATE orders SET tags = ...');
CREATE TRIGGER order_events_are_not_emptied
    BEFORE TRUNCATE ON order_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER stock_adjustments_are_not_emptied
    BEFORE TRUNCATE ON stock_adjustments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten: adjust the stock again');
