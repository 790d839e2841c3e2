-- Places orders: any number of them by one call, in one round trip, with one commit.
--
-- The service passes all orders that wait at the same moment. Nearly always there is enough stock
-- for all of them. Then the whole batch is a few set-based statements: products are locked in id
-- order and updated once each, and all rows are inserted together. Only if a product is short or
-- unknown, or a reference is used, the same call decides order by order, in the order of arrival,
-- on numbers in memory; the same statement then inserts what was accepted. A refusal is a row of
-- the result and never an error, so it does not affect other orders of the batch, and it leaves
-- nothing behind.
--
-- Every writer takes locks in the same order: references, products by id, customers by id. So two
-- instances that place orders at the same time never deadlock. A batch may lock products last, so
-- that others wait for it less: it then locks no customer for writing before, as it adds none.
SET LOCAL search_path = waybill, pg_temp;

CREATE DOMAIN placing_outcome AS text
    CONSTRAINT placing_outcome_known CHECK (VALUE IN (
        'placed', 'out_of_stock', 'unknown_product', 'unknown_customer', 'reference_used'));
COMMENT ON DOMAIN placing_outcome IS 'What became of an order that was to be placed';

-- Has other transactions that use one of these references wait for the end of this one. There may be no
-- row to lock yet, so the locks are on hashes of the texts, taken in one order.
CREATE FUNCTION lock_references(channels text[], order_refs text[]) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(channel || ' ' || reference, 0) AS key
               FROM unnest(channels, order_refs) AS given (channel, reference)
              WHERE reference IS NOT NULL
              ORDER BY key) AS keys;
END
$$;
COMMENT ON FUNCTION lock_references(text[], text[])
    IS 'Has other transactions that use one of these references wait';

