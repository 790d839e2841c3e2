-- Changes of orders and of the stock: each is one call in one round trip, and answers an outcome
-- instead of raising an error.
--
-- All functions name an order in the same way: by id, or by number when the id is NULL. scope is
-- the channel of the caller, which sees only its own orders and none that it has hidden; NULL is
-- the own API, which sees all orders and moves them by its own strict rule. owner limits the call
-- to orders of one customer, expected to one version of the order; NULL is no limit.
--
-- Outcomes of every change: done; not_found; version_changed; refused (the status or the channel
-- does not allow it). An order that was found is always returned as it is after the call.
SET LOCAL search_path = waybill, pg_temp;

CREATE DOMAIN change_outcome AS text
    CONSTRAINT change_outcome_known CHECK (VALUE IN (
        'done', 'not_found', 'version_changed', 'refused',
        -- Of edits alone.
        'unknown_product', 'out_of_stock', 'emptied', 'too_many_lines',
        -- Of returns alone.
        'too_many_returned',
        -- Of edits and cancellations of orders that have been shipped in part; and of shipments alone.
        'already_shipped', 'too_many_shipped', 'nothing_to_ship', 'too_many_shipments'));
COMMENT ON DOMAIN change_outcome IS 'What became of a change of an order';

CREATE TYPE order_outcome AS (
    outcome          change_outcome,
    id               uuid,
    number           bigint,
    channel          text,
    status           text,
    customer_id      text,
    reference        text,
    items            json,
    total_quantity   integer,
    total_amount     numeric,
    shipping_carrier text,
    tracking_number  text,
    version          bigint,
    created_at       timestamptz,
    updated_at       timestamptz,
    ship_to          json,
    note             text,
    tags             json,
    metadata         json,
    returned_quantity integer,
    returned_amount  numeric,
    shipped_quantity integer,
    detail           json
);
COMMENT ON TYPE order_outcome IS 'What became of a change, and the order as it is after it';

CREATE FUNCTION order_outcome(outcome text, o orders, detail json DEFAULT NULL) RETURNS order_outcome
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT ROW(outcome, o.id, o.number, o.channel, o.status, o.customer_id, o.reference, o.items,
           o.total_quantity, o.total_amount, o.shipping_carrier, o.tracking_number, o.version,
           o.created_at, o.updated_at, o.ship_to, o.note, o.tags, o.metadata,
           o.returned_quantity, o.returned_amount, o.shipped_quantity, detail)::waybill.order_outcome
$$;
COMMENT ON FUNCTION order_outcome(text, orders, json) IS 'An outcome row from an order''s row';

-- Locks an order until the end of the transaction. obstacle says why it cannot be changed; NULL
-- when it can. An order that the caller may not see is not even locked.
CREATE FUNCTION lock_order(order_id uuid, order_number bigint, scope text, owner text,
                           expected bigint, INOUT o orders, OUT obstacle text)
    LANGUAGE plpgsql AS
$$
BEGIN
    SELECT *
      INTO o
      FROM waybill.orders
     WHERE id = coalesce(order_id,
                         (SELECT id FROM waybill.orders WHERE number = order_number))
       AND (scope IS NULL OR channel = scope AND hidden_at IS NULL)
       AND (owner IS NULL OR customer_id = owner)
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        obstacle := 'not_found';
    ELSIF o.version <> expected THEN
        obstacle := 'version_changed';
    ELSIF waybill.channel_kind(o.channel) = 'process' AND scope IS NULL THEN
        obstacle := 'refused';
    END IF;
END
$$;
COMMENT ON FUNCTION lock_order(uuid, bigint, text, text, bigint, orders)
    IS 'Locks an order for a change, or says why it cannot be changed';

-- Moves an order to a status; when that is cancelled, a trigger returns its stock. To cancel an
-- order that is cancelled already is refused; a caller may see that from its status, and take it as
-- success.
CREATE FUNCTION move_order(order_id uuid, order_number bigint, scope text, owner text,
                           expected bigint, to_status text, who text)
    RETURNS order_outcome
    LANGUAGE plpgsql AS
$$
DECLARE
    held record;
    o    orders;
