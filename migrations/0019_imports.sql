-- Imports: products, customers and orders from files, by `waybill import`.
--
-- The program reads and checks the file; these functions write a batch of its rows by a few
-- statements, each of a cost that is linear in the rows. The transaction of a batch also moves the row
-- of the file in `imports`: after a crash at any moment the row says where to go on, and nothing is
-- written twice or left out. Batches commit without waiting for the disk, except the last one, which
-- makes all before it durable too: what a crash of the server loses, the row of the file has lost as
-- well.
--
-- What is imported has its events, but of a kind of their own: `imported` instead of `placed` or
-- `created`. So whoever tells others of new orders can pass over them.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE imports (
    number      bigint   NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT imports_pkey PRIMARY KEY,
    kind        text     NOT NULL
                         CONSTRAINT imports_kind_known CHECK (kind IN ('products', 'customers', 'orders')),
    file        text     NOT NULL CONSTRAINT imports_file_length CHECK (char_length(file) BETWEEN 1 AND 4096),
    sha256      bytea    NOT NULL CONSTRAINT imports_sha256_length CHECK (octet_length(sha256) = 32),
    mode        text     NOT NULL CONSTRAINT imports_mode_known CHECK (mode IN ('create', 'upsert')),
    stock       text     NOT NULL CONSTRAINT imports_stock_known CHECK (stock IN ('take', 'leave')),
    bytes       bigint   NOT NULL CONSTRAINT imports_bytes_range CHECK (bytes >= 0),
    rows        bigint   NOT NULL CONSTRAINT imports_rows_range CHECK (rows >= 0),
    byte        bigint   NOT NULL DEFAULT 0,
    line        bigint   NOT NULL DEFAULT 0,
    created     bigint   NOT NULL DEFAULT 0,
    changed     bigint   NOT NULL DEFAULT 0,
    unchanged   bigint   NOT NULL DEFAULT 0,
    refused     bigint   NOT NULL DEFAULT 0,
    started_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    moved_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz(3),
    CONSTRAINT imports_byte_range CHECK (byte BETWEEN 0 AND bytes),
    CONSTRAINT imports_rows_counted CHECK (created + changed + unchanged + refused <= rows),
    CONSTRAINT imports_once UNIQUE (kind, sha256)
);
COMMENT ON TABLE  imports             IS 'Files that are or were imported, each once; the view import_overview shows more';
COMMENT ON COLUMN imports.number      IS 'Sequential number; the history names the import by it';
COMMENT ON COLUMN imports.kind        IS 'What is in the file: products, customers or orders';
COMMENT ON COLUMN imports.file        IS 'The name of the file, or - for standard input';
COMMENT ON COLUMN imports.sha256      IS 'The SHA-256 of its bytes, by which it is known again';
COMMENT ON COLUMN imports.mode        IS 'create: refuses rows that exist already; upsert: changes them';
COMMENT ON COLUMN imports.stock       IS 'Whether it takes the stock of products, or takes stock for open orders, or leaves the stock as it is';
COMMENT ON COLUMN imports.bytes       IS 'How long the file is';
COMMENT ON COLUMN imports.rows        IS 'How many rows it has';
COMMENT ON COLUMN imports.byte        IS 'How many of its bytes are done; the next batch begins there';
COMMENT ON COLUMN imports.line        IS 'The last line that is done';
COMMENT ON COLUMN imports.created     IS 'Rows that became something new';
COMMENT ON COLUMN imports.changed     IS 'Rows that changed something that existed';
COMMENT ON COLUMN imports.unchanged   IS 'Rows that were as they exist already';
COMMENT ON COLUMN imports.refused     IS 'Rows that were left out';
COMMENT ON COLUMN imports.started_at  IS 'When it began';
COMMENT ON COLUMN imports.moved_at    IS 'When the last batch was written';
COMMENT ON COLUMN imports.finished_at IS 'When it ended; NULL while it has not';

-- Only refusals that depend on the database, as the program finds the others again in the file.
CREATE TABLE import_refusals (
    import      bigint NOT NULL CONSTRAINT import_refusals_import_fkey REFERENCES imports (number),
    line        bigint NOT NULL,
    column_name text   NOT NULL,
    problem     text   NOT NULL,
    CONSTRAINT import_refusals_pkey PRIMARY KEY (import, line)
);
COMMENT ON TABLE  import_refusals             IS 'Rows of files that were left out because of what the database already had';
COMMENT ON COLUMN import_refusals.import      IS 'imports.number';
COMMENT ON COLUMN import_refusals.line        IS 'The line of the file in which the row begins';
COMMENT ON COLUMN import_refusals.column_name IS 'The column that could not be taken';
COMMENT ON COLUMN import_refusals.problem     IS 'Why';

