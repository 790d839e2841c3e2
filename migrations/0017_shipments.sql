-- Shipments: an order may go out in several parcels. An order has its status beside them: goods go out
-- of it until it is cancelled or failed, and nothing moves it but the warehouse.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE order_shipments (
    -- No foreign key, as for stock_adjustments.
    order_number    bigint   NOT NULL,
    shipment        integer  NOT NULL
                             CONSTRAINT order_shipments_shipment_range CHECK (shipment BETWEEN 1 AND 1000),
    version         bigint   NOT NULL,
    carrier         shipping_carrier,
    tracking_number tracking_number,
    -- json, as for the lines of an order.
    items           json     NOT NULL,
    quantity        integer  NOT NULL CONSTRAINT order_shipments_quantity_positive CHECK (quantity > 0),
    who             text     NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    CONSTRAINT order_shipments_pkey PRIMARY KEY (order_number, shipment),
    CONSTRAINT order_shipments_once UNIQUE (order_number, version)
);
COMMENT ON TABLE  order_shipments                 IS 'The parcels of orders; the shipping of an order is that of its newest one';
COMMENT ON COLUMN order_shipments.order_number    IS 'orders.number';
COMMENT ON COLUMN order_shipments.shipment        IS 'Which parcel of the order: 1, 2, 3, ...';
COMMENT ON COLUMN order_shipments.version         IS 'The version of the order that the shipment made';
COMMENT ON COLUMN order_shipments.carrier         IS 'The carrier; NULL when none was given';
COMMENT ON COLUMN order_shipments.tracking_number IS 'The carrier''s number of the parcel; NULL when none was given';
COMMENT ON COLUMN order_shipments.items           IS 'What is in it: product_id, name and quantity, as the service shows them';
COMMENT ON COLUMN order_shipments.quantity        IS 'Units in it';
COMMENT ON COLUMN order_shipments.who             IS 'Who shipped it: a caller of the service, or a database user';
COMMENT ON COLUMN order_shipments.created_at      IS 'When';