BEGIN
    PERFORM set_config('waybill.who', who, true);
    IF order_id IS NULL THEN
        SELECT id INTO order_id FROM waybill.orders WHERE number = order_number;
    END IF;
    -- Nearly every move is allowed. So the change is tried at once, without a lock before it, which
    -- saves a fifth of the cost. Only when no row was changed, the reason is looked for.
    UPDATE waybill.orders
       SET status = to_status
     WHERE id = order_id AND waybill.may_move(coalesce(scope, 'api'), status, to_status)
       AND CASE WHEN scope IS NULL THEN waybill.channel_kind(channel) <> 'process'
                ELSE channel = scope AND hidden_at IS NULL END
       AND (owner IS NULL OR customer_id = owner) AND (expected IS NULL OR version = expected)
       AND waybill.leaves_shipped(to_status, shipped_quantity, scope, channel)
    RETURNING * INTO o;
    IF FOUND THEN
        RETURN waybill.order_outcome('done', o);
    END IF;

    SELECT * INTO held FROM waybill.lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NOT NULL THEN
        RETURN waybill.order_outcome(held.obstacle, o);
    ELSIF NOT waybill.may_move(coalesce(scope, 'api'), o.status, to_status) THEN
        RETURN waybill.order_outcome('refused', o);
    ELSIF NOT waybill.leaves_shipped(to_status, o.shipped_quantity, scope, o.channel) THEN
        RETURN waybill.order_outcome('already_shipped', o);
    END IF;
    -- Another transaction has made it possible in the meantime.
    UPDATE waybill.orders SET status = to_status WHERE id = o.id RETURNING * INTO o;
    RETURN waybill.order_outcome('done', o);
END
$$;
COMMENT ON FUNCTION move_order(uuid, bigint, text, text, bigint, text, text)
    IS 'Moves an order to a status; to cancelled, its stock returns with it';

-- Moves several orders, in the order given, with one commit for all. All rows that they will change
-- are locked first, orders by id and then products by id, so that no two calls can deadlock. Then
-- one statement for each caller moves what can be moved; the rest is told why not, one by one. That
-- is also how a second move of the same order is done.
CREATE FUNCTION move_orders(order_ids uuid[], order_numbers bigint[], scopes text[], owners text[],
                            expecteds bigint[], to_statuses text[], actors text[],
                            lock_wait bigint DEFAULT NULL)
    RETURNS SETOF order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    ids      uuid[] := order_ids;
    locked   uuid[];
    actor    text;
    moved    record;
    outcome  order_outcome;
    outcomes order_outcome[];
BEGIN
    IF lock_wait IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_wait::text, true);
    END IF;
    IF array_position(order_ids, NULL) IS NOT NULL THEN
        SELECT array_agg(coalesce(named.id, o.id) ORDER BY position)
          INTO ids
          FROM unnest(order_ids, order_numbers) WITH ORDINALITY AS named (id, number, position)
          LEFT JOIN orders AS o USING (number);
    END IF;
    -- A move that comes alone locks its order by changing it.
    IF cardinality(ids) > 1 THEN
        -- An order that its caller may not see is not even locked, nor are its products.
        SELECT array_agg(o.id)
          INTO locked
          FROM (SELECT id
                  FROM orders
                 WHERE id = ANY (ids)
                   AND EXISTS (SELECT
                                 FROM unnest(ids, scopes, owners) AS m (id, scope, owner)
                                WHERE m.id = orders.id
                                  AND (scope IS NULL OR channel = scope AND hidden_at IS NULL)
                                  AND (owner IS NULL OR customer_id = owner))
                 ORDER BY id
                   FOR NO KEY UPDATE) AS o;
        IF 'cancelled' = ANY (to_statuses) THEN
            PERFORM FROM products
              WHERE id IN (SELECT line ->> 'product_id'
                             FROM orders CROSS JOIN json_array_elements(items) AS line
                            WHERE orders.id = ANY (locked) AND takes_stock(channel))
              ORDER BY id
                FOR NO KEY UPDATE;
        END IF;
        FOR actor IN SELECT DISTINCT a.who FROM unnest(actors) AS a (who) LOOP
            PERFORM set_config('waybill.who', actor, true);
            FOR moved IN
                UPDATE orders AS o
                   SET status = to_status
                  FROM (SELECT DISTINCT ON (id) *
                          FROM unnest(ids, scopes, owners, expecteds, to_statuses, actors)
                                   WITH ORDINALITY
                                   AS m (id, scope, owner, expected, to_status, who, position)
                         ORDER BY id, position) AS m
                 WHERE o.id = m.id AND m.who = actor
                   AND may_move(coalesce(scope, 'api'), status, to_status)
                   AND CASE WHEN scope IS NULL THEN channel_kind(channel) <> 'process'
                            ELSE channel = scope AND hidden_at IS NULL END
                   AND (owner IS NULL OR customer_id = owner)
                   AND (expected IS NULL OR version = expected)
                   AND leaves_shipped(to_status, shipped_quantity, scope, channel)
                RETURNING m.position, order_outcome('done', o) AS outcome
            LOOP
                outcomes[moved.position] := moved.outcome;
            END LOOP;
        END LOOP;
    END IF;
    FOR position IN 1 .. cardinality(to_statuses) LOOP
        outcome := outcomes[position];
        IF outcome.outcome IS NULL THEN
            outcome := move_order(ids[position], NULL, scopes[position], owners[position],
                                  expecteds[position], to_statuses[position], actors[position]);
        END IF;
        RETURN NEXT outcome;
    END LOOP;
