-- Goods that come back. An order stays completed; what has come back is counted beside it.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE order_returns (
    number       bigint   NOT NULL GENERATED ALWAYS AS IDENTITY
                          CONSTRAINT order_returns_pkey PRIMARY KEY,
    -- No foreign key, as for stock_adjustments.
    order_number bigint   NOT NULL,
    version      bigint   NOT NULL,
    product_id   text     COLLATE "C" NOT NULL,
    quantity     integer  NOT NULL CONSTRAINT order_returns_quantity_positive CHECK (quantity > 0),
    amount       numeric(20, 2) NOT NULL CONSTRAINT order_returns_amount_range CHECK (amount >= 0),
    restocked    boolean  NOT NULL,
    never_shipped integer NOT NULL DEFAULT 0
                          CONSTRAINT order_returns_never_shipped_range CHECK (never_shipped BETWEEN 0 AND quantity),
    reason       text     CONSTRAINT order_returns_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200),
    who          text     NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    CONSTRAINT order_returns_once UNIQUE (order_number, version, product_id)
);
COMMENT ON TABLE  order_returns              IS 'What has come back of orders: one row for each product of a return; never rewritten';
COMMENT ON COLUMN order_returns.number       IS 'Sequential number';
COMMENT ON COLUMN order_returns.order_number IS 'orders.number';
COMMENT ON COLUMN order_returns.version      IS 'The version of the order that the return made';
COMMENT ON COLUMN order_returns.product_id   IS 'The product';
COMMENT ON COLUMN order_returns.quantity     IS 'Units that came back';
COMMENT ON COLUMN order_returns.amount       IS 'Their amount, at the prices of the order';
COMMENT ON COLUMN order_returns.restocked    IS 'Whether they are in stock again';
COMMENT ON COLUMN order_returns.never_shipped IS 'Those of them that had gone out in no shipment; they do not go out any more';
COMMENT ON COLUMN order_returns.reason       IS 'The reason that was given';
COMMENT ON COLUMN order_returns.who          IS 'Who took them back: a caller of the service, or a database user';
COMMENT ON COLUMN order_returns.created_at   IS 'When';

