-- The rights of the roles in the database.
--
-- There are three roles. The owner of the schema migrates it. The role of the service may do what
-- the service does and nothing else: no DDL, and it can write the history, the stock and the
-- report's ledger only through functions that keep them consistent. The reader may only read, for
-- people in psql and for dashboards. A service that runs as the owner works too, with less
-- protection.
--
-- `waybill migrate` calls grant_access() after the steps, each time, for the roles that exist. A
-- later step that adds a table or a function replaces grant_access() by one that grants it.
SET LOCAL search_path = waybill, pg_temp;

CREATE FUNCTION service_functions() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT ARRAY['place_orders', 'move_orders', 'ship_order', 'ship_goods', 'return_order',
             'hide_order', 'edit_order', 'create_product', 'adjust_stock', 'adjust_stocks',
             'count_stock', 'refresh_report', 'record_visits', 'find_tokens', 'claim_answers',
             'place_all_orders', 'prune_answers', 'answer_id', 'held_rows', 'wait_for_rows',
             'sequence_events', 'folded', 'word_of', 'search_orders', 'search_names', 'order_units',
             'settle_currency',
             'begin_import', 'hold_import', 'move_import', 'reserve_numbers', 'draw_numbers',
             'look_up_orders', 'import_products', 'import_customers', 'import_orders',
             'change_orders_by_import',
             'open_session', 'find_sessions', 'note_sessions', 'close_session', 'prune_sessions',
             'delete_saved_view', 'count_orders',
             -- A check, and what is made of them, of columns that the service writes itself.
             'address_holds', 'words_of', 'pieces_of']
$$;
COMMENT ON FUNCTION service_functions() IS 'The functions that the service calls';

CREATE FUNCTION grant_access(service_role name, reader_role name) RETURNS void
    LANGUAGE plpgsql SET search_path = waybill, pg_temp AS
$$
DECLARE
    -- They change nothing; views and the conditions of triggers use them.
    reader_functions constant text[] := ARRAY[
        'channel_kind', 'takes_stock', 'may_move', 'is_internal_write', 'who', 'schema_objects',
        'service_functions', 'feed', 'feed_cursor', 'product_sales'];
    privilege text;
    role      name;
    called    regprocedure;
BEGIN
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA waybill FROM PUBLIC;
    FOREACH role IN ARRAY array_remove(ARRAY[service_role, reader_role], NULL) LOOP
        CONTINUE WHEN role = current_user;
        -- Takes back what an earlier version granted and this one does not.
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA waybill FROM %I', role);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA waybill FROM %I', role);
        EXECUTE format('REVOKE ALL ON SCHEMA waybill FROM %I', role);
        EXECUTE format('GRANT USAGE ON SCHEMA waybill TO %I', role);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA waybill TO %I', role);
        -- Nobody has to read the digests: find_tokens() and find_sessions() compare them.
        EXECUTE format('REVOKE SELECT ON tokens FROM %I', role);
        EXECUTE format('GRANT SELECT (number, role, customer_id, name, first_number, created_at, '
                       'expires_at, revoked_at, last_used_at) ON tokens TO %I', role);
        EXECUTE format('REVOKE SELECT ON console_sessions FROM %I', role);
        EXECUTE format('GRANT SELECT (number, token_number, created_at, used_at, ends_at) '
                       'ON console_sessions TO %I', role);
        FOR called IN
            SELECT oid::regprocedure
              FROM pg_proc
             WHERE pronamespace = 'waybill'::regnamespace
               AND (proname = ANY (reader_functions)
                    OR role = service_role AND proname = ANY (service_functions()))
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', called, role);
        END LOOP;
    END LOOP;

    IF service_role IS NULL OR service_role = current_user THEN
        RETURN;
    END IF;
    FOREACH privilege IN ARRAY ARRAY[
        'INSERT (id, name, email, ship_to), UPDATE (name, email, ship_to) ON customers',
        'UPDATE (name, description, price, retired_at, reorder_level) ON products',
        'INSERT (hash, role, customer_id, name, first_number, expires_at), '
            'UPDATE (expires_at, revoked_at, last_used_at) ON tokens',
        'INSERT (customer_id, product_id), UPDATE (is_waiting) ON stock_subscriptions',
        'UPDATE (visits, claimed_at, hinted_at, due_at) ON order_processes',
        'INSERT ON idempotency_keys',
        'INSERT (owner, is_shared, screen, name, query, who), '
            'UPDATE (is_shared, screen, name, query, who) ON saved_views']
    LOOP
        EXECUTE format('GRANT %s TO %I', privilege, service_role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION grant_access(name, name)
    IS 'Grants both roles what they need, and takes back everything else; NULL for a role that does not exist';