END
$$;
COMMENT ON FUNCTION move_orders(uuid[], bigint[], text[], text[], bigint[], text[], text[], bigint)
    IS 'Moves many orders at once; one row for each, in the order given';

-- Shipping may change in every status. A field that is not given keeps its value. Of an order with
-- shipments it is that of the newest one, which changes with it.
CREATE FUNCTION ship_order(order_id uuid, order_number bigint, scope text, owner text,
                           expected bigint, carrier_given boolean, carrier text,
                           tracking_given boolean, tracking text, who text)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    held record;
    o    orders;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;
    PERFORM set_config('waybill.who', who, true);
    UPDATE orders
       SET shipping_carrier = CASE WHEN carrier_given THEN carrier ELSE shipping_carrier END,
           tracking_number = CASE WHEN tracking_given THEN tracking ELSE tracking_number END
     WHERE id = o.id
    RETURNING * INTO o;
    RETURN order_outcome('done', o);
END
$$;
COMMENT ON FUNCTION ship_order(uuid, bigint, text, text, bigint, boolean, text, boolean, text, text)
    IS 'Sets the carrier of an order and its tracking number';

-- The channel of the order no longer shows it. The history and the report keep it.
CREATE FUNCTION hide_order(order_id uuid, order_number bigint, scope text, owner text,
                           expected bigint, who text)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    held record;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    IF held.obstacle IS NULL THEN
        PERFORM set_config('waybill.who', who, true);
        UPDATE orders SET hidden_at = clock_timestamp() WHERE id = (held.o).id RETURNING orders INTO held.o;
    END IF;
    RETURN order_outcome(coalesce(held.obstacle, 'done'), held.o);
END
$$;
COMMENT ON FUNCTION hide_order(uuid, bigint, text, text, bigint, text)
    IS 'Hides an order from its channel';

CREATE FUNCTION merged(old json, change json) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN change IS NULL THEN old WHEN json_typeof(change) <> 'null' THEN change END $$;
COMMENT ON FUNCTION merged(json, json) IS 'A value after a change: NULL keeps it, null clears it';