CREATE TRIGGER order_returns_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON order_returns FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER order_returns_are_made
    BEFORE INSERT ON order_returns FOR EACH STATEMENT
    WHEN (coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('goods come back through return_order()');

-- Takes units of an order back: never more of a product than it has, less those that came back before.
-- The order is locked, so two returns of the same units come one after the other. Units are taken from
-- the first line of their product on, at the prices of the lines. A further outcome: too_many_returned
-- with a detail. refused also means that the order is not completed.
CREATE FUNCTION return_order(order_id uuid, order_number bigint, scope text, owner text,
                             expected bigint, returned_products text[], quantities integer[],
                             restocks boolean[], reason text, who text)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    over     json;
    amounts  numeric[];
    unsent   integer[];
    to_shelf boolean[];
    held     record;
    o        orders;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NULL AND o.status <> 'completed' THEN
        held.obstacle := 'refused';
    END IF;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;

    -- Each line has the units of its product from `below` up to `below` + quantity; the units that come
    -- back now are those from what came back before on. Units that were shipped come back before
    -- others; order_units() is in 0017_shipments.sql.
    WITH gone AS MATERIALIZED (
        SELECT product_id, shipped + never_shipped AS units
          FROM order_units(o.number, o.items)
    ), sold AS MATERIALIZED (
        SELECT line ->> 'product_id' AS product, (line ->> 'quantity')::bigint AS quantity,
               (line ->> 'price')::numeric AS price,
               sum((line ->> 'quantity')::bigint) OVER (PARTITION BY line ->> 'product_id' ORDER BY nr)
                   - (line ->> 'quantity')::bigint AS below
          FROM json_array_elements(o.items) WITH ORDINALITY AS l (line, nr)
    ), asked AS MATERIALIZED (
        SELECT product, asked_quantity, position,
               (SELECT coalesce(sum(r.quantity), 0) FROM order_returns AS r
                 WHERE r.order_number = o.number AND r.product_id = product) AS before,
               (SELECT coalesce(sum(s.quantity), 0) FROM sold AS s WHERE s.product = given.product) AS units
          FROM unnest(returned_products, quantities)
                   WITH ORDINALITY AS given (product, asked_quantity, position)
    )
    SELECT (SELECT json_agg(s ORDER BY product_id)
              FROM (SELECT product AS product_id, asked_quantity AS requested, units - before AS available
                      FROM asked WHERE asked_quantity > units - before) AS s),
           array_agg((SELECT sum(greatest(0, least(s.below + s.quantity, before + asked_quantity)
                                             - greatest(s.below, before)) * s.price)
                        FROM sold AS s WHERE s.product = asked.product) ORDER BY position),
           array_agg((SELECT greatest(0, before + asked_quantity - g.units)
                        FROM gone AS g WHERE g.product_id = asked.product) ORDER BY position)
      INTO over, amounts, unsent
      FROM asked;
    IF over IS NOT NULL THEN
        RETURN order_outcome('too_many_returned', o, over);
    END IF;

    to_shelf := ARRAY(SELECT r AND takes_stock(o.channel)
                        FROM unnest(restocks) WITH ORDINALITY AS given (r, position) ORDER BY position);
    PERFORM FROM products
      WHERE id IN (SELECT product FROM unnest(returned_products, to_shelf) AS b (product, to_shelf) WHERE to_shelf)
      ORDER BY id
        FOR NO KEY UPDATE;
    PERFORM set_config('waybill.who', who, true);
    PERFORM set_internal_write(true);
    UPDATE orders
       SET returned_quantity = coalesce(returned_quantity, 0) + (SELECT sum(q) FROM unnest(quantities) AS q),
           returned_amount = coalesce(returned_amount, 0) + (SELECT sum(a) FROM unnest(amounts) AS a)
     WHERE id = o.id
    RETURNING * INTO o;
    WITH back AS (
        SELECT product, quantity
          FROM unnest(returned_products, quantities, to_shelf) AS b (product, quantity, to_shelf)
         WHERE to_shelf
    ), stock_changed AS (
        UPDATE products
           SET stock = stock + quantity, version = version + 1,
               updated_at = greatest(o.updated_at, updated_at + interval '1 millisecond')
          FROM back
         WHERE id = product
    )
    INSERT INTO stock_adjustments (product_id, delta, cause, order_number, reason, who, created_at)
    SELECT product, quantity, 'returned', o.number, return_order.reason, return_order.who, o.updated_at
      FROM back
     ORDER BY product;
    INSERT INTO order_returns
        (order_number, version, product_id, quantity, amount, restocked, never_shipped, reason, who,
         created_at)
    SELECT o.number, o.version, product, quantity, amount, to_shelf, never_shipped,
           return_order.reason, return_order.who, o.updated_at
      FROM unnest(returned_products, quantities, amounts, to_shelf, unsent)
               WITH ORDINALITY AS b (product, quantity, amount, to_shelf, never_shipped, position)
     ORDER BY position;
    IF o.customer_id IS NOT NULL THEN
        INSERT INTO report_changes
            (customer_id, orders, quantity, amount, returned_quantity, returned_amount,
             order_number, version)
        SELECT o.customer_id, 0, -sum(quantity), -sum(amount), sum(quantity), sum(amount),
               o.number, o.version
          FROM unnest(quantities, amounts) AS b (quantity, amount);
    END IF;
    PERFORM set_internal_write(false);
    RETURN order_outcome('done', o);
END
$$;
COMMENT ON FUNCTION return_order(uuid, bigint, text, text, bigint, text[], integer[], boolean[], text, text)
    IS 'Takes units of a completed order back; stock, history and report follow';

CREATE VIEW return_overview AS
    SELECT r.created_at, r.order_number, o.customer_id, c.name AS customer_name, r.product_id, r.quantity,
           r.amount, r.restocked, r.reason, r.who
      FROM order_returns AS r
      JOIN orders AS o ON o.number = r.order_number
      LEFT JOIN customers AS c ON c.id = o.customer_id;
COMMENT ON VIEW return_overview IS 'What has come back, and of whom; ORDER BY created_at DESC LIMIT 20';

SELECT record_schema();