CREATE TRIGGER imports_are_kept
    BEFORE DELETE OR TRUNCATE ON imports FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER import_refusals_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON import_refusals FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

CREATE VIEW import_overview AS
    SELECT number, kind, file,
           CASE WHEN finished_at IS NOT NULL THEN 'finished' ELSE 'begun' END AS state,
           round(100.0 * byte / greatest(bytes, 1), 1) AS percent, rows, created, changed, unchanged,
           refused, mode, stock, started_at, finished_at,
           round((created + changed + unchanged + refused)
                 / greatest(extract(epoch FROM moved_at - started_at), 0.001)) AS rows_per_second
      FROM imports;
COMMENT ON VIEW import_overview IS 'Imports and how far they have come; ORDER BY number DESC LIMIT 20';

-- The row of a file: a new one, or the one that it has already.
CREATE FUNCTION begin_import(kind text, file text, sha256 bytea, mode text, stock text, bytes bigint,
                             rows bigint)
    RETURNS SETOF imports
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    INSERT INTO imports AS i (kind, file, sha256, mode, stock, bytes, rows)
    SELECT kind, file, sha256, mode, stock, bytes, rows
     WHERE NOT EXISTS (SELECT FROM imports AS known WHERE known.kind = begin_import.kind
                                                      AND known.sha256 = begin_import.sha256)
        ON CONFLICT ON CONSTRAINT imports_once DO NOTHING
    RETURNING i.*;
    IF NOT FOUND THEN
        RETURN QUERY
        SELECT * FROM imports AS known WHERE known.kind = begin_import.kind
                                         AND known.sha256 = begin_import.sha256;
    END IF;
END
$$;
COMMENT ON FUNCTION begin_import(text, text, bytea, text, text, bigint, bigint)
    IS 'The row of imports of a file, made when it is new';