-- Takes units of products that are not locked, in the order given, which must be that of their ids. Fails
-- unless all are as the caller has seen them, apart from the stock, and there is enough of each.
CREATE FUNCTION take_units(ids text[], units bigint[], names text[], prices numeric[], taken_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    -- Rows are updated, and so locked, in the order of the arrays, also where the table is small.
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS
$$
DECLARE
    rows_taken bigint;
BEGIN
    UPDATE waybill.products AS p
       SET stock = p.stock - t.units, version = p.version + 1,
           updated_at = greatest(taken_at, p.updated_at + interval '1 millisecond')
      FROM unnest(take_units.ids, take_units.units, take_units.names, take_units.prices)
               AS t (id, units, name, price)
     WHERE p.id = t.id AND t.units > 0
       AND p.stock >= t.units AND p.name = t.name AND p.price = t.price AND p.retired_at IS NULL;
    GET DIAGNOSTICS rows_taken = ROW_COUNT;
    IF rows_taken < cardinality(array_remove(take_units.units, 0)) THEN
        RAISE EXCEPTION 'a product has changed since its stock was read'
            USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;
COMMENT ON FUNCTION take_units(text[], bigint[], text[], numeric[], timestamptz)
    IS 'Takes units of products that are not locked, or fails if these have changed';

CREATE FUNCTION place_orders(
    -- Orders, in the order of their arrival. What to do about a shortage: refuse (the whole
    -- order), partial (take the units that are in stock) or partial_products (take all units of a
    -- product or none; an unknown product counts as one of which there are none).
    ids             uuid[],
    channels        text[],
    customers       text[],
    order_refs      text[],
    shortages       text[],
    actors          text[],
    -- Lines: the position of the order that each belongs to (counted from 1, ascending), and what
    -- it asks for. A line without a product is a free item and has a price of its own; a price that
    -- is given takes precedence over the catalogue's.
    line_orders     integer[],
    line_products   text[],
    line_names      text[],
    line_quantities integer[],
    line_prices     numeric[],
    -- Whether each order may make its customer known. NULL when all may.
    introduces      boolean[] DEFAULT NULL,
    -- How many milliseconds to wait for a lock; as long as the session does when NULL. Who gives it
    -- calls again, without it, when the call fails: so several orders may be placed before their
    -- products are locked. The call fails with serialization_failure if these have changed by then.
    lock_wait       bigint    DEFAULT NULL,
    -- What orders have beside their lines: objects with ship_to, note, tags and metadata as far as
    -- they were given. NULL when no order has any.
    extras          json[]    DEFAULT NULL
)
RETURNS TABLE (
    outcome        placing_outcome,
    number         bigint,
    items          json,
    total_quantity integer,
    total_amount   numeric,
    created_at     timestamptz,
    detail         json,
    ship_to        json,
    note           text,
    tags           json,
    metadata       json
)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    placed_at   constant timestamptz(3) := clock_timestamp();
    order_count constant integer := cardinality(ids);
    line_count  constant integer := coalesce(cardinality(line_orders), 0);
    outcomes    text[]    := array_fill('placed'::text, ARRAY[order_count]);
    details     json[];
    granted     integer[] := line_quantities;
    -- Nothing is known against any order, and there is enough of everything.
    clear       boolean   := true;
    -- Which order has the reference of each order already: its number, or minus the position of an
    -- earlier order of this batch.
    holders     bigint[]  := array_fill(NULL::bigint, ARRAY[order_count]);
    -- Whether products are locked when everything else has been written.
    locks_late  boolean;
    -- The products of the lines, and the index of each line's product among them. Of those that take
    -- stock, also: where the locked row is, the units that are left while orders are decided one by
    -- one, and the units that are taken.
    known_ids   text[];
    names       text[];
    prices      numeric[];
    slots       integer[];
    unmatched   boolean;
    widened     boolean;
    places      tid[];
    stock_left  bigint[];
    taken       bigint[];
    -- The order being decided.
    first_line  integer := 1;
    end_line    integer := 1;
    missing     boolean;
    short       text[];
    shorts      json;
    enough      boolean;
    served      boolean;
    -- The order being rendered, and what has become of each: NULL when it was refused.
    line        integer := 1;
    price       numeric(12, 2);
    document    text;
    units       integer;
    amount      numeric(20, 2);
    numbers     bigint[];
    -- A dry run uses up no number. It is rolled back, so it may write any numbers that no other
    -- transaction writes: those that come next, raised by `raise_by`, which the answer takes off again.
    next_number bigint;
    raise_by    bigint := 0;
    documents   text[];
    quantities  integer[];
    amounts     numeric[];
    rows_taken  bigint;
    setting     text;
    -- Where each order goes, and whether a customer is new or has an address of their own.
    addresses   json[];
    any_new     boolean;
    any_address boolean;
BEGIN
    IF lock_wait IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_wait::text, true);
    END IF;
    IF introduces IS NOT NULL THEN
        -- Customers are never deleted: one that is known now is still known at the insert.
        SELECT array_agg(CASE WHEN may_introduce OR customer IS NULL
                                   OR EXISTS (SELECT FROM customers WHERE id = customer)
                              THEN 'placed' ELSE 'unknown_customer' END ORDER BY position)
          INTO outcomes
          FROM unnest(introduces, customers)
               WITH ORDINALITY AS o (may_introduce, customer, position);
        clear := 'placed' = ALL (outcomes);
    END IF;

    IF array_remove(order_refs, NULL) <> '{}' THEN
        -- Another transaction may be using the reference at this moment, so its end must be waited
        -- for.
        PERFORM lock_references(channels, order_refs);
        SELECT array_agg(coalesce(held.number, -given.earlier) ORDER BY given.position)
          INTO holders
          FROM (SELECT channel, reference, position,
                       CASE WHEN reference IS NOT NULL THEN
                           nullif(min(position) OVER (PARTITION BY channel, reference), position)
                       END AS earlier
                  FROM unnest(channels, order_refs)
                       WITH ORDINALITY AS o (channel, reference, position)) AS given
          LEFT JOIN orders AS held USING (channel, reference);
        clear := clear AND array_remove(holders, NULL) = '{}';
    END IF;

    -- Asked first, as ON CONFLICT alone would use up a number of the sequence for each known customer.
    -- A customer that is not found has NULL here.
    SELECT bool_or(has_address IS NULL), bool_or(has_address)
      INTO any_new, any_address
      FROM (SELECT (SELECT c.ship_to IS NOT NULL FROM customers AS c WHERE c.id = customer) AS has_address
              FROM unnest(customers) AS customer
             WHERE customer IS NOT NULL) AS asked;

    locks_late := lock_wait IS NOT NULL AND order_count > 1 AND clear AND any_new IS NOT TRUE;
    LOOP
        IF locks_late THEN
            SELECT array_agg(id), array_agg(stock), array_agg(name), array_agg(price),
                   array_agg(0::bigint)
              INTO known_ids, stock_left, names, prices, taken
              FROM (SELECT id, stock, name, price
                      FROM products
                     WHERE id = ANY (ARRAY(SELECT product
                                             FROM unnest(line_orders, line_products) AS l (position, product)
                                            WHERE takes_stock(channels[position])))
                       AND retired_at IS NULL
                     ORDER BY id) AS seen;
        ELSE
            -- The products are locked in id order, so these numbers stay true until the commit.
            SELECT array_agg(ctid), array_agg(id), array_agg(stock), array_agg(name), array_agg(price),
                   array_agg(0::bigint)
              INTO places, known_ids, stock_left, names, prices, taken
              FROM (SELECT ctid, id, stock, name, price
                      FROM products
                     WHERE id = ANY (ARRAY(SELECT product
                                             FROM unnest(line_orders, line_products) AS l (position, product)
                                            WHERE takes_stock(channels[position])))
                       AND retired_at IS NULL
                     ORDER BY id
                       FOR NO KEY UPDATE) AS held;
        END IF;
        widened := false;
        LOOP
            IF line_count <= 16 THEN
                slots     := '{}';
                unmatched := false;
                FOR line IN 1 .. line_count LOOP
                    slots[line] := array_position(known_ids, line_products[line]);
                    unmatched   := unmatched OR slots[line] IS NULL AND line_products[line] IS NOT NULL;
                END LOOP;
            ELSE
                -- The planner expects 1,000 rows of generate_series(), so it joins by a hash. Of unnest()
                -- it would expect ten, and compare every line with every product.
                SELECT array_agg(slot), bool_or(slot IS NULL AND line_products[line] IS NOT NULL)
                  INTO slots, unmatched
                  FROM (SELECT line, slot
                          FROM generate_series(1, line_count) AS line
                          LEFT JOIN generate_series(1, cardinality(known_ids)) AS slot
                            ON known_ids[slot] = line_products[line]
                         ORDER BY line) AS matched;
            END IF;
            EXIT WHEN widened OR unmatched IS NOT TRUE;
            -- Orders that take no stock have the catalogue's names and prices too, where it knows them.
            SELECT known_ids || array_agg(id), names || array_agg(name), prices || array_agg(price)
              INTO known_ids, names, prices
              FROM (SELECT id, name, price
                      FROM products
                     WHERE id = ANY (line_products) AND id <> ALL (coalesce(known_ids, '{}'))) AS other;
            widened := true;
        END LOOP;

        FOR line IN 1 .. line_count LOOP
            IF line_products[line] IS NOT NULL AND takes_stock(channels[line_orders[line]]) THEN
                clear := clear AND taken[slots[line]] + line_quantities[line] <= stock_left[slots[line]];
                -- False, or NULL for a product that is not in stock.
                EXIT WHEN clear IS NOT TRUE;
                taken[slots[line]] := taken[slots[line]] + line_quantities[line];
            END IF;
        END LOOP;
        EXIT WHEN clear OR NOT locks_late;
        -- Orders are decided one by one on numbers that stay true.
        locks_late := false;
        clear      := true;
    END LOOP;

    IF clear IS NOT TRUE THEN
        details := array_fill(NULL::json, ARRAY[order_count]);
        FOR position IN 1 .. order_count LOOP
            first_line := end_line;
            WHILE line_orders[end_line] = position LOOP
                end_line := end_line + 1;
            END LOOP;

            IF holders[position] < 0 AND outcomes[-holders[position]] <> 'placed' THEN
                -- The earlier order of this reference was refused, so the reference is free again.
                -- Later orders of the same reference now meet this order instead.
                FOR later IN position + 1 .. order_count LOOP
                    IF holders[later] = holders[position] THEN
                        holders[later] := -position;
                    END IF;
                END LOOP;
                holders[position] := NULL;
            END IF;
            CONTINUE WHEN outcomes[position] <> 'placed';
            IF holders[position] IS NOT NULL THEN
                outcomes[position] := 'reference_used';
                CONTINUE;
            END IF;
            CONTINUE WHEN NOT takes_stock(channels[position]);

            missing := false;
            enough  := true;
            FOR line IN first_line .. end_line - 1 LOOP
                CONTINUE WHEN line_products[line] IS NULL;
                IF stock_left[slots[line]] IS NULL THEN
                    missing := true;
                ELSE
                    stock_left[slots[line]] := stock_left[slots[line]] - line_quantities[line];
                    enough := enough AND stock_left[slots[line]] >= 0;
                END IF;
            END LOOP;
            CONTINUE WHEN enough AND NOT missing;

            -- Not everything is in stock: undo the count, and see which part can be placed.
            FOR line IN first_line .. end_line - 1 LOOP
                IF stock_left[slots[line]] IS NOT NULL THEN
                    stock_left[slots[line]] := stock_left[slots[line]] + line_quantities[line];
                END IF;
            END LOOP;
            missing := missing AND shortages[position] <> 'partial_products';
            SELECT json_agg(asked), array_agg(product_id)
              INTO shorts, short
              FROM (SELECT line_products[line] AS product_id,
                           sum(line_quantities[line]) AS requested,
                           coalesce(min(stock_left[slots[line]]), 0) AS available
                      FROM generate_series(first_line, end_line - 1) AS line
                     WHERE line_products[line] IS NOT NULL AND (stock_left[slots[line]] IS NULL OR NOT missing)
                     GROUP BY 1
                     ORDER BY 1) AS asked
             WHERE requested > available;
            details[position] := shorts;
            IF missing THEN
                outcomes[position] := 'unknown_product';
                CONTINUE;
            END IF;
            served := false;
            IF shortages[position] <> 'refuse' THEN
                FOR line IN first_line .. end_line - 1 LOOP
                    IF stock_left[slots[line]] IS NULL AND line_products[line] IS NOT NULL
                        OR shortages[position] = 'partial_products'
                           AND line_products[line] = ANY (short)
                    THEN
                        granted[line] := 0;
                    ELSIF stock_left[slots[line]] IS NOT NULL THEN
                        granted[line] := least(granted[line], stock_left[slots[line]]);
                        stock_left[slots[line]] := stock_left[slots[line]] - granted[line];
                    END IF;
                    served := served OR granted[line] > 0;
                END LOOP;
            END IF;
            IF NOT served THEN
                outcomes[position] := 'out_of_stock';
            END IF;
        END LOOP;

        taken := array_fill(0::bigint, ARRAY[coalesce(cardinality(taken), 0)]);
        FOR line IN 1 .. line_count LOOP
            IF outcomes[line_orders[line]] <> 'placed' THEN
                granted[line] := 0;
            ELSIF stock_left[slots[line]] IS NOT NULL AND takes_stock(channels[line_orders[line]]) THEN
                taken[slots[line]] := taken[slots[line]] + granted[line];
            END IF;
        END LOOP;
    END IF;

    IF current_setting('waybill.dry_run', true) = 'on' THEN
        raise_by := (1 + pg_current_xact_id()::text::bigint % 1000000) << 42;
        SELECT last_value + is_called::integer + raise_by INTO next_number FROM orders_number_seq;
    END IF;
    FOR position IN 1 .. order_count LOOP
        document := '';
        units    := 0;
        amount   := 0;
        WHILE line_orders[line] = position LOOP
            IF granted[line] > 0 THEN
                price    := coalesce(line_prices[line], prices[slots[line]], 0);
                document := document || ',' || render_line(
                    line_products[line], coalesce(names[slots[line]], line_names[line]),
                    granted[line], price);
                units    := units + granted[line];
                amount   := amount + granted[line] * price;
            END IF;
            line := line + 1;
        END LOOP;
        IF outcomes[position] = 'placed' THEN
            IF raise_by = 0 THEN
                numbers[position] := nextval('orders_number_seq');
            ELSE
                numbers[position] := next_number;
                next_number       := next_number + 1;
            END IF;
            documents[position]  := '[' || substr(document, 2) || ']';
            quantities[position] := units;
            amounts[position]    := amount;
        ELSE
            numbers[position]    := NULL;
            documents[position]  := NULL;
            quantities[position] := NULL;
            amounts[position]    := NULL;
        END IF;
    END LOOP;
    IF line <= line_count THEN
        RAISE EXCEPTION 'line % comes after the lines of a later order', line
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    setting := set_internal_write(true, 'placing');
    IF NOT locks_late THEN
        -- The rows are locked, so they are still where they were. If the units were wrong, the table's
        -- check would fail the whole batch.
        UPDATE products
           SET stock = stock - t.units, version = version + 1,
               updated_at = greatest(placed_at, updated_at + interval '1 millisecond')
          FROM unnest(places, taken) AS t (place, units)
         WHERE products.ctid = t.place AND t.units > 0;
        GET DIAGNOSTICS rows_taken = ROW_COUNT;
        IF rows_taken <> cardinality(array_remove(taken, 0)) THEN
            RAISE EXCEPTION 'a product that was locked has moved';
        END IF;
    END IF;
    IF extras IS NOT NULL OR any_address THEN
        SELECT array_agg(coalesce(extra -> 'ship_to',
                                  (SELECT c.ship_to FROM customers AS c WHERE c.id = customer))
                         ORDER BY position)
          INTO addresses
          FROM unnest(extras, customers) WITH ORDINALITY AS o (extra, customer, position);
    END IF;
    IF any_new THEN
        -- The first order of a customer names who introduced them.
        WITH introduced AS (
            INSERT INTO customers (id)
            SELECT DISTINCT customer
              FROM unnest(customers, numbers) AS o (customer, number)
             WHERE o.number IS NOT NULL AND customer IS NOT NULL
               AND NOT EXISTS (SELECT FROM customers AS known WHERE known.id = customer)
             ORDER BY customer
                ON CONFLICT DO NOTHING
            RETURNING id, version, created_at
        )
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT DISTINCT ON (i.id) i.id, i.version, 'created', o.who, i.created_at
          FROM introduced AS i
          JOIN unnest(customers, numbers, actors) WITH ORDINALITY AS o (customer, number, who, position)
            ON o.customer = i.id
         WHERE o.number IS NOT NULL
         ORDER BY i.id, o.position;
    END IF;
    INSERT INTO orders (id, number, channel, reference, customer_id, items, total_quantity,
                        total_amount, created_at, updated_at, ship_to, note, tags, metadata)
    OVERRIDING SYSTEM VALUE
    SELECT o.id, o.number, channel, reference, customer, document::json, quantity, o.amount, placed_at,
           placed_at, o.address, extra ->> 'note', extra -> 'tags', extra -> 'metadata'
      FROM unnest(ids, numbers, channels, order_refs, customers, documents, quantities, amounts,
                  addresses, extras)
               AS o (id, number, channel, reference, customer, document, quantity, amount, address,
                     extra)
     WHERE o.number IS NOT NULL;
    IF extras IS NOT NULL THEN
        INSERT INTO order_tagged (tag, created_at, order_number)
        SELECT tag, placed_at, o.number
          FROM unnest(numbers, extras) AS o (number, extra)
         CROSS JOIN json_array_elements_text(extra -> 'tags') AS tag
         WHERE o.number IS NOT NULL;
    END IF;
    INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
    SELECT id, 1, 'placed', 'new', who, placed_at
      FROM unnest(ids, numbers, actors) AS o (id, number, who)
     WHERE o.number IS NOT NULL;
    INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
    SELECT line_products[line], placed_at, numbers[line_orders[line]], sum(granted[line]),
           CASE WHEN takes_stock(channels[line_orders[line]]) THEN sum(granted[line]) ELSE 0 END
      FROM generate_series(1, line_count) AS line
     WHERE line_products[line] IS NOT NULL AND granted[line] > 0
     GROUP BY line_orders[line], line_products[line];
    IF locks_late THEN
        PERFORM take_units(known_ids, taken, names, prices, placed_at);
    END IF;
    setting := set_internal_write(false);

    RETURN QUERY
    SELECT o.outcome::placing_outcome,
           coalesce(o.number - raise_by, nullif(greatest(holder, 0), 0), numbers[-holder] - raise_by),
           o.document::json, o.quantity, o.amount,
           CASE WHEN o.number IS NOT NULL THEN placed_at::timestamptz END, o.detail, o.address,
           extra ->> 'note', extra -> 'tags', extra -> 'metadata'
      FROM unnest(outcomes, numbers, documents, quantities, amounts, details, holders, addresses, extras)
               AS o (outcome, number, document, quantity, amount, detail, holder, address, extra);
