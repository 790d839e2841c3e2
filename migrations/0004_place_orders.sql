-- Placing orders: any number of them by one call, one round trip, one commit.
--
-- Orders that wait at the same moment come in together. Everything fits nearly always, and then the
-- whole batch is a few set-based statements: products locked in id order, each updated once, all
-- rows inserted together. Only when something is short, unknown or used does the same call decide
-- order by order, in the order of arrival, on numbers in memory; what it decided is then placed by
-- the same statement. A refusal is a row of the result, never an error, so neighbours in a batch do
-- not feel it, and it leaves nothing behind.
--
-- Locks are taken in one order by everybody: references, products by id, customers by id. So two
-- instances may place at once and never deadlock.
SET LOCAL search_path = waybill, pg_temp;

CREATE FUNCTION place_orders(
    -- Orders, in the order of their arrival. A shortage is met by refuse (the whole order), partial
    -- (take the units that are there) or partial_products (a product is taken whole or not at all,
    -- and one that is unknown is only another that is not there).
    ids             uuid[],
    channels        text[],
    customers       text[],
    order_refs      text[],
    shortages       text[],
    whos            text[],
    -- Lines: to which order each belongs (counted from 1, ascending), and what it asks for. A line
    -- without product is a free item and brings its price; a given price wins over the catalogue's.
    line_orders     integer[],
    line_products   text[],
    line_names      text[],
    line_quantities integer[],
    line_prices     numeric[]
)
RETURNS TABLE (
    place          integer,
    outcome        text,
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
    at_all      constant timestamptz(3) := clock_timestamp();
    outcomes    text[]    := array_fill('placed'::text, ARRAY[cardinality(ids)]);
    details     json[];
    granted     integer[] := line_quantities;
    fits        boolean;
    -- Who holds the reference of each order: its number, or minus the place of a twin in this batch.
    holders     bigint[]  := array_fill(NULL::bigint, ARRAY[cardinality(ids)]);
    referenced  boolean   := cardinality(array_remove(order_refs, NULL)) > 0;
    -- What is on the shelf while orders are decided one by one, and where each line finds it there.
    shelf_ids   text[];
    shelf_units bigint[];
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
    IF referenced THEN
        -- A reference that another transaction is just using must be waited for before it can be
        -- called free; the lock is on its words, as there is no row yet.
        PERFORM pg_advisory_xact_lock(key)
           FROM (SELECT DISTINCT hashtextextended(channel || ' ' || reference, 0) AS key
                   FROM unnest(channels, order_refs) AS given (channel, reference)
                  WHERE reference IS NOT NULL
                  ORDER BY key) AS keys;
        SELECT array_agg(coalesce(held.number, -given.twin) ORDER BY given.place)
          INTO holders
          FROM (SELECT channel, reference, place,
                       CASE WHEN reference IS NOT NULL THEN
                           nullif(min(place) OVER (PARTITION BY channel, reference), place)
                       END AS twin
                  FROM unnest(channels, order_refs)
                       WITH ORDINALITY AS o (channel, reference, place)) AS given
          LEFT JOIN orders AS held USING (channel, reference);
    END IF;

    WITH demand AS (
        SELECT product, sum(quantity) AS units
          FROM unnest(line_orders, line_products, line_quantities) AS line (place, product, quantity)
         WHERE product IS NOT NULL AND takes_stock(channels[place])
         GROUP BY product
    ), shelf AS MATERIALIZED (
        SELECT id, stock
          FROM products
         WHERE id = ANY (ARRAY(SELECT product FROM demand)) AND retired_at IS NULL
         ORDER BY id
           FOR NO KEY UPDATE
    )
    SELECT count(*) = count(*) FILTER (WHERE units <= stock)
      INTO fits
      FROM demand LEFT JOIN shelf ON id = product;

    IF NOT fits OR referenced THEN
        -- The products are locked, so these numbers stay true until the commit.
        SELECT array_agg(id), array_agg(stock)
          INTO shelf_ids, shelf_units
          FROM products
         WHERE id = ANY (line_products) AND retired_at IS NULL;
        SELECT array_agg(slot ORDER BY line)
          INTO slots
          FROM unnest(line_products) WITH ORDINALITY AS asked (product, line)
          LEFT JOIN unnest(shelf_ids) WITH ORDINALITY AS shelf (product, slot) USING (product);

        FOR place IN 1 .. cardinality(ids) LOOP
            first_line := end_line;
            WHILE line_orders[end_line] = place LOOP
                end_line := end_line + 1;
            END LOOP;

            IF holders[place] < 0 AND outcomes[-holders[place]] <> 'placed' THEN
                -- The twin that came first was refused, so the reference is free again; a third of
                -- the same name now finds this one.
                FOR later IN place + 1 .. cardinality(ids) LOOP
                    IF holders[later] = holders[place] THEN
                        holders[later] := -place;
                    END IF;
                END LOOP;
                holders[place] := NULL;
            END IF;
            IF holders[place] IS NOT NULL THEN
                outcomes[place] := 'reference_used';
                CONTINUE;
            END IF;
            CONTINUE WHEN NOT takes_stock(channels[place]);

            missing := false;
            enough  := true;
            FOR line IN first_line .. end_line - 1 LOOP
                CONTINUE WHEN line_products[line] IS NULL;
                IF slots[line] IS NULL THEN
                    missing := true;
                ELSE
                    shelf_units[slots[line]] := shelf_units[slots[line]] - line_quantities[line];
                    enough := enough AND shelf_units[slots[line]] >= 0;
                END IF;
            END LOOP;
            CONTINUE WHEN enough AND NOT missing;

            -- Not everything is there: put it back and see what can be done.
            FOR line IN first_line .. end_line - 1 LOOP
                IF slots[line] IS NOT NULL THEN
                    shelf_units[slots[line]] := shelf_units[slots[line]] + line_quantities[line];
                END IF;
            END LOOP;
            missing := missing AND shortages[place] <> 'partial_products';
            SELECT json_agg(asked), array_agg(product_id)
              INTO shorts, short
              FROM (SELECT line_products[line] AS product_id, sum(line_quantities[line]) AS requested,
                           coalesce(min(shelf_units[slots[line]]), 0) AS available
                      FROM generate_series(first_line, end_line - 1) AS line
                     WHERE line_products[line] IS NOT NULL AND (slots[line] IS NULL OR NOT missing)
                     GROUP BY 1
                     ORDER BY 1) AS asked
             WHERE requested > available;
            details[place] := shorts;
            IF missing THEN
                outcomes[place] := 'unknown_product';
                CONTINUE;
            END IF;
            served := false;
            IF shortages[place] <> 'refuse' THEN
                FOR line IN first_line .. end_line - 1 LOOP
                    IF slots[line] IS NULL AND line_products[line] IS NOT NULL
                        OR shortages[place] = 'partial_products' AND line_products[line] = ANY (short)
                    THEN
                        granted[line] := 0;
                    ELSIF slots[line] IS NOT NULL THEN
                        granted[line] := least(granted[line], shelf_units[slots[line]]);
                        shelf_units[slots[line]] := shelf_units[slots[line]] - granted[line];
                    END IF;
                    served := served OR granted[line] > 0;
                END LOOP;
            END IF;
            IF NOT served THEN
                outcomes[place] := 'out_of_stock';
            END IF;
        END LOOP;
        IF end_line <= cardinality(line_orders) THEN
            RAISE EXCEPTION 'line % stands behind the lines of a later order', end_line
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;

    -- The planner takes each list for a row or two and loops over it; MATERIALIZED sees to it that
    -- what is looped over was worked out once.
    PERFORM set_inside(true);
    RETURN QUERY
    WITH line AS MATERIALIZED (
        SELECT l.place, l.nr, l.product, l.quantity, p.id IS NOT NULL AS known,
               coalesce(l.price, p.price, 0.00)::numeric(12, 2) AS price,
               coalesce(p.name, l.name) AS name, takes_stock(channels[l.place]) AS takes
          FROM unnest(line_orders, line_products, line_names, granted, line_prices)
               WITH ORDINALITY AS l (place, product, name, quantity, price, nr)
          LEFT JOIN products AS p ON p.id = l.product
         WHERE l.quantity > 0 AND outcomes[l.place] = 'placed'
    ), taken AS (
        -- Counted above, under lock; were the count wrong, the check of the table fails the batch.
        UPDATE products
           SET stock = stock - units, version = version + 1,
               updated_at = greatest(at_all, updated_at + interval '1 millisecond')
          FROM (SELECT product, sum(quantity) AS units
                  FROM line WHERE takes AND known GROUP BY product) AS demand
         WHERE id = product
    ), met AS (
        -- The search before the insert spares known customers a number of the sequence.
        INSERT INTO customers (id)
        SELECT DISTINCT customer
          FROM unnest(customers, outcomes) AS o (customer, outcome)
         WHERE outcome = 'placed' AND customer IS NOT NULL
           AND NOT EXISTS (SELECT FROM customers AS known WHERE known.id = customer)
         ORDER BY customer
            ON CONFLICT DO NOTHING
    ), document AS MATERIALIZED (
        SELECT place, ('[' || string_agg(render_line(product, name, quantity, price), ','
                                         ORDER BY nr) || ']')::json AS items,
               sum(quantity)::integer AS units, sum(quantity * price) AS amount
          FROM line
         GROUP BY place
    ), placed AS (
        INSERT INTO orders (id, channel, reference, customer_id, items, total_quantity,
                            total_amount, created_at, updated_at)
        SELECT o.id, channel, reference, customer, coalesce(items, '[]'), coalesce(units, 0),
               coalesce(amount, 0), at_all, at_all
          FROM unnest(ids, channels, order_refs, customers, outcomes)
               WITH ORDINALITY AS o (id, channel, reference, customer, outcome, place)
          LEFT JOIN document USING (place)
         WHERE outcome = 'placed'
         ORDER BY place
        RETURNING orders.*
    ), numbered AS (
        SELECT o.place, o.who, placed.*
          FROM unnest(ids, whos) WITH ORDINALITY AS o (id, who, place)
          JOIN placed USING (id)
    ), told AS (
        INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
        SELECT id, 1, 'placed', status, who, at_all
          FROM numbered
         ORDER BY place
    ), copied AS (
        INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
        SELECT product, at_all, number, units, CASE WHEN takes THEN units ELSE 0 END
          FROM (SELECT place, product, takes, sum(quantity) AS units
                  FROM line WHERE product IS NOT NULL GROUP BY place, product, takes) AS sold
          JOIN numbered USING (place)
         ORDER BY product
    )
    SELECT o.place::integer, o.outcome,
           coalesce(n.number, nullif(greatest(holders[o.place], 0), 0),
                    (SELECT twin.number FROM numbered AS twin WHERE twin.place = -holders[o.place])),
           n.items, n.total_quantity, n.total_amount, n.created_at::timestamptz, details[o.place]
      FROM unnest(outcomes) WITH ORDINALITY AS o (outcome, place)
      LEFT JOIN numbered AS n ON n.place = o.place
     ORDER BY o.place;
    PERFORM set_inside(false);
END
$$;
COMMENT ON FUNCTION place_orders(uuid[], text[], text[], text[], text[], text[],
                                 integer[], text[], text[], integer[], numeric[])
    IS 'Places many orders at once, one outcome row each: placed, out_of_stock, unknown_product, reference_used';