-- Sets new quantities of products, not differences. 0 removes a product; one that is not named
-- stays. A product on several lines is put together on the first of them; a new product comes last,
-- at the catalogue's price. Further outcomes: already_shipped, unknown_product and out_of_stock with a
-- detail, emptied, too_many_lines.
--
-- extra has what is to change of ship_to, note, tags and metadata: what is absent stays, null clears.
-- It is allowed in every status, but where an order goes is settled when it is done.
CREATE FUNCTION edit_order(order_id uuid, order_number bigint, scope text, owner text,
                           expected bigint, asked_products text[], asked_quantities integer[],
                           who text, extra json DEFAULT NULL)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    held     record;
    o        orders;
    lines    bigint;
    document text;
    units    bigint;
    amount   numeric;
    changed  text[];
    deltas   integer[];
    levels   integer[];
    unknown  json;
    short    json;
    gone     json;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NULL
        AND (cardinality(asked_products) > 0 AND (o.status <> 'new' OR NOT takes_stock(o.channel))
             OR extra -> 'ship_to' IS NOT NULL AND o.status NOT IN ('new', 'in_progress'))
    THEN
        held.obstacle := 'refused';
    END IF;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;
    PERFORM set_config('waybill.who', who, true);
    IF cardinality(asked_products) = 0 THEN
        UPDATE orders
           SET ship_to  = merged(ship_to, extra -> 'ship_to'),
               note     = merged(to_json(note::text), extra -> 'note') #>> '{}',
               tags     = merged(tags, extra -> 'tags'),
               metadata = merged(metadata, extra -> 'metadata')
         WHERE id = o.id
        RETURNING * INTO o;
        RETURN order_outcome('done', o);
    END IF;
    IF o.shipped_quantity IS NOT NULL THEN
        SELECT json_agg(s ORDER BY product_id)
          INTO gone
          FROM (SELECT product_id, quantity AS requested, shipped AS available
                  FROM unnest(asked_products, asked_quantities) AS asked (product_id, quantity)
                  JOIN order_units(o.number, o.items) AS u USING (product_id)
                 WHERE quantity < shipped) AS s;
        IF gone IS NOT NULL THEN
            RETURN order_outcome('already_shipped', o, gone);
        END IF;
    END IF;

    PERFORM FROM products WHERE id = ANY (asked_products) ORDER BY id FOR NO KEY UPDATE;

    WITH present AS MATERIALIZED (
        SELECT line ->> 'product_id' AS product, line ->> 'name' AS name,
               (line ->> 'quantity')::integer AS quantity, (line ->> 'price')::numeric AS price, nr,
               min(nr) OVER (PARTITION BY line ->> 'product_id') AS first_nr
          FROM json_array_elements(o.items) WITH ORDINALITY AS l (line, nr)
    ), asked AS MATERIALIZED (
        SELECT a.product, a.quantity, a.nr, coalesce(old.units, 0) AS units, p.name, p.price,
               a.quantity - coalesce(old.units, 0) AS delta, p.stock,
               p.id IS NOT NULL AND p.retired_at IS NULL AS orderable
          FROM (SELECT product, max(quantity) AS quantity, min(nr) AS nr
                  FROM unnest(asked_products, asked_quantities)
                       WITH ORDINALITY AS given (product, quantity, nr)
                 GROUP BY product) AS a
          LEFT JOIN (SELECT product, sum(quantity) AS units
                       FROM present GROUP BY product) AS old USING (product)
          LEFT JOIN products AS p ON p.id = a.product
    ), edited AS (
        SELECT product, present.name, coalesce(asked.quantity, present.quantity) AS quantity,
               present.price, present.nr
          FROM present LEFT JOIN asked USING (product)
         WHERE asked.product IS NULL OR present.nr = first_nr AND asked.quantity > 0
         UNION ALL
        SELECT product, name, quantity, price, 1000 + nr
          FROM asked
         WHERE units = 0 AND quantity > 0
    )
    SELECT count(*), '[' || string_agg(render_line(product, name, quantity, price), ','
                                       ORDER BY nr) || ']',
           sum(quantity), sum(quantity * price),
           (SELECT array_agg(product ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT array_agg(delta ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT array_agg(quantity ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT json_agg(product ORDER BY product) FROM asked WHERE delta > 0 AND NOT orderable),
           (SELECT json_agg(s ORDER BY product_id)
              FROM (SELECT product AS product_id, quantity AS requested,
                           stock + asked.units AS available
                      FROM asked WHERE delta > stock) AS s)
      INTO lines, document, units, amount, changed, deltas, levels, unknown, short
      FROM edited;

    IF unknown IS NOT NULL THEN
        RETURN order_outcome('unknown_product', o, unknown);
    ELSIF short IS NOT NULL THEN
        RETURN order_outcome('out_of_stock', o, short);
    ELSIF lines = 0 THEN
        RETURN order_outcome('emptied', o);
    ELSIF lines > 100 THEN
        RETURN order_outcome('too_many_lines', o);
    END IF;

    PERFORM set_internal_write(true);
    UPDATE orders
       SET items = document::json, total_quantity = units, total_amount = amount,
           ship_to  = merged(ship_to, extra -> 'ship_to'),
           note     = merged(to_json(note::text), extra -> 'note') #>> '{}',
           tags     = merged(tags, extra -> 'tags'),
           metadata = merged(metadata, extra -> 'metadata')
     WHERE id = o.id
    RETURNING * INTO o;
    WITH change AS (
        SELECT * FROM unnest(changed, deltas, levels) AS c (product, delta, quantity)
    ), stock_changed AS (
        UPDATE products
           SET stock = stock - delta, version = version + 1,
               updated_at = greatest(o.updated_at, updated_at + interval '1 millisecond')
          FROM change
         WHERE id = product
    ), products_changed AS (
        INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
        SELECT product, o.created_at, o.number, quantity, 0
          FROM change
            ON CONFLICT (product_id, created_at, order_number)
            DO UPDATE SET quantity = excluded.quantity
    )
    INSERT INTO stock_adjustments (product_id, delta, cause, order_number, who, created_at)
    SELECT product, -delta, 'edited', o.number, edit_order.who, o.updated_at
      FROM change;
    PERFORM set_internal_write(false);
    RETURN order_outcome('done', o);
END
$$;
COMMENT ON FUNCTION edit_order(uuid, bigint, text, text, bigint, text[], integer[], text, json)
    IS 'Sets new quantities in a new order, whose stock follows, and where it goes, its note, tags and metadata';

-- Adds a product to the catalogue; no row when the id is taken. ON CONFLICT alone would use up a
-- number of the sequence then.
CREATE FUNCTION create_product(id product_id, name text, description text, price numeric,
                               stock bigint, who text, reorder_level bigint DEFAULT NULL)
    RETURNS SETOF products
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('waybill.who', who, true);
    RETURN QUERY
    INSERT INTO products AS p (id, name, description, price, stock, reorder_level)
    SELECT id, name, description, price, stock, reorder_level
     WHERE NOT EXISTS (SELECT FROM products AS known WHERE known.id = create_product.id)
        ON CONFLICT ON CONSTRAINT products_pkey DO NOTHING
    RETURNING p.*;
END
$$;
COMMENT ON FUNCTION create_product(product_id, text, text, numeric, bigint, text, bigint)
    IS 'Adds a product to the catalogue with its first stock; no row when the id is taken';

CREATE DOMAIN adjustment_outcome AS text
    CONSTRAINT adjustment_outcome_known CHECK (VALUE IN (
        'done', 'not_found', 'version_changed', 'below_zero', 'too_many'));
COMMENT ON DOMAIN adjustment_outcome IS 'What became of an adjustment of a stock';

-- Changes the stock and writes the adjustment in one statement, as cancelling and editing do: a
-- trigger on the product that fires after it finds the adjustment.
CREATE FUNCTION adjust_stock(product product_id, delta bigint, reason text, expected bigint, who text,
                             OUT outcome adjustment_outcome, OUT p products)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    -- The most that a stock may be adjusted to. Units of cancelled orders may come on top of it.
    stock_max constant bigint := 1000000000000;
BEGIN
    SELECT * INTO p FROM products WHERE id = product FOR NO KEY UPDATE;
    outcome := CASE
        WHEN p.id IS NULL THEN 'not_found'
        WHEN p.version <> expected THEN 'version_changed'
        WHEN delta < 0 AND p.stock < -delta::numeric THEN 'below_zero'
        WHEN delta > 0 AND p.stock > stock_max - delta::numeric THEN 'too_many'
        ELSE 'done'
    END;
    IF outcome = 'done' AND delta <> 0 THEN
        PERFORM set_config('waybill.who', who, true);
        PERFORM set_internal_write(true);
        WITH adjusted AS (
            UPDATE products SET stock = stock + delta WHERE id = product RETURNING *
        ), explained AS (
            INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
            SELECT id, adjust_stock.delta, 'adjusted', adjust_stock.reason, adjust_stock.who,
                   updated_at
              FROM adjusted
        )
        SELECT * INTO p FROM adjusted;
        PERFORM set_internal_write(false);
    END IF;
END
$$;
COMMENT ON FUNCTION adjust_stock(product_id, bigint, text, bigint, text)
    IS 'Changes the stock of a product by hand, with a reason';

-- A stock take: what was counted becomes an adjustment by the difference, if there is one.
CREATE FUNCTION count_stock(product product_id, counted bigint, reason text, expected bigint, who text,
                            OUT outcome adjustment_outcome, OUT p products)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    known    bigint;
    adjusted record;
BEGIN
    SELECT stock INTO known FROM products WHERE id = product FOR NO KEY UPDATE;
    SELECT * INTO adjusted FROM adjust_stock(product, counted - known, reason, expected, who);
    outcome := adjusted.outcome;
    p       := adjusted.p;
END
$$;
COMMENT ON FUNCTION count_stock(product_id, bigint, text, bigint, text)
    IS 'Sets the stock of a product to what was counted, with a reason';

-- Adjusts many stocks at once, or none of them when one cannot be adjusted. Each product is named once;
-- the rows come in the order given.
CREATE FUNCTION adjust_stocks(product_ids text[], deltas bigint[], reason text, who text)
    RETURNS TABLE (outcome adjustment_outcome, p products)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    -- As for adjust_stock().
    stock_max constant bigint := 1000000000000;
    outcomes  text[];
BEGIN
    PERFORM FROM products WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(CASE WHEN known.id IS NULL THEN 'not_found'
                          WHEN delta < 0 AND known.stock < -delta::numeric THEN 'below_zero'
                          WHEN delta > 0 AND known.stock > stock_max - delta::numeric THEN 'too_many'
                          ELSE 'done' END ORDER BY position)
      INTO outcomes
      FROM unnest(product_ids, deltas) WITH ORDINALITY AS given (id, delta, position)
      LEFT JOIN products AS known USING (id);
    IF 'done' = ALL (outcomes) THEN
        PERFORM set_config('waybill.who', who, true);
        PERFORM set_internal_write(true);
        WITH adjusted AS (
            UPDATE products
               SET stock = stock + delta
              FROM unnest(product_ids, deltas) AS given (product_id, delta)
             WHERE id = product_id
            RETURNING id, delta, updated_at
        )
        INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
        SELECT id, delta, 'adjusted', adjust_stocks.reason, adjust_stocks.who, updated_at
          FROM adjusted
         ORDER BY id;
        PERFORM set_internal_write(false);
    END IF;
    RETURN QUERY
    SELECT given.outcome::adjustment_outcome, known
      FROM unnest(product_ids, outcomes) WITH ORDINALITY AS given (id, outcome, position)
      LEFT JOIN products AS known ON known.id = given.id
     ORDER BY position;
END
$$;
COMMENT ON FUNCTION adjust_stocks(text[], bigint[], text, text)
    IS 'Changes the stocks of many products by hand, all or none';

-- Which of these rows another transaction has locked at this moment, so that a write of them would
-- wait. The locks that it takes itself end with the statement's transaction.
CREATE FUNCTION held_rows(product_ids text[], customer_ids text[], order_ids uuid[],
                          order_numbers bigint[])
    RETURNS TABLE (product text, customer text, order_id uuid, order_number bigint)
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
WITH free_products AS MATERIALIZED (
    SELECT id FROM products WHERE id = ANY (product_ids) FOR NO KEY UPDATE SKIP LOCKED
), free_customers AS MATERIALIZED (
    SELECT id FROM customers WHERE id = ANY (customer_ids) FOR KEY SHARE SKIP LOCKED
), free_orders AS MATERIALIZED (
    SELECT id FROM orders
     WHERE id = ANY (order_ids) OR number = ANY (order_numbers) FOR NO KEY UPDATE SKIP LOCKED
)
SELECT id, NULL, NULL::uuid, NULL::bigint
  FROM products WHERE id = ANY (product_ids) AND id NOT IN (SELECT id FROM free_products)
 UNION ALL
SELECT NULL, id, NULL, NULL
  FROM customers WHERE id = ANY (customer_ids) AND id NOT IN (SELECT id FROM free_customers)
 UNION ALL
SELECT NULL, NULL, CASE WHEN id = ANY (order_ids) THEN id END,
       CASE WHEN number = ANY (order_numbers) THEN number END
  FROM orders
 WHERE (id = ANY (order_ids) OR number = ANY (order_numbers))
   AND id NOT IN (SELECT id FROM free_orders)
$$;
COMMENT ON FUNCTION held_rows(text[], text[], uuid[], bigint[])
    IS 'Which of these products, customers and orders another transaction has locked';

-- Waits until nobody else has locked these rows, for as long as lock_timeout allows.
CREATE FUNCTION wait_for_rows(product_ids text[], customer_ids text[], order_ids uuid[],
                              order_numbers bigint[])
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    PERFORM FROM products WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM customers WHERE id = ANY (customer_ids) ORDER BY id FOR KEY SHARE;
    PERFORM FROM orders
      WHERE id = ANY (order_ids) OR number = ANY (order_numbers) ORDER BY id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION wait_for_rows(text[], text[], uuid[], bigint[])
    IS 'Waits until nobody else has locked these products, customers and orders';