CREATE TRIGGER order_shipments_are_kept
    BEFORE DELETE OR TRUNCATE ON order_shipments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER order_shipments_are_made
    BEFORE INSERT OR UPDATE ON order_shipments FOR EACH STATEMENT
    WHEN (coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('goods go out through ship_goods(); the newest shipment follows its order: UPDATE orders SET tracking_number = ...');

-- One row for each tracking number of an order, whichever parcel has it: it finds the orders of a
-- number in the order of lists. Placing an order writes none.
CREATE TABLE order_tracked (
    tracking_number text     COLLATE "C" NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    order_number    bigint   NOT NULL,
    CONSTRAINT order_tracked_pkey PRIMARY KEY (tracking_number, created_at, order_number)
);
COMMENT ON TABLE  order_tracked                 IS 'The orders of a tracking number, by time: a copy of what orders and their shipments say';
COMMENT ON COLUMN order_tracked.tracking_number IS 'The tracking number';
COMMENT ON COLUMN order_tracked.created_at      IS 'orders.created_at, by which lists are sorted';
COMMENT ON COLUMN order_tracked.order_number    IS 'orders.number';

-- change_order() writes it from within a trigger.
CREATE TRIGGER order_tracked_follows
    BEFORE INSERT OR UPDATE OR DELETE ON order_tracked FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0 AND coalesce(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('order_tracked follows its order: UPDATE orders SET tracking_number = ...');
CREATE TRIGGER order_tracked_is_not_emptied
    BEFORE TRUNCATE ON order_tracked FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_tracked follows its order: UPDATE orders SET tracking_number = ...');

-- Called by change_order() when carrier or tracking number change. Without new goods that is a
-- correction of the newest shipment, if there is one.
CREATE FUNCTION follow_shipping(before orders, after orders) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    IF after.shipped_quantity = before.shipped_quantity THEN
        PERFORM waybill.set_internal_write(true);
        UPDATE waybill.order_shipments
           SET carrier = after.shipping_carrier, tracking_number = after.tracking_number
         WHERE order_number = before.number
           AND shipment = (SELECT max(shipment) FROM waybill.order_shipments WHERE order_number = before.number);
        PERFORM waybill.set_internal_write(false);
    END IF;
    DELETE FROM waybill.order_tracked
     WHERE tracking_number = before.tracking_number AND created_at = before.created_at
       AND order_number = before.number
       AND NOT EXISTS (SELECT FROM waybill.order_shipments AS s
                        WHERE s.order_number = before.number AND s.tracking_number = before.tracking_number);
    INSERT INTO waybill.order_tracked (tracking_number, created_at, order_number)
    SELECT after.tracking_number, before.created_at, before.number
     WHERE after.tracking_number IS NOT NULL
        ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION follow_shipping(orders, orders) IS 'Keeps the newest shipment and order_tracked in step with their order';

-- What has become of the units of an order, one row for each product and each name of free items.
-- up_to counts the shipments up to one, and what is in that one as in_shipment.
CREATE FUNCTION order_units(order_number bigint, items json, up_to integer DEFAULT NULL)
    RETURNS TABLE (line bigint, product_id text, name text, ordered bigint, shipped bigint,
                   in_shipment bigint, never_shipped bigint)
    LANGUAGE sql STABLE ROWS 5 AS
$$
SELECT min(nr), u.product_id, (array_agg(u.name ORDER BY nr))[1], sum(u.ordered)::bigint,
       sum(u.shipped)::bigint, sum(u.in_shipment)::bigint, sum(u.never_shipped)::bigint
  FROM (SELECT nr, l.product_id, l.name, l.quantity AS ordered, 0 AS shipped, 0 AS in_shipment,
               0 AS never_shipped
          FROM ROWS FROM (json_to_recordset(items) AS (product_id text, name text, quantity bigint))
                   WITH ORDINALITY AS l (product_id, name, quantity, nr)
         UNION ALL
        SELECT NULL, i.product_id, i.name, 0, i.quantity,
               CASE WHEN s.shipment = up_to THEN i.quantity ELSE 0 END, 0
          FROM waybill.order_shipments AS s
         CROSS JOIN json_to_recordset(s.items) AS i (product_id text, name text, quantity bigint)
         WHERE s.order_number = order_units.order_number AND (up_to IS NULL OR s.shipment <= up_to)
         UNION ALL
        SELECT NULL, r.product_id, NULL, 0, 0, 0, r.never_shipped
          FROM waybill.order_returns AS r
         WHERE r.order_number = order_units.order_number) AS u
 GROUP BY u.product_id, CASE WHEN u.product_id IS NULL THEN u.name END
 ORDER BY 1
$$;
COMMENT ON FUNCTION order_units(bigint, json, integer)
    IS 'What has become of the units of an order, by product: ordered, shipped, and those that came back without having been shipped';

-- Sends goods of an order out in one parcel: never more of a product than was ordered, less what has
-- gone out before and what came back without having gone out. The order is locked, so two shipments
-- of the same units come one after the other. Without products everything goes out that is left; an
-- item without a product_id is that of free items of this name. The first parcel is carried as the
-- order says already, unless it says so itself.
--
-- Further outcomes: too_many_shipped with a detail, nothing_to_ship, too_many_shipments. refused also
-- means that the order is cancelled or failed.
CREATE FUNCTION ship_goods(order_id uuid, order_number bigint, scope text, owner text, expected bigint,
                           carrier text, tracking text, sent_products text[], sent_names text[],
                           quantities integer[], who text)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    -- As the table's check.
    shipments_max constant integer := 1000;
    held     record;
    o        orders;
    parcel   integer;
    over     json;
    contents text;
    total    bigint;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NULL AND o.status IN ('cancelled', 'failed') THEN
        held.obstacle := 'refused';
    END IF;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;
    SELECT coalesce(max(shipment), 0) + 1 INTO parcel FROM order_shipments AS s WHERE s.order_number = o.number;

    WITH units AS MATERIALIZED (
        SELECT line, product_id, name, ordered - shipped - never_shipped AS available
          FROM order_units(o.number, o.items)
    ), asked AS MATERIALIZED (
        SELECT given.position, given.quantity, u.line, u.product_id, u.name, coalesce(u.available, 0) AS available
          FROM (SELECT product, CASE WHEN product IS NULL THEN name END AS name,
                       sum(quantity) AS quantity, min(position) AS position
                  FROM unnest(sent_products, sent_names, quantities)
                       WITH ORDINALITY AS g (product, name, quantity, position)
                 GROUP BY 1, 2) AS given
          LEFT JOIN units AS u
            ON CASE WHEN given.product IS NULL
                    THEN u.product_id IS NULL AND u.name IS NOT DISTINCT FROM given.name
                    ELSE u.product_id = given.product END
    ), sent AS (
        SELECT line, product_id, name, quantity FROM asked
         UNION ALL
        SELECT line, product_id, name, available FROM units WHERE sent_products IS NULL AND available > 0
    )
    SELECT (SELECT json_agg(json_build_object('item', position - 1, 'requested', quantity, 'available', available)
                            ORDER BY position)
              FROM asked WHERE quantity > available),
           '[' || string_agg('{"product_id":' || coalesce(to_json(product_id)::text, 'null')
                             || ',"name":' || coalesce(to_json(name)::text, 'null')
                             || ',"quantity":' || quantity || '}', ',' ORDER BY line) || ']',
           sum(quantity)
      INTO over, contents, total
      FROM sent;
    IF over IS NOT NULL THEN
        RETURN order_outcome('too_many_shipped', o, over);
    ELSIF total IS NULL THEN
        RETURN order_outcome('nothing_to_ship', o);
    ELSIF parcel > shipments_max THEN
        RETURN order_outcome('too_many_shipments', o);
    END IF;

    PERFORM set_config('waybill.who', who, true);
    PERFORM set_internal_write(true);
    UPDATE orders
       SET shipping_carrier = coalesce(carrier, CASE WHEN parcel = 1 THEN shipping_carrier END),
           tracking_number = coalesce(tracking, CASE WHEN parcel = 1 THEN tracking_number END),
           shipped_quantity = coalesce(shipped_quantity, 0) + total
     WHERE id = o.id
    RETURNING * INTO o;
    INSERT INTO order_shipments
        (order_number, shipment, version, carrier, tracking_number, items, quantity, who, created_at)
    VALUES (o.number, parcel, o.version, o.shipping_carrier, o.tracking_number, contents::json, total, who,
            o.updated_at);
    PERFORM set_internal_write(false);
    RETURN order_outcome('done', o);
END
$$;
COMMENT ON FUNCTION ship_goods(uuid, bigint, text, text, bigint, text, text, text[], text[], integer[], text)
    IS 'Sends goods of an order out in one parcel: those that are named, or all that are left';

CREATE VIEW shipment_overview AS
    SELECT s.created_at, s.order_number, s.shipment, o.status, o.customer_id, c.name AS customer_name,
           s.carrier, s.tracking_number, s.items, s.quantity, o.total_quantity, o.shipped_quantity,
           o.total_quantity - o.shipped_quantity
               - (SELECT coalesce(sum(r.never_shipped), 0) FROM order_returns AS r
                   WHERE r.order_number = o.number) AS to_ship, s.who
      FROM order_shipments AS s
      JOIN orders AS o ON o.number = s.order_number
      LEFT JOIN customers AS c ON c.id = o.customer_id;
COMMENT ON VIEW shipment_overview IS 'Every parcel, and how much of its order is still to go out; ORDER BY created_at DESC LIMIT 20';

SELECT record_schema();
