-- TRUNCATE fires no trigger of rows: it emptied what is never deleted, and nobody was told. A token
-- that was gone held on for as long as an instance remembered it.
CREATE TRIGGER products_are_not_emptied
    BEFORE TRUNCATE ON products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('products are not deleted: set retired_at instead');
CREATE TRIGGER orders_are_not_emptied
    BEFORE TRUNCATE ON orders FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('orders are not deleted: cancel them, SET status = ''cancelled''');
CREATE TRIGGER order_products_are_not_emptied
    BEFORE TRUNCATE ON order_products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_products follows its order: use edit_order()');
CREATE TRIGGER order_events_are_not_emptied
    BEFORE TRUNCATE ON order_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER stock_adjustments_are_not_emptied
    BEFORE TRUNCATE ON stock_adjustments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten: adjust the stock again');
CREATE TRIGGER tokens_are_not_emptied
    BEFORE TRUNCATE ON tokens FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');
CREATE TRIGGER stock_notifications_are_not_emptied
    BEFORE TRUNCATE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
