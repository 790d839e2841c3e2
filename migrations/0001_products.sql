-- What can be ordered, and how much of it is left.
--
-- Stock is a plain counter on the product's row, not a sum over movements: every order has to lock
-- this row anyway to stay honest, so one row is the cheapest lock there is.
CREATE TABLE products (
    -- The client's own name for the product, its SKU.
    id          text        NOT NULL
                            CONSTRAINT products_pkey PRIMARY KEY
                            CONSTRAINT products_id_form CHECK (id ~ '^[A-Za-z0-9._-]{1,64}$'),
    -- Sequential, for people, for clients that speak integers, and for keyset pages.
    number      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                            CONSTRAINT products_number_key UNIQUE,
    name        text        NOT NULL
                            CONSTRAINT products_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    description text        CONSTRAINT products_description_length CHECK (char_length(description) <= 2000),
    -- numeric reads well in psql and is exact; BETWEEN also refuses NaN, which is greater than
    -- every number in PostgreSQL and would pass a plain "price >= 0".
    price       numeric(12, 2) NOT NULL
                            CONSTRAINT products_price_range CHECK (price BETWEEN 0 AND 9999999999.99),
    -- The last line of defence against overselling; the conditional UPDATE checks first.
    stock       bigint      NOT NULL DEFAULT 0
                            CONSTRAINT products_stock_range CHECK (stock BETWEEN 0 AND 1000000000000),
    version     bigint      NOT NULL DEFAULT 1
                            CONSTRAINT products_version_positive CHECK (version > 0),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
)
-- Stock changes with every order: half-filled pages leave room for the new row version beside the
-- old one, so that no index has to be touched (HOT update).
WITH (fillfactor = 50);

COMMENT ON TABLE  products             IS 'What can be ordered: the catalogue with its prices and stock';
COMMENT ON COLUMN products.id          IS 'SKU, chosen by the client: 1 to 64 letters, digits, dots, underscores, hyphens';
COMMENT ON COLUMN products.number      IS 'Sequential number, made by the database';
COMMENT ON COLUMN products.name        IS 'What the product is called, 1 to 200 characters';
COMMENT ON COLUMN products.description IS 'What the product is, up to 2000 characters; NULL when nobody has said';
COMMENT ON COLUMN products.price       IS 'Price of one unit today; orders keep the price they were placed at';
COMMENT ON COLUMN products.stock       IS 'Units left to order; never below zero';
COMMENT ON COLUMN products.version     IS 'Moves by one with every change made through the service; the ETag';
COMMENT ON COLUMN products.created_at  IS 'When the product came into the catalogue';
COMMENT ON COLUMN products.updated_at  IS 'When the product last changed';
