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
-- instances that place orders at the same time never deadlock.
SET LOCAL search_path = waybill, pg_temp;

CREATE DOMAIN placing_outcome AS text
    CONSTRAINT placing_outcome_known CHECK (VALUE IN (
        'placed', 'out_of_stock', 'unknown_product', 'unknown_customer', 'reference_used'));
COMMENT ON DOMAIN placing_outcome IS 'What became of an order that was to be placed';

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
    -- How many milliseconds to wait for a lock; as long as the session does when NULL.
    lock_wait       bigint    DEFAULT NULL
)
RETURNS TABLE (
    outcome        placing_outcome,
    number         bigint,
    items          json,
    total_quantity integer,
    total_amount   numeric,
    created_at     timestamptz,
    detail         json
)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    placed_at   constant timestamptz(3) := clock_timestamp();
    outcomes    text[]    := array_fill('placed'::text, ARRAY[cardinality(ids)]);
    details     json[];
    granted     integer[] := line_quantities;
    fits        boolean;
    -- Which order has the reference of each order already: its number, or minus the position of an
    -- earlier order of this batch.
    holders     bigint[]  := array_fill(NULL::bigint, ARRAY[cardinality(ids)]);
    referenced  boolean   := cardinality(array_remove(order_refs, NULL)) > 0;
    -- The stock that is left while orders are decided one by one, and the index of each line's
    -- product in it.
    stock_ids   text[];
    stock_left  bigint[];
    slots       integer[];
    -- The order being decided.
    first_line  integer := 1;
    end_line    integer := 1;
    missing     boolean;
    short       text[];
    shorts      json;
    enough      boolean;
    served      boolean;
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
    END IF;

    IF referenced THEN
        -- Another transaction may be using the reference at this moment, so its end must be waited
        -- for. There is no row to lock yet, so the lock is on a hash of the text.
        PERFORM pg_advisory_xact_lock(key)
           FROM (SELECT DISTINCT hashtextextended(channel || ' ' || reference, 0) AS key
                   FROM unnest(channels, order_refs) AS given (channel, reference)
                  WHERE reference IS NOT NULL
                  ORDER BY key) AS keys;
        SELECT array_agg(coalesce(held.number, -given.earlier) ORDER BY given.position)
          INTO holders
          FROM (SELECT channel, reference, position,
                       CASE WHEN reference IS NOT NULL THEN
                           nullif(min(position) OVER (PARTITION BY channel, reference), position)
                       END AS earlier
                  FROM unnest(channels, order_refs)
                       WITH ORDINALITY AS o (channel, reference, position)) AS given
          LEFT JOIN orders AS held USING (channel, reference);
    END IF;

    WITH demand AS (
        SELECT product, sum(quantity) AS units
          FROM unnest(line_orders, line_products, line_quantities)
                    AS line (position, product, quantity)
         WHERE product IS NOT NULL AND takes_stock(channels[position])
         GROUP BY product
    ), stocked AS MATERIALIZED (
        SELECT id, stock
          FROM products
         WHERE id = ANY (ARRAY(SELECT product FROM demand)) AND retired_at IS NULL
         ORDER BY id
           FOR NO KEY UPDATE
    )
    SELECT count(*) = count(*) FILTER (WHERE units <= stock)
      INTO fits
      FROM demand LEFT JOIN stocked ON id = product;

    IF NOT fits OR referenced THEN
        -- The products are locked, so these numbers stay true until the commit.
        SELECT array_agg(id), array_agg(stock)
          INTO stock_ids, stock_left
          FROM products
         WHERE id = ANY (line_products) AND retired_at IS NULL;
        SELECT array_agg(slot ORDER BY line)
          INTO slots
          FROM unnest(line_products) WITH ORDINALITY AS asked (product, line)
          LEFT JOIN unnest(stock_ids) WITH ORDINALITY AS known (product, slot) USING (product);

        FOR position IN 1 .. cardinality(ids) LOOP
            first_line := end_line;
            WHILE line_orders[end_line] = position LOOP
                end_line := end_line + 1;
            END LOOP;

            IF holders[position] < 0 AND outcomes[-holders[position]] <> 'placed' THEN
                -- The earlier order of this reference was refused, so the reference is free again.
                -- Later orders of the same reference now meet this order instead.
                FOR later IN position + 1 .. cardinality(ids) LOOP
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
                IF slots[line] IS NULL THEN
                    missing := true;
                ELSE
                    stock_left[slots[line]] := stock_left[slots[line]] - line_quantities[line];
                    enough := enough AND stock_left[slots[line]] >= 0;
                END IF;
            END LOOP;
            CONTINUE WHEN enough AND NOT missing;

            -- Not everything is in stock: undo the count, and see which part can be placed.
            FOR line IN first_line .. end_line - 1 LOOP
                IF slots[line] IS NOT NULL THEN
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
                     WHERE line_products[line] IS NOT NULL AND (slots[line] IS NULL OR NOT missing)
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
                    IF slots[line] IS NULL AND line_products[line] IS NOT NULL
                        OR shortages[position] = 'partial_products'
                           AND line_products[line] = ANY (short)
                    THEN
                        granted[line] := 0;
                    ELSIF slots[line] IS NOT NULL THEN
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
        IF end_line <= cardinality(line_orders) THEN
            RAISE EXCEPTION 'line % comes after the lines of a later order', end_line
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;

    -- The planner expects a row or two of each list and loops over it. MATERIALIZED makes sure that
    -- the inner side of such a loop is computed only once.
    PERFORM set_internal_write(true);
    RETURN QUERY
    WITH line AS MATERIALIZED (
        SELECT l.position, l.nr, l.product, l.quantity, p.id IS NOT NULL AS known,
               coalesce(l.price, p.price, 0.00)::numeric(12, 2) AS price,
               coalesce(p.name, l.name) AS name, takes_stock(channels[l.position]) AS takes
          FROM unnest(line_orders, line_products, line_names, granted, line_prices)
               WITH ORDINALITY AS l (position, product, name, quantity, price, nr)
          LEFT JOIN products AS p ON p.id = l.product
         WHERE l.quantity > 0 AND outcomes[l.position] = 'placed'
    ), stock_taken AS (
        -- The units were counted above, under lock. If the count were wrong, the table's check
        -- would fail the whole batch.
        UPDATE products
           SET stock = stock - units, version = version + 1,
               updated_at = greatest(placed_at, updated_at + interval '1 millisecond')
          FROM (SELECT product, sum(quantity) AS units
                  FROM line WHERE takes AND known GROUP BY product) AS demand
         WHERE id = product
    ), new_customers AS (
        -- ON CONFLICT alone would use up a number of the sequence for each known customer.
        INSERT INTO customers (id)
        SELECT DISTINCT customer
          FROM unnest(customers, outcomes) AS o (customer, outcome)
         WHERE outcome = 'placed' AND customer IS NOT NULL
           AND NOT EXISTS (SELECT FROM customers AS known WHERE known.id = customer)
         ORDER BY customer
            ON CONFLICT DO NOTHING
    ), document AS MATERIALIZED (
        SELECT position, ('[' || string_agg(render_line(product, name, quantity, price), ','
                                         ORDER BY nr) || ']')::json AS items,
               sum(quantity)::integer AS units, sum(quantity * price) AS amount
          FROM line
         GROUP BY position
    ), placed AS (
        INSERT INTO orders (id, channel, reference, customer_id, items, total_quantity,
                            total_amount, created_at, updated_at)
        SELECT o.id, channel, reference, customer, coalesce(items, '[]'), coalesce(units, 0),
               coalesce(amount, 0), placed_at, placed_at
          FROM unnest(ids, channels, order_refs, customers, outcomes)
               WITH ORDINALITY AS o (id, channel, reference, customer, outcome, position)
          LEFT JOIN document USING (position)
         WHERE outcome = 'placed'
         ORDER BY position
        RETURNING orders.*
    ), numbered AS (
        SELECT o.position, o.who, placed.*
          FROM unnest(ids, actors) WITH ORDINALITY AS o (id, who, position)
          JOIN placed USING (id)
    ), events AS (
        INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
        SELECT id, 1, 'placed', status, who, placed_at
          FROM numbered
         ORDER BY position
    ), products_of_orders AS (
        INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
        SELECT product, placed_at, number, units, CASE WHEN takes THEN units ELSE 0 END
          FROM (SELECT position, product, takes, sum(quantity) AS units
                  FROM line WHERE product IS NOT NULL GROUP BY position, product, takes) AS sold
          JOIN numbered USING (position)
         ORDER BY product
    )
    SELECT o.outcome::placing_outcome,
           coalesce(n.number, nullif(greatest(holders[o.position], 0), 0),
                    (SELECT earlier.number FROM numbered AS earlier
                      WHERE earlier.position = -holders[o.position])),
           n.items, n.total_quantity, n.total_amount, n.created_at::timestamptz, details[o.position]
      FROM unnest(outcomes) WITH ORDINALITY AS o (outcome, position)
      LEFT JOIN numbered AS n ON n.position = o.position
     ORDER BY o.position;
    PERFORM set_internal_write(false);
END
$$;
COMMENT ON FUNCTION place_orders(uuid[], text[], text[], text[], text[], text[],
                                 integer[], text[], text[], integer[], numeric[], boolean[], bigint)
    IS 'Places many orders at once; one row for each, in the order given';
