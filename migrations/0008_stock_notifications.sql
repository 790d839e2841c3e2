-- Who wants to hear that a product is back, and who is to be told.
--
-- A subscription waits until stock that was nothing is something again, whoever changed it: an order
-- cancelled or edited, an adjustment, an UPDATE in psql. A trigger then makes it due in the same
-- transaction: told of is what was committed, once, and nothing that was rolled back.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE stock_subscriptions (
    number      bigint   NOT NULL GENERATED ALWAYS AS IDENTITY
                         CONSTRAINT stock_subscriptions_pkey PRIMARY KEY,
    customer_id text     COLLATE "C" NOT NULL
                         CONSTRAINT stock_subscriptions_customer_fkey REFERENCES customers (id),
    product_id  text     COLLATE "C" NOT NULL
                         CONSTRAINT stock_subscriptions_product_fkey REFERENCES products (id),
    is_waiting  boolean  NOT NULL DEFAULT true,
    created_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
-- Who asks twice waits once; and what finds those who wait, however many have been told before.
CREATE UNIQUE INDEX stock_subscriptions_waiting
    ON stock_subscriptions (product_id, customer_id) WHERE is_waiting;
COMMENT ON TABLE  stock_subscriptions             IS 'Who wants to hear once that a product is back in stock; the view notification_overview shows more';
COMMENT ON COLUMN stock_subscriptions.number      IS 'Sequential number, made by the database';
COMMENT ON COLUMN stock_subscriptions.customer_id IS 'Who is to be told';
COMMENT ON COLUMN stock_subscriptions.product_id  IS 'Of what';
COMMENT ON COLUMN stock_subscriptions.is_waiting  IS 'Whether the product has not come back since; false goes with a row in stock_notifications';
COMMENT ON COLUMN stock_subscriptions.created_at  IS 'When the customer asked; the stock counts from then on';
COMMENT ON INDEX  stock_subscriptions_waiting     IS 'One waiting subscription for each customer and product';

-- What a sender of letters follows: WHERE number > the last one it sent, in the order of numbers.
CREATE TABLE stock_notifications (
    number       bigint  NOT NULL GENERATED ALWAYS AS IDENTITY
                         CONSTRAINT stock_notifications_pkey PRIMARY KEY,
    -- The same subscription can never be due twice.
    subscription bigint  NOT NULL
                         CONSTRAINT stock_notifications_once UNIQUE
                         CONSTRAINT stock_notifications_subscription_fkey
                         REFERENCES stock_subscriptions (number),
    -- Not required: nobody's wish to hear of a change may keep the change from happening.
    adjustment   bigint  CONSTRAINT stock_notifications_adjustment_fkey
                         REFERENCES stock_adjustments (number),
    due_at       timestamptz(3) NOT NULL
);
COMMENT ON TABLE  stock_notifications              IS 'Subscriptions that have become due, each once, with what made them so; never rewritten';
COMMENT ON COLUMN stock_notifications.number       IS 'Sequential number; of one product in the order in which it came back';
COMMENT ON COLUMN stock_notifications.subscription IS 'stock_subscriptions.number';
COMMENT ON COLUMN stock_notifications.adjustment   IS 'stock_adjustments.number: the change that brought the product back; NULL when nothing explains it';
COMMENT ON COLUMN stock_notifications.due_at       IS 'When the product came back';

CREATE FUNCTION notify_subscribers() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    -- The row of the product is locked, so its newest adjustment is the one that fired this.
    WITH due AS (
        UPDATE waybill.stock_subscriptions
           SET is_waiting = false
         WHERE product_id = NEW.id AND is_waiting
        RETURNING number
    )
    INSERT INTO waybill.stock_notifications (subscription, adjustment, due_at)
    SELECT due.number, (SELECT a.number FROM waybill.stock_adjustments AS a
                         WHERE a.product_id = NEW.id ORDER BY a.number DESC LIMIT 1),
           clock_timestamp()
      FROM due
     ORDER BY due.number
        ON CONFLICT (subscription) DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION notify_subscribers() IS 'Makes due whoever waits for the product';

-- Placing an order takes stock and so never gets past the condition, which costs it nothing to speak
-- of. Triggers fire in the order of their names: this one after products_stock_explained. Nobody is
-- told of a retired product.
CREATE TRIGGER products_stock_returns
    AFTER UPDATE OF stock ON products FOR EACH ROW
    WHEN (OLD.stock = 0 AND NEW.stock > 0 AND NEW.retired_at IS NULL)
    EXECUTE FUNCTION notify_subscribers();
COMMENT ON TRIGGER products_stock_returns ON products IS 'Makes due whoever waits for a product that was sold out';
CREATE TRIGGER stock_notifications_are_kept
    BEFORE UPDATE OR DELETE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
COMMENT ON TRIGGER stock_notifications_are_kept ON stock_notifications IS 'What was announced stays announced';

-- TRUNCATE fires no trigger of rows.
CREATE TRIGGER stock_notifications_are_not_emptied
    BEFORE TRUNCATE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

CREATE VIEW notification_overview AS
    SELECT s.number AS subscription, CASE WHEN n.number IS NULL THEN 'waiting' ELSE 'due' END AS state,
           s.product_id, p.name AS product_name, p.stock, s.customer_id, c.name AS customer_name,
           c.email, s.created_at AS subscribed_at, n.due_at, n.number AS notification,
           a.cause, a.delta, a.order_number, a.reason, a.who
      FROM stock_subscriptions AS s
      JOIN products AS p ON p.id = s.product_id
      JOIN customers AS c ON c.id = s.customer_id
      LEFT JOIN stock_notifications AS n ON n.subscription = s.number
      LEFT JOIN stock_adjustments AS a ON a.number = n.adjustment;
COMMENT ON VIEW notification_overview IS 'Who waits for which product, and who is due since when and by what; WHERE state = ''due'' ORDER BY notification';