END
$$;
COMMENT ON FUNCTION place_orders(uuid[], text[], text[], text[], text[], text[],
                                 integer[], text[], text[], integer[], numeric[], boolean[], bigint, json[])
    IS 'Places many orders at once; one row for each, in the order given';

-- Places all of these orders, or none when one of them is refused: then the rows say what would have
-- become of each if the others could be placed. Parameters and rows are those of place_orders().
CREATE FUNCTION place_all_orders(
    ids uuid[], channels text[], customers text[], order_refs text[], shortages text[], actors text[],
    line_orders integer[], line_products text[], line_names text[], line_quantities integer[],
    line_prices numeric[], introduces boolean[] DEFAULT NULL, lock_wait bigint DEFAULT NULL,
    extras json[] DEFAULT NULL
)
RETURNS TABLE (
    outcome placing_outcome, number bigint, items json, total_quantity integer, total_amount numeric,
    created_at timestamptz, detail json, ship_to json, note text, tags json, metadata json
)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_variable
DECLARE
    are_placed boolean := true;
BEGIN
    FOR outcome, number, items, total_quantity, total_amount, created_at, detail, ship_to, note, tags,
        metadata IN
        SELECT *
          FROM place_orders(ids, channels, customers, order_refs, shortages, actors, line_orders,
                            line_products, line_names, line_quantities, line_prices, introduces,
                            lock_wait, extras)
    LOOP
        are_placed := are_placed AND outcome = 'placed';
        RETURN NEXT;
    END LOOP;
    IF NOT are_placed THEN
        RAISE EXCEPTION 'an order is refused' USING ERRCODE = 'WB001';
    END IF;
EXCEPTION
    -- What was placed has been undone; the rows that were returned stay.
    WHEN SQLSTATE 'WB001' THEN NULL;
END
$$;
COMMENT ON FUNCTION place_all_orders(uuid[], text[], text[], text[], text[], text[],
                                     integer[], text[], text[], integer[], numeric[], boolean[], bigint, json[])
    IS 'Places all of these orders, or none when one is refused; one row for each, in the order given';
