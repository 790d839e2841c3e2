-- The comparison: the same work on a normalised schema, lines one row each, written as well as it
-- can be without putting the lines into the order's row.
CREATE TABLE n_orders (
    id          uuid   PRIMARY KEY,
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    channel     text   COLLATE "C" NOT NULL,
    reference   text   COLLATE "C",
    customer_id text   COLLATE "C" NOT NULL REFERENCES customers (id),
    status      text   COLLATE "C" NOT NULL DEFAULT 'new',
    shipping_carrier text,
    tracking_number  text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz(3) NOT NULL,
    updated_at  timestamptz(3) NOT NULL,
    UNIQUE (channel, reference)
);
CREATE INDEX ON n_orders (created_at, number);
CREATE INDEX ON n_orders (channel, status, created_at, number);
CREATE INDEX ON n_orders (customer_id, created_at, number);
CREATE TABLE n_order_lines (
    order_id   uuid    NOT NULL REFERENCES n_orders (id),
    line       integer NOT NULL,
    product_id text    COLLATE "C" REFERENCES products (id),
    name       text,
    quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    price      numeric(12, 2) NOT NULL CHECK (price BETWEEN 0 AND 9999999999.99),
    PRIMARY KEY (order_id, line) INCLUDE (product_id, name, quantity, price)
);
CREATE INDEX ON n_order_lines (product_id, order_id);
CREATE TABLE n_order_events (
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    uuid   NOT NULL REFERENCES n_orders (id),
    what        text   NOT NULL,
    from_status text,
    to_status   text   NOT NULL,
    who         text   NOT NULL,
    created_at  timestamptz(3) NOT NULL
);
CREATE INDEX ON n_order_events (order_id, number);

-- One order of catalogue lines in one call: plpgsql was the best of the single-call forms.
CREATE FUNCTION n_place(new_id uuid, customer text, asked text[], quantities integer[])
    RETURNS bigint LANGUAGE plpgsql AS
$$
DECLARE
    placed_at constant timestamptz(3) := clock_timestamp();
    placed bigint;
BEGIN
    PERFORM set_internal_write(true);
    INSERT INTO customers (id) VALUES (customer) ON CONFLICT DO NOTHING;
    PERFORM FROM products WHERE id = ANY (asked) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO n_orders (id, channel, customer_id, created_at, updated_at)
    VALUES (new_id, 'api', customer, placed_at, placed_at) RETURNING number INTO placed;
    WITH line AS (
        SELECT product, quantity, nr
          FROM unnest(asked, quantities) WITH ORDINALITY AS l (product, quantity, nr)
    ), taken AS (
        UPDATE products SET stock = stock - units, version = version + 1, updated_at = placed_at
          FROM (SELECT product, sum(quantity) AS units FROM line GROUP BY product) AS demand
         WHERE id = product AND stock >= units
    )
    INSERT INTO n_order_lines SELECT new_id, nr, id, name, quantity, price
      FROM line JOIN products ON id = product;
    INSERT INTO n_order_events (order_id, what, to_status, who, created_at)
    VALUES (new_id, 'placed', 'new', 'bench', placed_at);
    RETURN placed;
END
$$;
