-- The schema, and the products: what can be ordered and how much of it is in stock.
--
-- Everything of the product lives in a schema of its own: `public` may not be writable, and other
-- programs may share the database. How names are found:
--   * Each step sets search_path for its own transaction, so that it can be run by psql as well
--     (psql -1 -f FILE).
--   * A function that the service calls is SECURITY DEFINER and sets its own search_path: the service
--     runs as a role that may write hardly any table directly (0013_access.sql).
--   * Trigger functions, and functions called by others, write `waybill.` before every name: setting
--     search_path costs some microseconds a call, and they are called for every row.
DO $$
BEGIN
    -- A role that may not make schemas can be given one.
    IF to_regnamespace('waybill') IS NULL THEN
        CREATE SCHEMA waybill;
    END IF;
END
$$;
COMMENT ON SCHEMA waybill IS 'Waybill: orders, customers, products, stock, reports';
SET LOCAL search_path = waybill, pg_temp;

-- Stock is a counter on the product's row, not a sum over movements: an order has to lock one row
-- for each of its products anyway, and this row is the cheapest one to lock.
--
-- What one value must be like is checked by a domain: a domain is checked when a value is made, but a
-- table's check with every update of the row, and stock changes with every order. Besides, the
-- server reads the expression of a table's check again for each statement, but that of a domain once
-- for each session.
--
-- Ids are compared byte by byte, whatever the database's locale: an index look-up is then a memory
-- comparison, and "in id order", in which every writer locks products, means the same everywhere.
-- The length is not in the pattern, where counting takes 2 us.
CREATE DOMAIN product_id AS text COLLATE "C"
    CONSTRAINT product_id_form CHECK (VALUE <> '' AND char_length(VALUE) <= 64 AND VALUE !~ '[^A-Za-z0-9._-]');
COMMENT ON DOMAIN product_id IS 'SKU: 1 to 64 letters, digits, dots, underscores, hyphens';

CREATE DOMAIN product_name AS text
    CONSTRAINT products_name_length CHECK (char_length(VALUE) BETWEEN 1 AND 200);
COMMENT ON DOMAIN product_name IS 'What a product is called, 1 to 200 characters';

CREATE DOMAIN product_description AS text
    CONSTRAINT products_description_length CHECK (char_length(VALUE) <= 2000);
COMMENT ON DOMAIN product_description IS 'What a product is, up to 2000 characters';

-- numeric reads well in psql and is exact; BETWEEN also refuses NaN, which is greater than every
-- number in PostgreSQL and would pass a plain "VALUE >= 0".
CREATE DOMAIN product_price AS numeric(12, 2)
    CONSTRAINT products_price_range CHECK (VALUE BETWEEN 0 AND 9999999999.99);
COMMENT ON DOMAIN product_price IS 'Price of one unit, with two decimals';

CREATE DOMAIN reorder_level AS bigint
    CONSTRAINT products_reorder_level_range CHECK (VALUE BETWEEN 0 AND 1000000000000);
COMMENT ON DOMAIN reorder_level IS 'At how many units a product is low';

CREATE TABLE products (
    -- The client's own name for the product, its SKU.
    id          product_id  NOT NULL CONSTRAINT products_pkey PRIMARY KEY,
    -- Sequential, for people, for clients that speak integers, and for keyset pages.
    number      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                            CONSTRAINT products_number_key UNIQUE,
    name        product_name NOT NULL,
    description product_description,
    price       product_price NOT NULL,
    -- The last defence against overselling; functions check before. There is no upper bound:
    -- adjust_stock() has one, but a cancelled order must always be able to return its units.
    stock       bigint      NOT NULL DEFAULT 0
                            CONSTRAINT products_stock_range CHECK (stock >= 0),
    reorder_level reorder_level,
    -- A product is never deleted, as orders and movements refer to it; it is retired.
    retired_at  timestamptz(3),
    version     bigint      NOT NULL DEFAULT 1
                            CONSTRAINT products_version_positive CHECK (version > 0),
    -- Milliseconds, as the service shows them: a time from an answer finds its row again.
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    updated_at  timestamptz(3) NOT NULL DEFAULT now()
)
-- Stock changes with every order: half-filled pages leave room for the new row version beside the
-- old one, so that no index has to be touched (HOT update).
WITH (fillfactor = 50);

COMMENT ON TABLE  products             IS 'What can be ordered: the catalogue with its prices and stock';
COMMENT ON COLUMN products.id          IS 'SKU, chosen by the client: 1 to 64 letters, digits, dots, underscores, hyphens';
COMMENT ON COLUMN products.number      IS 'Sequential number, made by the database';
COMMENT ON COLUMN products.name        IS 'What the product is called, 1 to 200 characters';
COMMENT ON COLUMN products.description IS 'What the product is, up to 2000 characters; NULL when none was given';
COMMENT ON COLUMN products.price       IS 'Price of one unit today; orders keep the price they were placed at';
COMMENT ON COLUMN products.stock       IS 'Units left to order; never below zero';
COMMENT ON COLUMN products.reorder_level IS 'The product is low when it has so many units or fewer; NULL when nobody has said';
COMMENT ON COLUMN products.retired_at  IS 'Since when the product can no longer be ordered; NULL while it can';
COMMENT ON COLUMN products.version     IS 'Grows by one with every change, also in psql; the ETag';
COMMENT ON COLUMN products.created_at  IS 'When the product came into the catalogue';
COMMENT ON COLUMN products.updated_at  IS 'When the product last changed';

-- Every change of what has a version raises it by one, also a change in psql. What may not be changed or deleted is refused with a sentence that says what to do instead.
CREATE FUNCTION count_change() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    NEW.version := OLD.version + 1;
    -- Later by at least the precision of the column, also when the clock stood still or went back.
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 millisecond');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION count_change() IS 'Raises version by one and moves updated_at forward';

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION refuse_change() IS 'Refuses the statement that fired its trigger, with the trigger''s argument as the message';

-- place_orders() raises the version in its own UPDATE; the WHEN clause saves it the call.
CREATE TRIGGER products_version
    BEFORE UPDATE ON products FOR EACH ROW
    WHEN (NEW.version <> OLD.version + 1 AND NEW.* IS DISTINCT FROM OLD.*)
    EXECUTE FUNCTION count_change();
CREATE TRIGGER products_id_stays
    BEFORE UPDATE OF id ON products FOR EACH ROW
    WHEN (NEW.id <> OLD.id)
    EXECUTE FUNCTION refuse_change('the id of a product never changes');
CREATE TRIGGER products_are_kept
    BEFORE DELETE ON products FOR EACH ROW
    EXECUTE FUNCTION refuse_change('products are not deleted: set retired_at instead');
-- TRUNCATE does not fire row triggers.
CREATE TRIGGER products_are_not_emptied
    BEFORE TRUNCATE ON products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('products are not deleted: set retired_at instead');
