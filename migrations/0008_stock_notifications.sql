-- Customers who want a message when a product is in stock again, and the messages that are due.
--
-- A subscription waits until a stock of 0 grows again, whatever changed it: an order that was
-- cancelled or edited, an adjustment, an UPDATE in psql. A trigger then makes the subscription due
-- in the same transaction, so a message is due exactly once, and never for a change that was rolled
-- back.
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
-- A customer who subscribes twice waits once. The index also finds those who wait, however many
-- subscriptions were due before.
CREATE UNIQUE INDEX stock_subscriptions_waiting
    ON stock_subscriptions (product_id, customer_id) WHERE is_waiting;
COMMENT ON TABLE  stock_subscriptions             IS 'Customers who want one message when a product is in stock again; the view notification_overview shows more';
COMMENT ON COLUMN stock_subscriptions.number      IS 'Sequential number, made by the database';
COMMENT ON COLUMN stock_subscriptions.customer_id IS 'The customer who waits';
COMMENT ON COLUMN stock_subscriptions.product_id  IS 'The product that the customer waits for';
COMMENT ON COLUMN stock_subscriptions.is_waiting  IS 'Whether the product has not been in stock since; with false there is a row in stock_notifications';
COMMENT ON COLUMN stock_subscriptions.created_at  IS 'When the customer subscribed; only later changes of the stock count';
COMMENT ON INDEX  stock_subscriptions_waiting     IS 'One waiting subscription for each customer and product';

-- A sender of messages reads WHERE number > the last one it sent, ORDER BY number.
CREATE TABLE stock_notifications (
    number       bigint  NOT NULL GENERATED ALWAYS AS IDENTITY
                         CONSTRAINT stock_notifications_pkey PRIMARY KEY,
    -- The same subscription can never be due twice.
    subscription bigint  NOT NULL
                         CONSTRAINT stock_notifications_once UNIQUE
                         CONSTRAINT stock_notifications_subscription_fkey
                         REFERENCES stock_subscriptions (number),
    -- Not required: a subscription must never prevent a change of stock.
    adjustment   bigint  CONSTRAINT stock_notifications_adjustment_fkey
                         REFERENCES stock_adjustments (number),
    due_at       timestamptz(3) NOT NULL
);
COMMENT ON TABLE  stock_notifications              IS 'Subscriptions that have become due, each once, with the change that made them due; never rewritten';
COMMENT ON COLUMN stock_notifications.number       IS 'Sequential number; for one product in the order in which it was in stock again';
COMMENT ON COLUMN stock_notifications.subscription IS 'stock_subscriptions.number';
COMMENT ON COLUMN stock_notifications.adjustment   IS 'stock_adjustments.number of the change that brought the product back; NULL when there is none';
COMMENT ON COLUMN stock_notifications.due_at       IS 'When the product was in stock again';

CREATE FUNCTION notify_subscribers() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    -- The row of the product is locked, so its newest adjustment is the one that fired this
    -- trigger.
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
COMMENT ON FUNCTION notify_subscribers() IS 'Makes the subscriptions that wait for the product due';

-- Placing an order never meets the condition, as it only takes stock, and the condition costs next
-- to nothing. Triggers fire in the order of their names: this one after products_stock_explained. A
-- retired product makes no subscription due.
CREATE TRIGGER products_stock_returns
    AFTER UPDATE OF stock ON products FOR EACH ROW
    WHEN (OLD.stock = 0 AND NEW.stock > 0 AND NEW.retired_at IS NULL)
    EXECUTE FUNCTION notify_subscribers();
COMMENT ON TRIGGER products_stock_returns ON products IS 'Makes subscriptions due when a product that was sold out is in stock again';
CREATE TRIGGER stock_notifications_are_kept
    BEFORE UPDATE OR DELETE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
COMMENT ON TRIGGER stock_notifications_are_kept ON stock_notifications IS 'What was announced stays announced';

-- TRUNCATE does not fire row triggers.
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
COMMENT ON VIEW notification_overview IS 'Who waits for which product, and which messages are due since when and why; WHERE state = ''due'' ORDER BY notification';
