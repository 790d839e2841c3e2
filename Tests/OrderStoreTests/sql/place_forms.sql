-- Other forms of the placing call that were measured against place_orders(): see the decision on the
-- placing call. They place what fits and raise otherwise, so they do less.

-- One JSON document instead of eleven arrays.
CREATE FUNCTION place_from_json(asked json) RETURNS TABLE (outcome text, number bigint, items json)
    LANGUAGE sql AS
$$
WITH o AS MATERIALIZED (
    SELECT nr, id, channel, customer, reference, lines
      FROM ROWS FROM (json_to_recordset(asked)
           AS (id uuid, channel text, customer text, reference text, lines json))
           WITH ORDINALITY AS t (id, channel, customer, reference, lines, nr)
), l AS MATERIALIZED (
    SELECT o.nr, product, name, quantity, price
      FROM o CROSS JOIN json_to_recordset(o.lines)
        AS t (product text, name text, quantity integer, price numeric)
)
SELECT p.outcome, p.number, p.items
  FROM (SELECT array_agg(id ORDER BY nr), array_agg(channel ORDER BY nr), array_agg(customer ORDER BY nr),
               array_agg(reference ORDER BY nr), array_agg('refuse'::text), array_agg('bench'::text)
          FROM o) AS a (i, c, k, r, s, w),
       (SELECT array_agg(nr::integer ORDER BY nr), array_agg(product ORDER BY nr), array_agg(name ORDER BY nr),
               array_agg(quantity ORDER BY nr), array_agg(price ORDER BY nr) FROM l) AS b (n, p, m, q, e),
       place_orders(i, c, k, r, s, w, n, p, m, q, e) AS p
$$;

-- Order by order, line by line, in a loop.
CREATE FUNCTION place_by_loop(ids uuid[], customers text[], line_orders integer[],
                              line_products text[], line_quantities integer[])
    RETURNS TABLE (number bigint, items json)
    LANGUAGE plpgsql AS
$$
DECLARE
    placed_at constant timestamptz(3) := clock_timestamp();
    line   record;
    known  record;
    text_of text;
    units  integer;
    amount numeric;
BEGIN
    PERFORM set_internal_write(true);
    PERFORM FROM products WHERE id = ANY (line_products) ORDER BY id FOR NO KEY UPDATE;
    FOR position IN 1 .. cardinality(ids) LOOP
        INSERT INTO customers (id) SELECT customers[position]
         WHERE NOT EXISTS (SELECT FROM customers AS c WHERE c.id = customers[position])
            ON CONFLICT DO NOTHING;
        text_of := ''; units := 0; amount := 0;
        FOR line IN SELECT product, quantity
                      FROM unnest(line_orders, line_products, line_quantities) AS l (o, product, quantity)
                     WHERE o = position
        LOOP
            UPDATE products SET stock = stock - line.quantity, version = version + 1, updated_at = placed_at
             WHERE id = line.product AND stock >= line.quantity
            RETURNING name, price INTO STRICT known;
            text_of := text_of || ',' || render_line(line.product, known.name, line.quantity, known.price);
            units := units + line.quantity;
            amount := amount + line.quantity * known.price;
        END LOOP;
        items := ('[' || substr(text_of, 2) || ']')::json;
        INSERT INTO orders AS o (id, channel, customer_id, items, total_quantity, total_amount,
                                 created_at, updated_at)
        VALUES (ids[position], 'api', customers[position], items, units, amount, placed_at, placed_at)
        RETURNING o.number INTO number;
        INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
        VALUES (ids[position], 1, 'placed', 'new', 'bench', placed_at);
        INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
        SELECT product, placed_at, place_by_loop.number, sum(quantity), sum(quantity)
          FROM unnest(line_orders, line_products, line_quantities) AS l (o, product, quantity)
         WHERE o = position GROUP BY product;
        RETURN NEXT;
    END LOOP;
END
$$;