-- Whether the import stands where the caller thinks. Its row stays locked, so that of two processes
-- with the same file one waits here, and then finds that it has moved.
CREATE FUNCTION hold_import(import bigint, from_byte bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    PERFORM FROM imports
      WHERE number = import AND byte = from_byte AND finished_at IS NULL
        FOR NO KEY UPDATE;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION hold_import(bigint, bigint) IS 'Locks the row of an import that stands at this byte, until the transaction ends';

CREATE FUNCTION move_import(import bigint, to_byte bigint, to_line bigint, created bigint, changed bigint,
                            unchanged bigint, refused bigint, lines bigint[], columns text[],
                            problems text[], is_end boolean)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    INSERT INTO import_refusals (import, line, column_name, problem)
    SELECT move_import.import, r.line, r.column_name, r.problem
      FROM unnest(lines, columns, problems) AS r (line, column_name, problem);
    UPDATE imports AS i
       SET byte = to_byte, line = to_line, created = i.created + move_import.created,
           changed = i.changed + move_import.changed,
           unchanged = i.unchanged + move_import.unchanged,
           refused = i.refused + move_import.refused, moved_at = clock_timestamp(),
           finished_at = CASE WHEN is_end THEN clock_timestamp() END
     WHERE number = import;
    IF NOT is_end THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END
$$;
COMMENT ON FUNCTION move_import(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[], text[], text[], boolean)
    IS 'Moves the row of an import behind a batch, in the transaction of the batch';

-- Rows keep the numbers that the file has for them, so nobody else may be given one of these. Whoever
-- has drawn a number holds a lock on the sequence until the end of their transaction; here it is
-- locked against that, looked at and moved. A call is a transaction of its own. Another import may have
-- drawn numbers for rows that it has not written yet: such a row gets another one if its number is used.
CREATE FUNCTION reserve_numbers(kind text, upto bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    numbers constant regclass := pg_get_serial_sequence('waybill.' || kind, 'number');
    reached bigint;
BEGIN
    IF kind NOT IN ('products', 'customers', 'orders') OR upto > 100000000000 THEN
        RAISE EXCEPTION 'numbers of % are not reserved up to %', kind, upto
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT last_value FROM %s', numbers) INTO reached;
    IF reached >= upto THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY 1', numbers);
    EXECUTE format('SELECT last_value FROM %s', numbers) INTO reached;
    IF reached < upto THEN
        EXECUTE format('ALTER SEQUENCE %s RESTART WITH %s', numbers, upto + 1);
    END IF;
END
$$;
COMMENT ON FUNCTION reserve_numbers(text, bigint) IS 'Keeps numbers up to one from being given to new products, customers or orders';

-- The numbers of rows that have none, before they are written: batches that are written at the same time
-- then have theirs in the order of the file. A number that is not used is lost. There is no wait for the
-- disk: whoever uses the numbers commits later.
CREATE FUNCTION draw_numbers(kind text, how_many integer) RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    numbers constant regclass := pg_get_serial_sequence('waybill.' || kind, 'number');
BEGIN
    IF kind NOT IN ('products', 'customers') OR how_many > 1000 THEN
        RAISE EXCEPTION '% numbers of % are not drawn', how_many, kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN ARRAY(SELECT nextval(numbers) FROM generate_series(1, how_many));
END
$$;
COMMENT ON FUNCTION draw_numbers(text, integer) IS 'The next numbers of new products or customers';

-- The numbers of the rows of a batch: each keeps its own if nobody has it, and no row before it in the
-- batch, else it gets the next one. A row that is known already has none here.
CREATE FUNCTION kept_numbers(known boolean[], numbers bigint[], taken bigint[], sequence regclass)
    RETURNS bigint[]
    LANGUAGE sql VOLATILE AS
$$
SELECT ARRAY(SELECT CASE WHEN known THEN NULL
                         WHEN number IS NOT NULL AND turn = 1 AND number <> ALL (taken) THEN number
                         ELSE nextval(sequence) END
               FROM (SELECT known, number, place,
                            row_number() OVER (PARTITION BY number, known ORDER BY place) AS turn
                       FROM unnest(known, numbers) WITH ORDINALITY AS g (known, number, place)) AS n
              ORDER BY place)
$$;
COMMENT ON FUNCTION kept_numbers(boolean[], bigint[], bigint[], regclass)
    IS 'The numbers of imported rows: their own where these are free';

-- The plans of these functions are made while the tables may be empty, and kept: without
-- enable_seqscan = off they would read whole tables for each batch, and without OFFSET 0 they would read
-- a whole index into a hash, to look up the 500 rows of a batch there.
--
-- Products. Nothing is written when `writes` is false, or when a row exists already and is not to be
-- changed: then `existing` has the places of these rows, counted from 1. `incomplete` has those of new
-- ones without a name or a price.
--
-- `given` says which columns a row has, so that others keep their value: 1 name, 2 description,
-- 4 price, 8 stock, 16 reorder_level, 32 retired_at.
CREATE FUNCTION import_products(
    import bigint, writes boolean, changes boolean, takes_stock boolean, given integer[], ids text[],
    numbers bigint[], names text[], descriptions text[], prices numeric[], stocks bigint[],
    levels bigint[], retirements timestamptz[], versions bigint[], creations timestamptz[],
    updates timestamptz[],
    OUT existing integer[], OUT incomplete integer[], OUT created bigint, OUT changed bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
#variable_conflict use_column
DECLARE
    known   boolean[];
    kept    bigint[];
    setting text;
BEGIN
    PERFORM set_config('waybill.who', 'import ' || import, true);
    created := 0;
    changed := 0;
    known := ARRAY(SELECT EXISTS (SELECT FROM products AS p WHERE p.id = g.id OFFSET 0)
                     FROM unnest(ids) WITH ORDINALITY AS g (id, place) ORDER BY place);
    IF NOT changes AND true = ANY (known) THEN
        existing := array_positions(known, true);
        RETURN;
    END IF;
    incomplete := ARRAY(SELECT place
                          FROM unnest(known, names, prices)
                                   WITH ORDINALITY AS g (known, name, price, place)
                         WHERE NOT known AND (name IS NULL OR price IS NULL));
    IF incomplete <> '{}' OR NOT writes THEN
        RETURN;
    END IF;

    IF true = ANY (known) THEN
        PERFORM FROM products WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        setting := set_internal_write(true);
        WITH asked AS MATERIALIZED (
            SELECT p.id, p.stock AS old_stock,
                   CASE WHEN g.given & 1 > 0 THEN g.name ELSE p.name END AS name,
                   CASE WHEN g.given & 2 > 0 THEN g.description ELSE p.description END AS description,
                   CASE WHEN g.given & 4 > 0 THEN g.price ELSE p.price END AS price,
                   CASE WHEN g.given & 8 > 0 AND import_products.takes_stock THEN g.stock ELSE p.stock END AS stock,
                   CASE WHEN g.given & 16 > 0 THEN g.level ELSE p.reorder_level END AS level,
                   CASE WHEN g.given & 32 > 0 THEN g.retired ELSE p.retired_at END AS retired
              FROM unnest(known, given, ids, names, descriptions, prices, stocks, levels, retirements)
                       AS g (known, given, id, name, description, price, stock, level, retired)
              JOIN products AS p ON p.id = g.id
             WHERE g.known
        ), updated AS (
            UPDATE products AS p
               SET name = a.name, description = a.description, price = a.price, stock = a.stock,
                   reorder_level = a.level, retired_at = a.retired
              FROM asked AS a
             WHERE p.id = a.id
               AND (p.name, p.description, p.price, p.stock, p.reorder_level, p.retired_at)
                   IS DISTINCT FROM (a.name, a.description, a.price, a.stock, a.level, a.retired)
            RETURNING p.id, p.updated_at
        ), explained AS (
            INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
            SELECT a.id, a.stock - a.old_stock, 'adjusted', 'import', who(), u.updated_at
              FROM asked AS a JOIN updated AS u ON u.id = a.id
             WHERE a.stock <> a.old_stock
             ORDER BY a.id
        )
        SELECT count(*) INTO changed FROM updated;
    END IF;

    setting := set_internal_write(true, 'importing');
    kept := kept_numbers(known, numbers,
                         ARRAY(SELECT number FROM products WHERE number = ANY (numbers)),
                         'products_number_seq');
    INSERT INTO products (id, number, name, description, price, stock, reorder_level, retired_at, version,
                          created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, number, name, description, price,
           CASE WHEN import_products.takes_stock THEN coalesce(stock, 0) ELSE 0 END, level, retired,
           version, creation, update
      FROM unnest(kept, ids, names, descriptions, prices, stocks, levels, retirements, versions,
                  creations, updates)
               WITH ORDINALITY
               AS g (number, id, name, description, price, stock, level, retired, version, creation,
                     update, place)
     WHERE number IS NOT NULL
     ORDER BY place;
    GET DIAGNOSTICS created = ROW_COUNT;
    setting := set_internal_write(false);
END
$$;
COMMENT ON FUNCTION import_products(bigint, boolean, boolean, boolean, integer[], text[], bigint[], text[], text[], numeric[], bigint[], bigint[], timestamptz[], bigint[], timestamptz[], timestamptz[])
    IS 'Writes a batch of products of a file, with their words, events and stock';

-- Customers; as import_products(). `given`: 1 name, 2 email, 4 ship_to.
CREATE FUNCTION import_customers(
    import bigint, writes boolean, changes boolean, given integer[], ids text[], numbers bigint[],
    names text[], emails text[], addresses text[], versions bigint[], creations timestamptz[],
    updates timestamptz[],
    OUT existing integer[], OUT created bigint, OUT changed bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
#variable_conflict use_column
DECLARE
    moment  constant timestamptz(3) := clock_timestamp();
    author  constant text := 'import ' || import;
    known   boolean[];
    kept    bigint[];
    setting text;
BEGIN
    PERFORM set_config('waybill.who', author, true);
    created := 0;
    changed := 0;
    known := ARRAY(SELECT EXISTS (SELECT FROM customers AS c WHERE c.id = g.id OFFSET 0)
                     FROM unnest(ids) WITH ORDINALITY AS g (id, place) ORDER BY place);
    IF NOT changes AND true = ANY (known) THEN
        existing := array_positions(known, true);
        RETURN;
    ELSIF NOT writes THEN
        RETURN;
    END IF;

    IF true = ANY (known) THEN
        PERFORM FROM customers WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        UPDATE customers AS c
           SET name = a.name, email = a.email, ship_to = a.ship_to::json
          FROM (SELECT c.id, CASE WHEN g.given & 1 > 0 THEN g.name ELSE c.name END AS name,
                       CASE WHEN g.given & 2 > 0 THEN g.email ELSE c.email END AS email,
                       CASE WHEN g.given & 4 > 0 THEN g.address ELSE c.ship_to::text END AS ship_to
                  FROM unnest(known, given, ids, names, emails, addresses)
                           AS g (known, given, id, name, email, address)
                  JOIN customers AS c ON c.id = g.id
                 WHERE g.known) AS a
         WHERE c.id = a.id
           AND (c.name, c.email, c.ship_to::text) IS DISTINCT FROM (a.name, a.email, a.ship_to);
        GET DIAGNOSTICS changed = ROW_COUNT;
    END IF;

    setting := set_internal_write(true, 'importing');
    kept := kept_numbers(known, numbers,
                         ARRAY(SELECT number FROM customers WHERE number = ANY (numbers)),
                         'customers_number_seq');
    WITH new AS (
        INSERT INTO customers (id, number, name, email, ship_to, version, created_at, updated_at)
        OVERRIDING SYSTEM VALUE
        SELECT id, number, name, email, address::json, version, creation, update
          FROM unnest(kept, ids, names, emails, addresses, versions, creations, updates)
                   AS g (number, id, name, email, address, version, creation, update)
         WHERE number IS NOT NULL
        RETURNING id, version, words
    ), imported AS (
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT id, version, 'imported', author, moment FROM new
    ), found AS (
        INSERT INTO customer_words (word, id)
        SELECT word, id FROM new CROSS JOIN LATERAL unnest(words) AS word
         ORDER BY word
    )
    SELECT count(*) INTO created FROM new;
    setting := set_internal_write(false);
END
$$;
COMMENT ON FUNCTION import_customers(bigint, boolean, boolean, integer[], text[], bigint[], text[], text[], text[], bigint[], timestamptz[], timestamptz[])
    IS 'Writes a batch of customers of a file, with their words and events';

-- What the database has against orders of a file: one row for each finding. Nothing is written.
--
-- id, reference: an order has this id, or this reference in its channel; `holder` is its number.
-- customer: there is no such customer. price: the line of this index has neither a price nor a product
-- that the catalogue knows.
CREATE FUNCTION look_up_orders(ids uuid[], channels text[], order_refs text[], customers text[],
                               unpriced_places integer[], unpriced_lines integer[],
                               unpriced_products text[])
    RETURNS TABLE (place integer, finding text, holder bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
SELECT g.place::integer, 'id', o.number
  FROM unnest(ids) WITH ORDINALITY AS g (id, place)
 CROSS JOIN LATERAL (SELECT number FROM orders WHERE orders.id = g.id LIMIT 1) AS o
 UNION ALL
SELECT g.place::integer, 'reference', o.number
  FROM unnest(channels, order_refs) WITH ORDINALITY AS g (channel, reference, place)
 CROSS JOIN LATERAL (SELECT number FROM orders
                      WHERE orders.channel = g.channel AND orders.reference = g.reference LIMIT 1) AS o
 UNION ALL
SELECT g.place::integer, 'customer', NULL
  FROM unnest(customers) WITH ORDINALITY AS g (customer, place)
 WHERE customer IS NOT NULL AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = g.customer OFFSET 0)
 UNION ALL
SELECT g.place, 'price', g.line
  FROM unnest(unpriced_places, unpriced_lines, unpriced_products) AS g (place, line, product)
 WHERE NOT EXISTS (SELECT FROM products AS p WHERE p.id = g.product OFFSET 0)
$$;
COMMENT ON FUNCTION look_up_orders(uuid[], text[], text[], text[], integer[], integer[], text[])
    IS 'What the database has against orders that are to be imported';

-- Orders that do not exist yet, as look_up_orders() has found in the same transaction. A historic order
-- touches no stock; with takes_units an open one of a channel that takes stock takes its units. When
-- these are not there, nothing is written, and `short` has the places of the orders that are short,
-- decided in their order, with the product of each in `short_products`.
--
-- A product that the catalogue does not know makes its line a free one, except in channels whose
-- catalogue is elsewhere. The lock order is that of place_orders(): references, products, customers.
CREATE FUNCTION import_orders(
    import bigint, takes_units boolean, ids uuid[], numbers bigint[], channels text[], statuses text[],
    order_customers text[], order_refs text[], carriers text[], trackings text[], addresses text[],
    notes text[], order_tags text[], metadatas text[], versions bigint[], creations timestamptz[],
    updates timestamptz[],
    -- Lines: the place of the order that each belongs to, ascending.
    line_orders integer[], line_is_ours boolean[], line_takes boolean[], line_products text[],
    line_names text[], line_quantities integer[], line_prices numeric[],
    -- What has come back: the place of the order that each belongs to, ascending.
    return_orders integer[], return_versions bigint[], return_products text[], return_quantities integer[],
    return_amounts numeric[], return_restocked boolean[], return_never_shipped integer[],
    return_reasons text[], return_actors text[], return_creations timestamptz[],
    -- The parcels of each order as an export has them, or NULL.
    shipments text[],
    OUT short integer[], OUT short_products text[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
#variable_conflict use_column
DECLARE
    moment     constant timestamptz(3) := clock_timestamp();
    author     constant text := 'import ' || import;
    kept       bigint[];
    goods      text[];
    names      text[];
    prices     numeric[];
    documents  text[]    := array_fill('[]'::text, ARRAY[cardinality(ids)]);
    quantities integer[] := array_fill(0, ARRAY[cardinality(ids)]);
    amounts    numeric[] := array_fill(0::numeric, ARRAY[cardinality(ids)]);
    returned_quantities integer[] := array_fill(NULL::integer, ARRAY[cardinality(ids)]);
    returned_amounts    numeric[] := array_fill(NULL::numeric, ARRAY[cardinality(ids)]);
    entry      record;
    left_over  jsonb;
    setting    text;
BEGIN
    PERFORM set_config('waybill.who', author, true);
    IF array_remove(order_refs, NULL) <> '{}' THEN
        PERFORM lock_references(channels, order_refs);
    END IF;

    SELECT array_agg(CASE WHEN p.id IS NOT NULL OR NOT l.is_ours THEN l.product END ORDER BY l.nr),
           array_agg(CASE WHEN l.product IS NULL THEN l.name WHEN p.id IS NOT NULL THEN coalesce(l.name, p.name)
                          WHEN l.is_ours THEN coalesce(l.name, l.product) ELSE l.name END ORDER BY l.nr),
           array_agg(coalesce(l.price, p.price)::numeric(12, 2) ORDER BY l.nr)
      INTO goods, names, prices
      FROM unnest(line_is_ours, line_products, line_names, line_prices)
               WITH ORDINALITY AS l (is_ours, product, name, price, nr)
      LEFT JOIN products AS p ON p.id = l.product;

    IF takes_units AND true = ANY (line_takes) THEN
        SELECT jsonb_object_agg(id, stock)
          INTO left_over
          FROM (SELECT id, stock FROM products
                 WHERE id IN (SELECT product FROM unnest(line_takes, goods) AS l (takes, product)
                               WHERE takes AND product IS NOT NULL)
                 ORDER BY id
                   FOR NO KEY UPDATE) AS held;
        PERFORM set_internal_write(true);
        WITH taken AS (
            SELECT product, sum(quantity) AS units
              FROM unnest(line_takes, goods, line_quantities) AS l (takes, product, quantity)
             WHERE takes AND product IS NOT NULL
             GROUP BY product
        )
        UPDATE products
           SET stock = stock - units, version = version + 1,
               updated_at = greatest(moment, updated_at + interval '1 millisecond')
          FROM taken
         WHERE id = product
           AND NOT EXISTS (SELECT FROM taken AS t WHERE t.units > (left_over ->> t.product)::bigint);
        IF NOT FOUND AND left_over IS NOT NULL THEN
            -- Some are short: which, in the order of the file.
            PERFORM set_internal_write(false);
            FOR entry IN
                SELECT o, array_agg(product) AS products, array_agg(units) AS units
                  FROM (SELECT o, product, sum(quantity) AS units
                          FROM unnest(line_orders, line_takes, goods, line_quantities)
                                   AS l (o, takes, product, quantity)
                         WHERE takes AND product IS NOT NULL
                         GROUP BY o, product) AS asked
                 GROUP BY o
                 ORDER BY o
            LOOP
                FOR i IN 1 .. cardinality(entry.products) LOOP
                    IF entry.units[i] > (left_over ->> entry.products[i])::bigint THEN
                        short          := short || entry.o;
                        short_products := short_products || entry.products[i];
                        EXIT;
                    END IF;
                END LOOP;
                CONTINUE WHEN entry.o = ANY (short);
                FOR i IN 1 .. cardinality(entry.products) LOOP
                    left_over := left_over || jsonb_build_object(
                        entry.products[i], (left_over ->> entry.products[i])::bigint - entry.units[i]);
                END LOOP;
            END LOOP;
            RETURN;
        END IF;
        PERFORM set_internal_write(false);
    END IF;

    FOR entry IN
        SELECT o, '[' || string_agg(render_line(product, name, quantity, price), ',' ORDER BY nr) || ']' AS document,
               sum(quantity)::integer AS units, sum(quantity * price) AS amount
          FROM unnest(line_orders, goods, names, line_quantities, prices)
                   WITH ORDINALITY AS l (o, product, name, quantity, price, nr)
         GROUP BY o
    LOOP
        documents[entry.o]  := entry.document;
        quantities[entry.o] := entry.units;
        amounts[entry.o]    := entry.amount;
    END LOOP;
    FOR entry IN
        SELECT o, sum(quantity)::integer AS units, sum(amount) AS amount
          FROM unnest(return_orders, return_quantities, return_amounts) AS r (o, quantity, amount)
         GROUP BY o
    LOOP
        IF entry.units > quantities[entry.o] OR entry.amount > amounts[entry.o] THEN
            RAISE EXCEPTION 'more comes back than order % has', ids[entry.o]
                USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_returns_stay';
        END IF;
        returned_quantities[entry.o] := entry.units;
        returned_amounts[entry.o]    := entry.amount;
    END LOOP;
    kept := kept_numbers(NULL, numbers,
                         ARRAY(SELECT number FROM orders WHERE number = ANY (numbers)),
                         'orders_number_seq');

    setting := set_internal_write(true, 'importing');
    IF EXISTS (SELECT FROM unnest(order_customers) AS customer
                WHERE customer IS NOT NULL
                  AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = customer OFFSET 0))
    THEN
        WITH introduced AS (
            INSERT INTO customers (id)
            SELECT DISTINCT customer
              FROM unnest(order_customers) AS customer
             WHERE customer IS NOT NULL AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = customer OFFSET 0)
             ORDER BY customer
                ON CONFLICT DO NOTHING
            RETURNING id, version
        )
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT id, version, 'imported', author, moment FROM introduced;
    END IF;
    INSERT INTO orders (id, number, channel, reference, customer_id, status, items, total_quantity,
                        total_amount, shipping_carrier, tracking_number, ship_to, note, tags, metadata,
                        returned_quantity, returned_amount, shipped_quantity, version, created_at,
                        updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, number, channel, reference, customer, status, document::json, quantity, amount, carrier,
           tracking, address::json, note, tags::json, metadata::json, back_quantity, back_amount,
           (SELECT sum((s ->> 'quantity')::integer) FROM json_array_elements(shipments::json) AS s),
           version, creation, update
      FROM unnest(ids, kept, channels, order_refs, order_customers, statuses, documents, quantities, amounts,
                  carriers, trackings, addresses, notes, order_tags, metadatas, returned_quantities,
                  returned_amounts, shipments, versions, creations, updates)
               AS o (id, number, channel, reference, customer, status, document, quantity, amount, carrier,
                     tracking, address, note, tags, metadata, back_quantity, back_amount, shipments,
                     version, creation, update);
    INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
    SELECT id, version, 'imported', status, author, moment
      FROM unnest(ids, versions, statuses) AS o (id, version, status);
    INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
    SELECT product, creations[o], kept[o], sum(quantity),
           coalesce(sum(quantity) FILTER (WHERE takes AND takes_units), 0)
      FROM unnest(line_orders, line_takes, goods, line_quantities) AS l (o, takes, product, quantity)
     WHERE product IS NOT NULL
     GROUP BY o, product;
    IF array_remove(order_tags, NULL) <> '{}' THEN
        INSERT INTO order_tagged (tag, created_at, order_number)
        SELECT tag, creation, number
          FROM unnest(kept, creations, order_tags) AS o (number, creation, tags)
         CROSS JOIN json_array_elements_text(tags::json) AS tag;
    END IF;
    IF cardinality(return_orders) > 0 THEN
        INSERT INTO order_returns
            (order_number, version, product_id, quantity, amount, restocked, never_shipped, reason, who,
             created_at)
        SELECT kept[o], version, product, quantity, amount, restocked, never_shipped, reason, actor, creation
          FROM unnest(return_orders, return_versions, return_products, return_quantities, return_amounts,
                      return_restocked, return_never_shipped, return_reasons, return_actors,
                      return_creations)
                   WITH ORDINALITY
                   AS r (o, version, product, quantity, amount, restocked, never_shipped, reason, actor,
                         creation, place)
         ORDER BY place;
    END IF;
    IF array_remove(shipments, NULL) <> '{}' THEN
        INSERT INTO order_shipments
            (order_number, shipment, version, carrier, tracking_number, items, quantity, who, created_at)
        SELECT number, (s ->> 'shipment')::integer, (s ->> 'version')::bigint, s ->> 'carrier',
               s ->> 'tracking_number', s -> 'items', (s ->> 'quantity')::integer, s ->> 'who',
               (s ->> 'created_at')::timestamptz
          FROM unnest(kept, shipments) AS o (number, shipments)
         CROSS JOIN json_array_elements(shipments::json) AS s;
    END IF;
    IF array_remove(trackings, NULL) <> '{}' OR array_remove(shipments, NULL) <> '{}' THEN
        INSERT INTO order_tracked (tracking_number, created_at, order_number)
        SELECT tracking, creation, number
          FROM unnest(kept, creations, trackings) AS o (number, creation, tracking)
         WHERE tracking IS NOT NULL
         UNION
        SELECT s ->> 'tracking_number', creation, number
          FROM unnest(kept, creations, shipments) AS o (number, creation, shipments)
         CROSS JOIN json_array_elements(shipments::json) AS s
         WHERE s ->> 'tracking_number' IS NOT NULL;
    END IF;
    setting := set_internal_write(false);
END
$$;
COMMENT ON FUNCTION import_orders(bigint, boolean, uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], bigint[], timestamptz[], timestamptz[], integer[], boolean[], boolean[], text[], text[], integer[], numeric[], integer[], bigint[], text[], integer[], numeric[], boolean[], integer[], text[], text[], timestamptz[], text[])
    IS 'Writes a batch of new orders of a file, with their events, products, tags, returns and shipments';

-- An order is only ever inserted as completed by an import, so placing pays the condition alone.
CREATE TRIGGER orders_completed_before
    AFTER INSERT ON orders FOR EACH ROW
    WHEN (NEW.status = 'completed' AND NEW.customer_id IS NOT NULL)
    EXECUTE FUNCTION note_completion();

-- Orders that exist and are in the file again. What a change may do, it does: the status moves along
-- the life cycle, shipping and what is beside the lines follow the file. Customer and lines stay, so a
-- row in which they differ is refused. When any is refused nothing is changed: `refused` has their
-- places, `columns` and `problems` say why.
--
-- `given`: 1 status, 2 carrier, 4 tracking_number, 8 ship_to, 16 note, 32 tags, 64 metadata,
-- 128 items, 256 customer_id.
CREATE FUNCTION change_orders_by_import(
    import bigint, writes boolean, numbers bigint[], given integer[], statuses text[], carriers text[],
    trackings text[], addresses text[], notes text[], order_tags text[], metadatas text[],
    order_customers text[], quantities integer[], amounts numeric[],
    OUT refused integer[], OUT columns text[], OUT problems text[], OUT changed bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET jit = off AS
$$
#variable_conflict use_column
DECLARE
    o       orders;
    wanted  orders;
    problem text[];
BEGIN
    changed := 0;
    PERFORM set_config('waybill.who', 'import ' || import, true);
    -- What is found must still be true when it is written later in the same transaction.
    IF import > 0 THEN
        PERFORM FROM orders WHERE number = ANY (numbers) ORDER BY id FOR NO KEY UPDATE;
        IF 'cancelled' = ANY (statuses) THEN
            PERFORM FROM products
              WHERE id IN (SELECT line ->> 'product_id'
                             FROM orders CROSS JOIN json_array_elements(items) AS line
                            WHERE number = ANY (numbers) AND takes_stock(channel))
              ORDER BY id
                FOR NO KEY UPDATE;
        END IF;
    END IF;
    FOR i IN 1 .. cardinality(numbers) LOOP
        SELECT * INTO o FROM orders WHERE number = numbers[i];
        problem := CASE
            WHEN given[i] & 256 > 0 AND o.customer_id IS DISTINCT FROM order_customers[i]
                THEN ARRAY['customer_id', 'order ' || o.number || ' is another customer''s, and that does not change']
            WHEN given[i] & 128 > 0
                 AND (o.total_quantity, o.total_amount) IS DISTINCT FROM (quantities[i], amounts[i])
                THEN ARRAY['items', 'order ' || o.number || ' has other lines, which an import does not change']
            WHEN given[i] & 1 > 0 AND o.status <> statuses[i]
                 AND NOT (may_move(o.channel, o.status, statuses[i]) AND channel_kind(o.channel) <> 'process')
                THEN ARRAY['status', 'order ' || o.number || ' cannot go from ' || o.status || ' to ' || statuses[i]]
            WHEN given[i] & 1 > 0 AND o.status <> statuses[i]
                 AND NOT leaves_shipped(statuses[i], o.shipped_quantity, o.channel, o.channel)
                THEN ARRAY['status', 'goods of order ' || o.number || ' have been shipped, so it cannot be cancelled']
            END;
        IF problem IS NOT NULL THEN
            refused  := refused || i;
            columns  := columns || problem[1];
            problems := problems || problem[2];
        END IF;
    END LOOP;
    IF refused IS NOT NULL OR NOT writes THEN
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(numbers) LOOP
        SELECT * INTO o FROM orders WHERE number = numbers[i];
        wanted := o;
        IF given[i] & 1 > 0 THEN wanted.status := statuses[i]; END IF;
        IF given[i] & 2 > 0 THEN wanted.shipping_carrier := carriers[i]; END IF;
        IF given[i] & 4 > 0 THEN wanted.tracking_number := trackings[i]; END IF;
        IF given[i] & 8 > 0 THEN wanted.ship_to := addresses[i]; END IF;
        IF given[i] & 16 > 0 THEN wanted.note := notes[i]; END IF;
        IF given[i] & 32 > 0 THEN wanted.tags := order_tags[i]; END IF;
        IF given[i] & 64 > 0 THEN wanted.metadata := metadatas[i]; END IF;
        CONTINUE WHEN wanted::text = o::text;
        UPDATE orders
           SET status = wanted.status, shipping_carrier = wanted.shipping_carrier,
               tracking_number = wanted.tracking_number, ship_to = wanted.ship_to, note = wanted.note,
               tags = wanted.tags, metadata = wanted.metadata
         WHERE id = o.id;
        changed := changed + 1;
    END LOOP;
END
$$;
COMMENT ON FUNCTION change_orders_by_import(bigint, boolean, bigint[], integer[], text[], text[], text[], text[], text[], text[], text[], text[], integer[], numeric[])
    IS 'Changes orders that exist as a batch of a file says';

SELECT record_schema();
