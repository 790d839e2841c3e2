-- The whole schema as the steps in migrations/ leave it: the place to read it.
--
-- Generated: after a change of migrations/ run
--
--     ./dev schema
--
-- which also draws docs/images/schema.svg. Tests compare both with a migrated database.
-- Tests/OrderStoreTests/sql/current_schema.sql makes it from the catalogue of PostgreSQL
-- 15: other versions word the definitions of views differently. The steps and
-- docs/schema.md say why something is as it is. It is for reading; `waybill migrate` makes a
-- schema.

--
-- Types
--

-- Where goods go: name, company, lines, postal_code, city, region, country (ISO 3166-1), phone
CREATE DOMAIN address AS json
    CONSTRAINT address_holds CHECK (address_holds(VALUE));

-- What became of an adjustment of a stock
CREATE DOMAIN adjustment_outcome AS text COLLATE "default"
    CONSTRAINT adjustment_outcome_known CHECK (VALUE = ANY (ARRAY['done', 'not_found', 'version_changed', 'below_zero', 'too_many']));

-- What became of a change of an order
CREATE DOMAIN change_outcome AS text COLLATE "default"
    CONSTRAINT change_outcome_known CHECK (VALUE = ANY (ARRAY['done', 'not_found', 'version_changed', 'refused', 'unknown_product', 'out_of_stock', 'emptied', 'too_many_lines', 'too_many_returned', 'already_shipped', 'too_many_shipped', 'nothing_to_ship', 'too_many_shipments']));

-- The contract through which an order comes; channel_kind() lists all
CREATE DOMAIN order_channel AS text COLLATE "C"
    CONSTRAINT orders_channel_known CHECK (channel_kind(VALUE) IS NOT NULL);

-- What clients keep with an order and nobody else reads: 1 to 20 short texts, each with a key
CREATE DOMAIN order_metadata AS json
    CONSTRAINT orders_metadata_holds CHECK (metadata_holds(VALUE));

-- What the warehouse should know of an order, 1 to 2000 characters
CREATE DOMAIN order_note AS text COLLATE "default"
    CONSTRAINT orders_note_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 2000);

-- What became of a change, and the order as it is after it
CREATE TYPE order_outcome AS (
    outcome           change_outcome,
    id                uuid,
    number            bigint,
    channel           text,
    status            text,
    customer_id       text,
    reference         text,
    items             json,
    total_quantity    integer,
    total_amount      numeric,
    shipping_carrier  text,
    tracking_number   text,
    version           bigint,
    created_at        timestamptz,
    updated_at        timestamptz,
    ship_to           json,
    note              text,
    tags              json,
    metadata          json,
    returned_quantity integer,
    returned_amount   numeric,
    shipped_quantity  integer,
    detail            json
);

-- A client's own id for an order, 1 to 255 characters
CREATE DOMAIN order_reference AS text COLLATE "C"
    CONSTRAINT orders_reference_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 255);

-- new, in_progress, completed, failed or cancelled
CREATE DOMAIN order_status AS text COLLATE "C"
    CONSTRAINT orders_status_known CHECK (VALUE = ANY (ARRAY['new', 'in_progress', 'completed', 'failed', 'cancelled']));

-- Words by which clients sort orders: 1 to 20, each of 1 to 50 characters
CREATE DOMAIN order_tags AS json
    CONSTRAINT orders_tags_hold CHECK (tags_hold(VALUE));

-- What became of an order that was to be placed
CREATE DOMAIN placing_outcome AS text COLLATE "default"
    CONSTRAINT placing_outcome_known CHECK (VALUE = ANY (ARRAY['placed', 'out_of_stock', 'unknown_product', 'unknown_customer', 'reference_used']));

-- What a product is, up to 2000 characters
CREATE DOMAIN product_description AS text COLLATE "default"
    CONSTRAINT products_description_length CHECK (char_length(VALUE) <= 2000);

-- SKU: 1 to 64 letters, digits, dots, underscores, hyphens
CREATE DOMAIN product_id AS text COLLATE "C"
    CONSTRAINT product_id_form CHECK (VALUE <> '' AND char_length(VALUE) <= 64 AND VALUE !~ '[^A-Za-z0-9._-]');

-- What a product is called, 1 to 200 characters
CREATE DOMAIN product_name AS text COLLATE "default"
    CONSTRAINT products_name_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);

-- Price of one unit, with two decimals
CREATE DOMAIN product_price AS numeric(12,2)
    CONSTRAINT products_price_range CHECK (VALUE >= 0::numeric AND VALUE <= 9999999999.99);

-- What became of a call of refresh_report()
CREATE DOMAIN refresh_outcome AS text COLLATE "default"
    CONSTRAINT refresh_outcome_known CHECK (VALUE = ANY (ARRAY['busy', 'not_due', 'unchanged', 'refreshed', 'failed']));

-- At how many units a product is low
CREATE DOMAIN reorder_level AS bigint
    CONSTRAINT products_reorder_level_range CHECK (VALUE >= 0 AND VALUE <= '1000000000000'::bigint);

-- Who carries an order, up to 255 characters
CREATE DOMAIN shipping_carrier AS text COLLATE "default"
    CONSTRAINT orders_shipping_carrier_length CHECK (char_length(VALUE) <= 255);

-- A carrier's number of a shipment, up to 255 characters
CREATE DOMAIN tracking_number AS text COLLATE "default"
    CONSTRAINT orders_tracking_number_length CHECK (char_length(VALUE) <= 255);

--
-- Tables, each with its constraints, indexes and triggers
--

-- Browsers that are logged in to the console; the view console_session_overview shows whose they are
CREATE TABLE console_sessions (
    -- Sequential number
    number       bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- SHA-256 of the session's secret; the secret itself is stored nowhere
    hash         bytea NOT NULL,
    -- The token that the browser acts as (tokens.number); when that ends, the session does
    token_number bigint NOT NULL,
    -- When somebody logged in
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    -- When it was last used, to the minute
    used_at      timestamptz(3) NOT NULL DEFAULT now(),
    -- When it ends unless it is used: 60 minutes after its last use, 12 hours after the log-in at the latest
    ends_at      timestamptz(3) NOT NULL,
    CONSTRAINT console_sessions_pkey
        PRIMARY KEY (number),
    CONSTRAINT console_sessions_hash_key
        UNIQUE (hash),
    CONSTRAINT console_sessions_token_fkey
        FOREIGN KEY (token_number) REFERENCES tokens(number),
    CONSTRAINT console_sessions_end
        CHECK (ends_at <= (created_at + '12:00:00'::interval) AND ends_at <= (used_at + '01:00:00'::interval)),
    CONSTRAINT console_sessions_hash_length
        CHECK (octet_length(hash) = 32)
);

CREATE INDEX console_sessions_by_end ON console_sessions (ends_at);
CREATE INDEX console_sessions_by_token ON console_sessions (token_number, used_at);
CREATE TRIGGER console_sessions_end_everywhere AFTER DELETE ON console_sessions FOR EACH ROW
    EXECUTE FUNCTION notify_session_end();

-- What happened to customers; never rewritten
CREATE TABLE customer_events (
    -- Its number among all events
    number      bigint NOT NULL DEFAULT nextval('event_number'::regclass),
    -- The transaction that wrote it, by which the feed finds it
    xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- customers.id
    customer_id text COLLATE "C" NOT NULL,
    -- The version of the customer that the event made
    version     bigint NOT NULL,
    -- created, changed, or imported: it came from a file
    what        text NOT NULL,
    -- Who did it: a caller of the service, or a database user
    who         text NOT NULL,
    -- When
    created_at  timestamptz(3) NOT NULL,
    CONSTRAINT customer_events_pkey
        PRIMARY KEY (number),
    CONSTRAINT customer_events_what_known
        CHECK (what = ANY (ARRAY['created', 'changed', 'imported']))
);

CREATE INDEX customer_events_by_xid ON customer_events (xid);
CREATE TRIGGER customer_events_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON customer_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Completed orders of each customer, as of the last refresh
CREATE TABLE customer_ledger (
    -- customers.id
    customer_id       text COLLATE "C" NOT NULL,
    -- customers.name as of the last refresh
    customer_name     text,
    -- How many completed orders
    orders            bigint NOT NULL,
    -- Units in them, without those that came back
    total_quantity    bigint NOT NULL,
    -- Their amount, without that of the units that came back
    total_amount      numeric(30,2) NOT NULL,
    -- Units that came back
    returned_quantity bigint NOT NULL DEFAULT 0,
    -- Their amount
    returned_amount   numeric(30,2) NOT NULL DEFAULT 0,
    CONSTRAINT customer_ledger_pkey
        PRIMARY KEY (customer_id),
    CONSTRAINT customer_ledger_amount_range
        CHECK (total_amount >= 0::numeric),
    CONSTRAINT customer_ledger_empty
        CHECK (orders > 0 OR total_quantity = 0 AND total_amount = 0::numeric),
    CONSTRAINT customer_ledger_orders_range
        CHECK (orders >= 0),
    CONSTRAINT customer_ledger_quantity_range
        CHECK (total_quantity >= 0),
    CONSTRAINT customer_ledger_returned_amount_range
        CHECK (returned_amount >= 0::numeric),
    CONSTRAINT customer_ledger_returned_quantity_range
        CHECK (returned_quantity >= 0)
)
WITH (fillfactor=80);

-- The words by which customers are found: a copy of names and addresses
CREATE TABLE customer_words (
    -- A word, folded
    word text COLLATE "C" NOT NULL,
    -- customers.id
    id   text COLLATE "C" NOT NULL,
    CONSTRAINT customer_words_pkey
        PRIMARY KEY (word, id)
);

-- Who orders
CREATE TABLE customers (
    -- Chosen by the client or made by the service, 1 to 255 characters
    id         text COLLATE "C" NOT NULL,
    -- Sequential number, made by the database
    number     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- Name, 1 to 200 characters; NULL when only an order named the customer so far
    name       text,
    -- E-mail address; NULL when none was given
    email      text,
    -- Where orders go that say nothing of it; they get a copy when they are placed
    ship_to    address,
    -- Grows by one with every change, also in psql; the ETag
    version    bigint NOT NULL DEFAULT 1,
    -- When the row was added
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    -- When the customer last changed
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    -- The words by which the customer is found, as customer_words has them
    words      text[] COLLATE "C" DEFAULT words_of(name, email),
    CONSTRAINT customers_pkey
        PRIMARY KEY (id),
    CONSTRAINT customers_number_key
        UNIQUE (number),
    CONSTRAINT customers_email_length
        CHECK (char_length(email) >= 3 AND char_length(email) <= 254),
    CONSTRAINT customers_id_length
        CHECK (char_length(id) >= 1 AND char_length(id) <= 255),
    CONSTRAINT customers_name_length
        CHECK (char_length(name) >= 1 AND char_length(name) <= 200),
    CONSTRAINT customers_version_positive
        CHECK (version > 0)
);

CREATE TRIGGER customers_are_kept BEFORE DELETE ON customers FOR EACH ROW
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders refer to them: clear name and email instead');
CREATE TRIGGER customers_are_not_emptied BEFORE TRUNCATE ON customers FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders refer to them: clear name and email instead');
CREATE TRIGGER customers_change_recorded AFTER UPDATE OF name, email, ship_to ON customers FOR EACH ROW
    WHEN (new.name IS DISTINCT FROM old.name OR new.email IS DISTINCT FROM old.email OR new.ship_to::text IS DISTINCT FROM old.ship_to::text)
    EXECUTE FUNCTION record_customer_change();
CREATE TRIGGER customers_creation_recorded AFTER INSERT ON customers FOR EACH ROW
    WHEN (COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION record_customer_change();
CREATE TRIGGER customers_id_stays BEFORE UPDATE OF id ON customers FOR EACH ROW
    WHEN (new.id <> old.id)
    EXECUTE FUNCTION refuse_change('the id of a customer never changes');
CREATE TRIGGER customers_name AFTER UPDATE OF name ON customers FOR EACH ROW
    WHEN (old.name IS DISTINCT FROM new.name)
    EXECUTE FUNCTION note_name();
CREATE TRIGGER customers_version BEFORE UPDATE ON customers FOR EACH ROW
    WHEN (new.version <> (old.version + 1) AND (new.id <> old.id OR new.number <> old.number OR new.name IS DISTINCT FROM old.name OR new.email IS DISTINCT FROM old.email OR new.ship_to::text IS DISTINCT FROM old.ship_to::text OR new.version <> old.version OR new.created_at <> old.created_at OR new.updated_at <> old.updated_at))
    EXECUTE FUNCTION count_change();
CREATE TRIGGER customers_words_begin AFTER INSERT ON customers FOR EACH ROW
    WHEN (new.words IS NOT NULL AND COALESCE(current_setting('waybill.internal_write', true), '') <> 'importing')
    EXECUTE FUNCTION copy_customer_words();
CREATE TRIGGER customers_words_follow AFTER UPDATE OF name, email ON customers FOR EACH ROW
    WHEN (new.words IS DISTINCT FROM old.words)
    EXECUTE FUNCTION copy_customer_words();

-- Completed orders of each day, as of the last refresh
CREATE TABLE day_ledger (
    -- The day in UTC on which the orders were placed
    day               date NOT NULL,
    -- How many completed orders
    orders            bigint NOT NULL,
    -- Units in them, without those that came back
    total_quantity    bigint NOT NULL,
    -- Their amount, without that of the units that came back
    total_amount      numeric(30,2) NOT NULL,
    -- Units that came back
    returned_quantity bigint NOT NULL,
    -- Their amount
    returned_amount   numeric(30,2) NOT NULL,
    CONSTRAINT day_ledger_pkey
        PRIMARY KEY (day),
    CONSTRAINT day_ledger_amount_range
        CHECK (total_amount >= 0::numeric),
    CONSTRAINT day_ledger_orders_range
        CHECK (orders >= 0),
    CONSTRAINT day_ledger_quantity_range
        CHECK (total_quantity >= 0),
    CONSTRAINT day_ledger_returned_amount_range
        CHECK (returned_amount >= 0::numeric),
    CONSTRAINT day_ledger_returned_quantity_range
        CHECK (returned_quantity >= 0)
)
WITH (fillfactor=80);

-- The order of all events: each tick gives positions to the events that had become visible; never rewritten
CREATE TABLE feed_ticks (
    -- Dense: 1, 2, 3, ...
    number         bigint NOT NULL,
    -- The position of its first event
    first_position bigint NOT NULL,
    -- How many events it has, up to 500
    events         integer NOT NULL,
    -- The numbers of its events; their order is that of the feed
    numbers        int8multirange NOT NULL,
    -- Which transactions it has seen
    snapshot       pg_snapshot NOT NULL,
    -- The system identifier of the cluster to which the snapshot belongs
    cluster        bigint NOT NULL,
    -- SHA-256 of the events of the tick and of the hash before it; its beginning is part of a cursor
    hash           bytea NOT NULL,
    -- When
    created_at     timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT feed_ticks_pkey
        PRIMARY KEY (number),
    CONSTRAINT feed_ticks_events_range
        CHECK (events >= 0 AND events <= 500)
);

CREATE INDEX feed_ticks_by_position ON feed_ticks (first_position);
CREATE TRIGGER feed_ticks_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON feed_ticks FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Answers to requests with an Idempotency-Key, kept for 24 hours and then pruned
CREATE TABLE idempotency_keys (
    -- SHA-256 of token, contract, method, path and key: answer_id()
    id           bytea NOT NULL,
    -- tokens.number of the first token of the caller's line, so that a key survives a rotation; NULL when the request had no token
    token        bigint,
    -- The contract that the request was sent to
    contract     text COLLATE "C" NOT NULL,
    -- POST, PATCH or DELETE
    method       text COLLATE "C" NOT NULL,
    -- The path below the contract's mount, as it was sent
    path         text COLLATE "C" NOT NULL,
    -- The client's key, 1 to 255 printable ASCII characters
    key          text COLLATE "C" NOT NULL,
    -- SHA-256 of the query, a line feed and the body; a different request may not use the key
    fingerprint  bytea NOT NULL,
    -- Status of the answer: a success, or a refusal because of the state of the data
    status       integer NOT NULL,
    -- Content-Type of the answer; NULL when it has none
    content_type text COLLATE "C",
    -- Further header fields of the answer, one on each line
    fields       text COLLATE "C" NOT NULL,
    -- The answer's bytes: convert_from(body, 'UTF8') shows them
    body         bytea NOT NULL,
    -- When the request was answered first
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT idempotency_keys_pkey
        PRIMARY KEY (id),
    CONSTRAINT idempotency_keys_fingerprint_length
        CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_id_length
        CHECK (octet_length(id) = 32),
    CONSTRAINT idempotency_keys_key_form
        CHECK (key <> '' AND octet_length(key) <= 255 AND key !~ '[^ -~]'),
    CONSTRAINT idempotency_keys_status_definite
        CHECK (status >= 200 AND status <= 499)
);

-- Finds what is to be pruned
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
-- A stored answer never changes
CREATE TRIGGER idempotency_keys_stay BEFORE UPDATE ON idempotency_keys FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a stored answer is not changed; delete the row to forget it');

-- Rows of files that were left out because of what the database already had
CREATE TABLE import_refusals (
    -- imports.number
    import      bigint NOT NULL,
    -- The line of the file in which the row begins
    line        bigint NOT NULL,
    -- The column that could not be taken
    column_name text NOT NULL,
    -- Why
    problem     text NOT NULL,
    CONSTRAINT import_refusals_pkey
        PRIMARY KEY (import, line),
    CONSTRAINT import_refusals_import_fkey
        FOREIGN KEY (import) REFERENCES imports(number)
);

CREATE TRIGGER import_refusals_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON import_refusals FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Files that are or were imported, each once; the view import_overview shows more
CREATE TABLE imports (
    -- Sequential number; the history names the import by it
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- What is in the file: products, customers or orders
    kind        text NOT NULL,
    -- The name of the file, or - for standard input
    file        text NOT NULL,
    -- The SHA-256 of its bytes, by which it is known again
    sha256      bytea NOT NULL,
    -- create: refuses rows that exist already; upsert: changes them
    mode        text NOT NULL,
    -- Whether it takes the stock of products, or takes stock for open orders, or leaves the stock as it is
    stock       text NOT NULL,
    -- How long the file is
    bytes       bigint NOT NULL,
    -- How many rows it has
    rows        bigint NOT NULL,
    -- How many of its bytes are done; the next batch begins there
    byte        bigint NOT NULL DEFAULT 0,
    -- The last line that is done
    line        bigint NOT NULL DEFAULT 0,
    -- Rows that became something new
    created     bigint NOT NULL DEFAULT 0,
    -- Rows that changed something that existed
    changed     bigint NOT NULL DEFAULT 0,
    -- Rows that were as they exist already
    unchanged   bigint NOT NULL DEFAULT 0,
    -- Rows that were left out
    refused     bigint NOT NULL DEFAULT 0,
    -- When it began
    started_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    -- When the last batch was written
    moved_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    -- When it ended; NULL while it has not
    finished_at timestamptz(3),
    CONSTRAINT imports_pkey
        PRIMARY KEY (number),
    CONSTRAINT imports_once
        UNIQUE (kind, sha256),
    CONSTRAINT imports_byte_range
        CHECK (byte >= 0 AND byte <= bytes),
    CONSTRAINT imports_bytes_range
        CHECK (bytes >= 0),
    CONSTRAINT imports_file_length
        CHECK (char_length(file) >= 1 AND char_length(file) <= 4096),
    CONSTRAINT imports_kind_known
        CHECK (kind = ANY (ARRAY['products', 'customers', 'orders'])),
    CONSTRAINT imports_mode_known
        CHECK (mode = ANY (ARRAY['create', 'upsert'])),
    CONSTRAINT imports_rows_counted
        CHECK ((created + changed + unchanged + refused) <= rows),
    CONSTRAINT imports_rows_range
        CHECK (rows >= 0),
    CONSTRAINT imports_sha256_length
        CHECK (octet_length(sha256) = 32),
    CONSTRAINT imports_stock_known
        CHECK (stock = ANY (ARRAY['take', 'leave']))
);

CREATE TRIGGER imports_are_kept BEFORE DELETE OR TRUNCATE ON imports FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- What holds for the whole database: one row, or none while nothing was set
CREATE TABLE installation (
    -- Always true, so that there is one row
    is_only  boolean NOT NULL DEFAULT true,
    -- The ISO 4217 code of the currency of all amounts
    currency text COLLATE "C" NOT NULL,
    CONSTRAINT installation_pkey
        PRIMARY KEY (is_only),
    CONSTRAINT installation_currency_form
        CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT installation_one_row
        CHECK (is_only)
);

-- The history of every order: one row for each version, of an imported one from then on; never rewritten
CREATE TABLE order_events (
    -- Its number among all events; a higher number may be committed earlier, the feed has the order of commits
    number      bigint NOT NULL DEFAULT nextval('event_number'::regclass),
    -- The transaction that wrote it, by which the feed finds it
    xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- orders.id
    order_id    uuid NOT NULL,
    -- The version of the order that the event made
    version     bigint NOT NULL,
    -- placed, edited, moved, shipped, returned, hidden, touched: an update that changed no value, or imported: the order came from a file as it is then
    what        text NOT NULL,
    -- Status before; NULL when the order was placed or imported
    from_status text,
    -- Status after
    to_status   text NOT NULL,
    -- Who did it: a caller of the service, or the database user for a change in psql
    who         text NOT NULL,
    -- edited: the lines as they were before, or an object with ship_to, note, tags and metadata as they were, and with the items if both changed; shipped: carrier and tracking number as they are now, and the units that went out
    detail      json,
    -- When
    created_at  timestamptz(3) NOT NULL,
    CONSTRAINT order_events_pkey
        PRIMARY KEY (number),
    CONSTRAINT order_events_version_key
        UNIQUE (order_id, version),
    CONSTRAINT order_events_what_known
        CHECK (what = ANY (ARRAY['placed', 'edited', 'moved', 'shipped', 'returned', 'hidden', 'touched', 'imported']))
);

CREATE INDEX order_events_by_xid ON order_events (xid);
CREATE TRIGGER order_events_are_kept BEFORE DELETE OR UPDATE ON order_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER order_events_are_not_emptied BEFORE TRUNCATE ON order_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Orders that the process service still has to fulfil; the view order_process_overview shows more
CREATE TABLE order_processes (
    -- orders.id
    order_id         uuid NOT NULL,
    -- When the next visit is due; while claimed, when the claim runs out
    due_at           timestamptz NOT NULL DEFAULT now(),
    -- When a worker claimed it; NULL when none has
    claimed_at       timestamptz,
    -- The time to which the newest callback moved the next visit; NULL when none came
    hinted_at        timestamptz,
    -- How often a worker has claimed it; the number of the current claim
    visits           integer NOT NULL DEFAULT 0,
    -- How often the process service was told to start the process
    starts           integer NOT NULL DEFAULT 0,
    -- Visits in a row that brought nothing new; the pauses grow with it
    unchanged_visits integer NOT NULL DEFAULT 0,
    -- Visits in a row in which the process service did not know an order it had accepted
    unknown_visits   integer NOT NULL DEFAULT 0,
    -- What went wrong in the last visit; NULL when nothing did
    problem          text,
    CONSTRAINT order_processes_pkey
        PRIMARY KEY (order_id),
    CONSTRAINT order_processes_problem_length
        CHECK (char_length(problem) >= 1 AND char_length(problem) <= 200),
    CONSTRAINT order_processes_starts_counted
        CHECK (starts >= 0 AND starts <= visits),
    CONSTRAINT order_processes_unchanged_visits_counted
        CHECK (unchanged_visits >= 0),
    CONSTRAINT order_processes_unknown_visits_counted
        CHECK (unknown_visits >= 0),
    CONSTRAINT order_processes_visits_counted
        CHECK (visits >= 0)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);

-- Finds what is due next
CREATE INDEX order_processes_by_due ON order_processes (due_at);

-- The orders of a product, by time, and the units that placing them took
CREATE TABLE order_products (
    -- The product; in orders of the storefront also one that the catalogue does not know
    product_id   text COLLATE "C" NOT NULL,
    -- orders.created_at, by which lists are sorted
    created_at   timestamptz(3) NOT NULL,
    -- orders.number
    order_number bigint NOT NULL,
    -- Units in the order now; 0 when an edit removed them
    quantity     integer NOT NULL,
    -- Units that placing took from the stock; later changes are in stock_adjustments
    taken        integer NOT NULL,
    CONSTRAINT order_products_pkey
        PRIMARY KEY (product_id, created_at, order_number),
    CONSTRAINT order_products_quantity_range
        CHECK (quantity >= 0 AND quantity <= 100000000),
    CONSTRAINT order_products_taken_range
        CHECK (taken >= 0 AND taken <= 100000000)
);

CREATE TRIGGER order_products_are_not_emptied BEFORE TRUNCATE ON order_products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_products follows its order: use edit_order()');
CREATE TRIGGER order_products_explain_stock BEFORE DELETE OR UPDATE ON order_products FOR EACH STATEMENT
    WHEN (NOT is_internal_write())
    EXECUTE FUNCTION refuse_change('order_products follows its order: use edit_order()');

-- What has come back of orders: one row for each product of a return; never rewritten
CREATE TABLE order_returns (
    -- Sequential number
    number        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- orders.number
    order_number  bigint NOT NULL,
    -- The version of the order that the return made
    version       bigint NOT NULL,
    -- The product
    product_id    text COLLATE "C" NOT NULL,
    -- Units that came back
    quantity      integer NOT NULL,
    -- Their amount, at the prices of the order
    amount        numeric(20,2) NOT NULL,
    -- Whether they are in stock again
    restocked     boolean NOT NULL,
    -- Those of them that had gone out in no shipment; they do not go out any more
    never_shipped integer NOT NULL DEFAULT 0,
    -- The reason that was given
    reason        text,
    -- Who took them back: a caller of the service, or a database user
    who           text NOT NULL,
    -- When
    created_at    timestamptz(3) NOT NULL,
    CONSTRAINT order_returns_pkey
        PRIMARY KEY (number),
    CONSTRAINT order_returns_once
        UNIQUE (order_number, version, product_id),
    CONSTRAINT order_returns_amount_range
        CHECK (amount >= 0::numeric),
    CONSTRAINT order_returns_never_shipped_range
        CHECK (never_shipped >= 0 AND never_shipped <= quantity),
    CONSTRAINT order_returns_quantity_positive
        CHECK (quantity > 0),
    CONSTRAINT order_returns_reason_length
        CHECK (char_length(reason) >= 1 AND char_length(reason) <= 200)
);

CREATE TRIGGER order_returns_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON order_returns FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER order_returns_are_made BEFORE INSERT ON order_returns FOR EACH STATEMENT
    WHEN (COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('goods come back through return_order()');

-- The parcels of orders; the shipping of an order is that of its newest one
CREATE TABLE order_shipments (
    -- orders.number
    order_number    bigint NOT NULL,
    -- Which parcel of the order: 1, 2, 3, ...
    shipment        integer NOT NULL,
    -- The version of the order that the shipment made
    version         bigint NOT NULL,
    -- The carrier; NULL when none was given
    carrier         shipping_carrier,
    -- The carrier's number of the parcel; NULL when none was given
    tracking_number tracking_number,
    -- What is in it: product_id, name and quantity, as the service shows them
    items           json NOT NULL,
    -- Units in it
    quantity        integer NOT NULL,
    -- Who shipped it: a caller of the service, or a database user
    who             text NOT NULL,
    -- When
    created_at      timestamptz(3) NOT NULL,
    CONSTRAINT order_shipments_pkey
        PRIMARY KEY (order_number, shipment),
    CONSTRAINT order_shipments_once
        UNIQUE (order_number, version),
    CONSTRAINT order_shipments_quantity_positive
        CHECK (quantity > 0),
    CONSTRAINT order_shipments_shipment_range
        CHECK (shipment >= 1 AND shipment <= 1000)
);

CREATE TRIGGER order_shipments_are_kept BEFORE DELETE OR TRUNCATE ON order_shipments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER order_shipments_are_made BEFORE INSERT OR UPDATE ON order_shipments FOR EACH STATEMENT
    WHEN (COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('goods go out through ship_goods(); the newest shipment follows its order: UPDATE orders SET tracking_number = ...');

-- The orders of a tag, by time: a copy of orders.tags
CREATE TABLE order_tagged (
    -- The tag
    tag          text COLLATE "C" NOT NULL,
    -- orders.created_at, by which lists are sorted
    created_at   timestamptz(3) NOT NULL,
    -- orders.number
    order_number bigint NOT NULL,
    CONSTRAINT order_tagged_pkey
        PRIMARY KEY (tag, created_at, order_number)
);

CREATE TRIGGER order_tagged_follows BEFORE INSERT OR DELETE OR UPDATE ON order_tagged FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0 AND COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('order_tagged follows its order: UPDATE orders SET tags = ...');
CREATE TRIGGER order_tagged_is_not_emptied BEFORE TRUNCATE ON order_tagged FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_tagged follows its order: UPDATE orders SET tags = ...');

-- The orders of a tracking number, by time: a copy of what orders and their shipments say
CREATE TABLE order_tracked (
    -- The tracking number
    tracking_number text COLLATE "C" NOT NULL,
    -- orders.created_at, by which lists are sorted
    created_at      timestamptz(3) NOT NULL,
    -- orders.number
    order_number    bigint NOT NULL,
    CONSTRAINT order_tracked_pkey
        PRIMARY KEY (tracking_number, created_at, order_number)
);

CREATE TRIGGER order_tracked_follows BEFORE INSERT OR DELETE OR UPDATE ON order_tracked FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0 AND COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('order_tracked follows its order: UPDATE orders SET tracking_number = ...');
CREATE TRIGGER order_tracked_is_not_emptied BEFORE TRUNCATE ON order_tracked FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('order_tracked follows its order: UPDATE orders SET tracking_number = ...');

-- Every order of every channel, with its lines
CREATE TABLE orders (
    -- UUIDv7, made by the service
    id                uuid NOT NULL,
    -- Sequential number, made by the database
    number            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- The contract through which the order came; channel_kind() lists all
    channel           order_channel NOT NULL,
    -- The client's own id for the order, unique within its channel; NULL when none was given
    reference         order_reference,
    -- The customer of the order (customers.id); NULL for channels of the kind process alone
    customer_id       text COLLATE "C",
    -- new, in_progress, completed, failed or cancelled; may_move() says which may follow which
    status            order_status NOT NULL DEFAULT 'new',
    -- The lines as the service writes them; the view order_lines shows them as rows
    items             json NOT NULL,
    -- Units of all lines
    total_quantity    integer NOT NULL,
    -- Amount of all lines
    total_amount      numeric(20,2) NOT NULL,
    -- The carrier, of the newest shipment if there are any; NULL when none was given
    shipping_carrier  shipping_carrier,
    -- The carrier's number of the newest shipment; NULL when none was given. order_tracked finds the orders of every number
    tracking_number   tracking_number,
    -- Where it goes, as it was given, or as the customer had it when the order was placed; NULL when nobody has said
    ship_to           address,
    -- What the warehouse should know; NULL without one
    note              order_note,
    -- Words by which clients sort orders; order_tagged finds the orders of a tag
    tags              order_tags,
    -- What clients keep with the order; nobody else reads it
    metadata          order_metadata,
    -- Units that have come back, part of total_quantity; NULL when none have
    returned_quantity integer,
    -- Their amount; NULL when none have come back
    returned_amount   numeric(20,2),
    -- Units that have gone out in shipments, part of total_quantity; NULL when none have
    shipped_quantity  integer,
    -- Grows by one with every change, also in psql; the ETag
    version           bigint NOT NULL DEFAULT 1,
    -- When the order was placed
    created_at        timestamptz(3) NOT NULL,
    -- When the order last changed; later with every version
    updated_at        timestamptz(3) NOT NULL,
    -- Since when its own channel no longer shows it; NULL while it does
    hidden_at         timestamptz(3),
    CONSTRAINT orders_pkey
        PRIMARY KEY (id),
    CONSTRAINT orders_number_key
        UNIQUE (number),
    CONSTRAINT orders_customer_fkey
        FOREIGN KEY (customer_id) REFERENCES customers(id),
    CONSTRAINT orders_lines_hold
        CHECK (version > 1 OR (COALESCE(current_setting('waybill.internal_write', true), '') = ANY (ARRAY['placing', 'importing'])) OR lines_hold(items, total_quantity, total_amount)),
    CONSTRAINT orders_shape
        CHECK (shape_holds(channel::text, total_quantity, reference::text, customer_id)),
    CONSTRAINT orders_version_positive
        CHECK (version > 0)
);

CREATE INDEX orders_by_customer ON orders (customer_id, created_at, number) WHERE hidden_at IS NULL;
CREATE INDEX orders_by_status ON orders (channel, status, created_at, number) WHERE hidden_at IS NULL;
CREATE INDEX orders_by_time ON orders (created_at, number) WHERE hidden_at IS NULL AND number > 0;
CREATE UNIQUE INDEX orders_reference_key ON orders (channel, reference) WHERE reference IS NOT NULL;
CREATE TRIGGER orders_are_kept BEFORE DELETE ON orders FOR EACH ROW
    EXECUTE FUNCTION refuse_change('orders are not deleted: cancel them, SET status = ''cancelled''');
CREATE TRIGGER orders_are_not_emptied BEFORE TRUNCATE ON orders FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('orders are not deleted: cancel them, SET status = ''cancelled''');
CREATE TRIGGER orders_are_placed BEFORE INSERT ON orders FOR EACH STATEMENT
    WHEN (COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION refuse_change('orders are placed by place_orders(), which takes their stock');
CREATE TRIGGER orders_change BEFORE UPDATE ON orders FOR EACH ROW
    EXECUTE FUNCTION change_order();
CREATE TRIGGER orders_completed_before AFTER INSERT ON orders FOR EACH ROW
    WHEN (new.status::text = 'completed' AND new.customer_id IS NOT NULL)
    EXECUTE FUNCTION note_completion();
CREATE TRIGGER orders_completion AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN ((old.status::text = 'completed') <> (new.status::text = 'completed') AND new.customer_id IS NOT NULL)
    EXECUTE FUNCTION note_completion();
-- A final order is not in the queue
CREATE TRIGGER orders_end_process AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN (new.total_quantity = 0 AND (new.status::text = ANY (ARRAY['completed', 'failed'])))
    EXECUTE FUNCTION dequeue_order_process();
-- An order of the channel fulfilment is in the queue as soon as it is placed
CREATE TRIGGER orders_have_process AFTER INSERT ON orders FOR EACH ROW
    WHEN (new.total_quantity = 0 AND (new.status::text = ANY (ARRAY['new', 'in_progress'])))
    EXECUTE FUNCTION queue_order_process();

-- What happened to products, except to their stock; never rewritten
CREATE TABLE product_events (
    -- Its number among all events
    number     bigint NOT NULL DEFAULT nextval('event_number'::regclass),
    -- The transaction that wrote it, by which the feed finds it
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- products.id
    product_id text COLLATE "C" NOT NULL,
    -- The version of the product that the event made
    version    bigint NOT NULL,
    -- created, changed, retired, low_stock: the stock fell to its reorder_level, or began there; reinstated: retired_at was set to NULL, or imported: it came from a file
    what       text NOT NULL,
    -- Who did it: a caller of the service, or a database user
    who        text NOT NULL,
    -- When
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT product_events_pkey
        PRIMARY KEY (number),
    CONSTRAINT product_events_what_known
        CHECK (what = ANY (ARRAY['created', 'changed', 'retired', 'reinstated', 'low_stock', 'imported']))
);

CREATE INDEX product_events_by_xid ON product_events (xid);
CREATE TRIGGER product_events_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON product_events FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Completed orders of each product by day, by month and of all time, as of the last refresh
CREATE TABLE product_ledger (
    -- day, month or all: the time of which the row is
    span              text COLLATE "C" NOT NULL,
    -- Its first day in UTC, by which orders were placed; -infinity for all
    first_day         date NOT NULL,
    -- The product; empty for lines that name none
    product_id        text COLLATE "C" NOT NULL,
    -- How many completed orders contain it
    orders            bigint NOT NULL,
    -- Units in them, without those that came back
    total_quantity    bigint NOT NULL,
    -- Their amount, without that of the units that came back
    total_amount      numeric(30,2) NOT NULL,
    -- Units that came back
    returned_quantity bigint NOT NULL,
    -- Their amount
    returned_amount   numeric(30,2) NOT NULL,
    CONSTRAINT product_ledger_pkey
        PRIMARY KEY (span, first_day, product_id),
    CONSTRAINT product_ledger_amount_range
        CHECK (total_amount >= 0::numeric),
    CONSTRAINT product_ledger_orders_range
        CHECK (orders >= 0),
    CONSTRAINT product_ledger_quantity_range
        CHECK (total_quantity >= 0),
    CONSTRAINT product_ledger_returned_amount_range
        CHECK (returned_amount >= 0::numeric),
    CONSTRAINT product_ledger_returned_quantity_range
        CHECK (returned_quantity >= 0),
    CONSTRAINT product_ledger_spans
        CHECK (span = ANY (ARRAY['day', 'month', 'all']))
)
WITH (fillfactor=80);

-- The words by which products are found: a copy of names and ids
CREATE TABLE product_words (
    -- A word, folded
    word text COLLATE "C" NOT NULL,
    -- products.id
    id   text COLLATE "C" NOT NULL,
    CONSTRAINT product_words_pkey
        PRIMARY KEY (word, id)
);

CREATE INDEX product_words_by_id ON product_words (id, word);

-- What can be ordered: the catalogue with its prices and stock
CREATE TABLE products (
    -- SKU, chosen by the client: 1 to 64 letters, digits, dots, underscores, hyphens
    id            product_id NOT NULL,
    -- Sequential number, made by the database
    number        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- What the product is called, 1 to 200 characters
    name          product_name NOT NULL,
    -- What the product is, up to 2000 characters; NULL when none was given
    description   product_description,
    -- Price of one unit today; orders keep the price they were placed at
    price         product_price NOT NULL,
    -- Units left to order; never below zero
    stock         bigint NOT NULL DEFAULT 0,
    -- The product is low when it has so many units or fewer; NULL when nobody has said
    reorder_level reorder_level,
    -- Since when the product can no longer be ordered; NULL while it can
    retired_at    timestamptz(3),
    -- Grows by one with every change, also in psql; the ETag
    version       bigint NOT NULL DEFAULT 1,
    -- When the product came into the catalogue
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    -- When the product last changed
    updated_at    timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT products_pkey
        PRIMARY KEY (id),
    CONSTRAINT products_number_key
        UNIQUE (number),
    CONSTRAINT products_stock_range
        CHECK (stock >= 0),
    CONSTRAINT products_version_positive
        CHECK (version > 0)
)
WITH (fillfactor=50);

CREATE TRIGGER products_are_kept BEFORE DELETE ON products FOR EACH ROW
    EXECUTE FUNCTION refuse_change('products are not deleted: set retired_at instead');
CREATE TRIGGER products_are_not_emptied BEFORE TRUNCATE ON products FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('products are not deleted: set retired_at instead');
CREATE TRIGGER products_change_recorded AFTER UPDATE OF name, description, price, retired_at, reorder_level ON products FOR EACH ROW
    WHEN (new.name::text <> old.name::text OR new.description::text IS DISTINCT FROM old.description::text OR new.price::numeric <> old.price::numeric OR new.retired_at IS DISTINCT FROM old.retired_at OR new.reorder_level::bigint IS DISTINCT FROM old.reorder_level::bigint)
    EXECUTE FUNCTION record_product_change();
CREATE TRIGGER products_creation_recorded AFTER INSERT ON products FOR EACH ROW
    EXECUTE FUNCTION record_product_change();
CREATE TRIGGER products_id_stays BEFORE UPDATE OF id ON products FOR EACH ROW
    WHEN (new.id::text <> old.id::text)
    EXECUTE FUNCTION refuse_change('the id of a product never changes');
CREATE TRIGGER products_low_stock_begins AFTER INSERT ON products FOR EACH ROW
    WHEN (new.stock <= new.reorder_level::bigint)
    EXECUTE FUNCTION record_low_stock();
CREATE TRIGGER products_low_stock_recorded AFTER UPDATE OF stock, reorder_level ON products FOR EACH ROW
    WHEN (new.stock <= new.reorder_level::bigint AND (old.stock <= old.reorder_level::bigint) IS NOT TRUE)
    EXECUTE FUNCTION record_low_stock();
CREATE TRIGGER products_name AFTER UPDATE OF name ON products FOR EACH ROW
    WHEN (old.name::text <> new.name::text)
    EXECUTE FUNCTION note_name();
CREATE TRIGGER products_stock_begins AFTER INSERT ON products FOR EACH ROW
    WHEN (new.stock <> 0)
    EXECUTE FUNCTION explain_stock();
CREATE TRIGGER products_stock_explained AFTER UPDATE OF stock ON products FOR EACH ROW
    WHEN (new.stock <> old.stock AND COALESCE(current_setting('waybill.internal_write', true), '') = '')
    EXECUTE FUNCTION explain_stock();
-- Makes subscriptions due when a product that was sold out is in stock again
CREATE TRIGGER products_stock_returns AFTER UPDATE OF stock ON products FOR EACH ROW
    WHEN (old.stock = 0 AND new.stock > 0 AND new.retired_at IS NULL)
    EXECUTE FUNCTION notify_subscribers();
CREATE TRIGGER products_version BEFORE UPDATE ON products FOR EACH ROW
    WHEN (new.version <> (old.version + 1) AND new.* IS DISTINCT FROM old.*)
    EXECUTE FUNCTION count_change();
CREATE TRIGGER products_words_begin AFTER INSERT ON products FOR EACH ROW
    EXECUTE FUNCTION copy_product_words();
CREATE TRIGGER products_words_follow AFTER UPDATE OF name ON products FOR EACH ROW
    WHEN (new.name::text <> old.name::text)
    EXECUTE FUNCTION copy_product_words();

-- What the next refresh adds to the ledgers and takes away from here
CREATE TABLE report_changes (
    -- The customer whose sums change: customers.id; NULL when a product got another name
    customer_id       text COLLATE "C",
    -- 1 when an order became completed, -1 when it stopped being so, 0 when only the name changed or goods came back
    orders            integer NOT NULL,
    -- Units to add; negative to take back
    quantity          bigint NOT NULL,
    -- Amount to add; negative to take back
    amount            numeric(22,2) NOT NULL,
    -- Units that came back, which quantity no longer has
    returned_quantity bigint NOT NULL DEFAULT 0,
    -- Their amount
    returned_amount   numeric(22,2) NOT NULL DEFAULT 0,
    -- The number of the order; NULL when only a name changed
    order_number      bigint,
    -- The version of the order that the change made
    version           bigint
);

-- Every refresh of the reports in the last 30 days, also those that found no change
CREATE TABLE report_refreshes (
    -- Sequential number; the ETag of the report
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- The report is true as of this moment
    started_at  timestamptz(3) NOT NULL,
    -- When it ended
    finished_at timestamptz(3) NOT NULL,
    -- How many changes it added to the ledgers; with 0 the views were not refreshed
    changes     bigint,
    -- Customers in the report
    rows        bigint,
    -- Why it failed; NULL when it did not
    error       text,
    CONSTRAINT report_refreshes_pkey
        PRIMARY KEY (number),
    CONSTRAINT report_refreshes_result
        CHECK ((error IS NULL) = (changes IS NOT NULL AND rows IS NOT NULL))
);

-- States of the console's screens that people have saved under a name
CREATE TABLE saved_views (
    -- Sequential number
    id         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- Whose it is: the first token of the line (tokens.number); NULL when no token was needed
    owner      bigint,
    -- Whether everybody sees it
    is_shared  boolean NOT NULL,
    -- The screen that it is of: orders, stock, ...
    screen     text COLLATE "C" NOT NULL,
    -- What it is called, 1 to 100 characters
    name       text NOT NULL,
    -- The query of the screen's address, up to 2000 characters
    query      text NOT NULL,
    -- Who saved it last: a caller of the service
    who        text NOT NULL,
    -- Grows by one with every change; the ETag
    version    bigint NOT NULL DEFAULT 1,
    -- When it was made
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    -- When it last changed
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT saved_views_pkey
        PRIMARY KEY (id),
    CONSTRAINT saved_views_owner_fkey
        FOREIGN KEY (owner) REFERENCES tokens(number),
    CONSTRAINT saved_views_name_length
        CHECK (char_length(name) >= 1 AND char_length(name) <= 100),
    CONSTRAINT saved_views_query_length
        CHECK (char_length(query) <= 2000),
    CONSTRAINT saved_views_screen_form
        CHECK (screen ~ '^[a-z]{1,20}$'),
    CONSTRAINT saved_views_version_positive
        CHECK (version > 0)
);

CREATE INDEX saved_views_by_owner ON saved_views (owner);
CREATE UNIQUE INDEX saved_views_name_key ON saved_views (screen, (
CASE
    WHEN is_shared THEN '-1'::integer::bigint
    ELSE COALESCE(owner, 0::bigint)
END), name);
CREATE TRIGGER saved_views_limit BEFORE INSERT OR UPDATE OF is_shared, owner ON saved_views FOR EACH ROW
    EXECUTE FUNCTION limit_saved_views();
CREATE TRIGGER saved_views_version BEFORE UPDATE ON saved_views FOR EACH ROW
    EXECUTE FUNCTION count_change();

-- Every object of the schema as its steps left it; the view schema_differences compares it with the objects
CREATE TABLE schema_contents (
    -- table, view, function, type, constraint, index or trigger
    kind        text COLLATE "C" NOT NULL,
    -- The object's name; of a function with its argument types
    name        text COLLATE "C" NOT NULL,
    -- Hash of its definition
    hash        text NOT NULL,
    -- Whether another major version of PostgreSQL makes the same hash
    is_portable boolean NOT NULL,
    -- The major version that made the hash
    made_by     integer NOT NULL,
    CONSTRAINT schema_contents_pkey
        PRIMARY KEY (kind, name)
);

-- Which steps of the schema were applied, and when
CREATE TABLE schema_migrations (
    -- The number of the file in migrations/
    version    integer NOT NULL,
    -- The name of the file
    name       text NOT NULL,
    -- SHA-256 of the text that was run
    checksum   text NOT NULL,
    -- When the step was applied
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schema_migrations_pkey
        PRIMARY KEY (version)
);

-- Changes of stock other than by placing an order; never rewritten. The view stock_movements shows both
CREATE TABLE stock_adjustments (
    -- Its number among all events, beyond every order's number
    number       bigint NOT NULL DEFAULT nextval('event_number'::regclass),
    -- The transaction that wrote it, by which the feed finds it
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- The product whose stock changed
    product_id   text COLLATE "C" NOT NULL,
    -- By how many units
    delta        bigint NOT NULL,
    -- initial: with the product; adjusted: by the service; edited, cancelled, returned: by an order; direct: an UPDATE in psql
    cause        text NOT NULL,
    -- orders.number, when an order was edited or cancelled, or goods came back
    order_number bigint,
    -- The reason that was given for an adjustment or a return
    reason       text,
    -- Who did it: a caller of the service, or a database user
    who          text NOT NULL,
    -- When
    created_at   timestamptz(3) NOT NULL,
    CONSTRAINT stock_adjustments_pkey
        PRIMARY KEY (number),
    CONSTRAINT stock_adjustments_product_fkey
        FOREIGN KEY (product_id) REFERENCES products(id),
    CONSTRAINT stock_adjustments_cause_known
        CHECK (cause = ANY (ARRAY['initial', 'adjusted', 'edited', 'cancelled', 'returned', 'direct'])),
    CONSTRAINT stock_adjustments_delta_moves
        CHECK (delta <> 0),
    CONSTRAINT stock_adjustments_order_named
        CHECK ((order_number IS NOT NULL) = (cause = ANY (ARRAY['edited', 'cancelled', 'returned']))),
    CONSTRAINT stock_adjustments_reason_length
        CHECK (char_length(reason) <= 200)
);

CREATE INDEX stock_adjustments_by_product ON stock_adjustments (product_id, created_at, number);
CREATE INDEX stock_adjustments_by_xid ON stock_adjustments (xid);
CREATE TRIGGER stock_adjustments_are_kept BEFORE DELETE OR UPDATE ON stock_adjustments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten: adjust the stock again');
CREATE TRIGGER stock_adjustments_are_not_emptied BEFORE TRUNCATE ON stock_adjustments FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten: adjust the stock again');

-- Subscriptions that have become due, each once, with the change that made them due; never rewritten
CREATE TABLE stock_notifications (
    -- Sequential number; for one product in the order in which it was in stock again
    number       bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- stock_subscriptions.number
    subscription bigint NOT NULL,
    -- stock_adjustments.number of the change that brought the product back; NULL when there is none
    adjustment   bigint,
    -- When the product was in stock again
    due_at       timestamptz(3) NOT NULL,
    CONSTRAINT stock_notifications_pkey
        PRIMARY KEY (number),
    CONSTRAINT stock_notifications_once
        UNIQUE (subscription),
    CONSTRAINT stock_notifications_adjustment_fkey
        FOREIGN KEY (adjustment) REFERENCES stock_adjustments(number),
    CONSTRAINT stock_notifications_subscription_fkey
        FOREIGN KEY (subscription) REFERENCES stock_subscriptions(number)
);

-- What was announced stays announced
CREATE TRIGGER stock_notifications_are_kept BEFORE DELETE OR UPDATE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');
CREATE TRIGGER stock_notifications_are_not_emptied BEFORE TRUNCATE ON stock_notifications FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('history is not rewritten');

-- Customers who want one message when a product is in stock again; the view notification_overview shows more
CREATE TABLE stock_subscriptions (
    -- Sequential number, made by the database
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- The customer who waits
    customer_id text COLLATE "C" NOT NULL,
    -- The product that the customer waits for
    product_id  text COLLATE "C" NOT NULL,
    -- Whether the product has not been in stock since; with false there is a row in stock_notifications
    is_waiting  boolean NOT NULL DEFAULT true,
    -- When the customer subscribed; only later changes of the stock count
    created_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT stock_subscriptions_pkey
        PRIMARY KEY (number),
    CONSTRAINT stock_subscriptions_customer_fkey
        FOREIGN KEY (customer_id) REFERENCES customers(id),
    CONSTRAINT stock_subscriptions_product_fkey
        FOREIGN KEY (product_id) REFERENCES products(id)
);

-- One waiting subscription for each customer and product
CREATE UNIQUE INDEX stock_subscriptions_waiting ON stock_subscriptions (product_id, customer_id) WHERE is_waiting;

-- Who may use the service, and in which role; made and revoked by waybill token
CREATE TABLE tokens (
    -- Sequential number, by which a token is named and revoked
    number       bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- SHA-256 of the token's text; the text itself is stored nowhere
    hash         bytea NOT NULL,
    -- admin, retailer, warehouse or customer
    role         text COLLATE "C" NOT NULL,
    -- The customer of the token (customers.id); NULL unless the role is customer
    customer_id  text COLLATE "C",
    -- What it is for, 1 to 200 characters
    name         text NOT NULL,
    -- The first token of its line of rotations (tokens.number); NULL when it is the first itself
    first_number bigint,
    -- When it was made
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    -- When it expires; NULL when never
    expires_at   timestamptz(3),
    -- When it was revoked, which every instance knows within a second; NULL when it was not
    revoked_at   timestamptz(3),
    -- When it was last used, to the minute; NULL when never
    last_used_at timestamptz(3),
    CONSTRAINT tokens_pkey
        PRIMARY KEY (number),
    CONSTRAINT tokens_hash_key
        UNIQUE (hash),
    CONSTRAINT tokens_customer_fkey
        FOREIGN KEY (customer_id) REFERENCES customers(id),
    CONSTRAINT tokens_first_number_fkey
        FOREIGN KEY (first_number) REFERENCES tokens(number),
    CONSTRAINT tokens_customer_named
        CHECK ((role = 'customer') = (customer_id IS NOT NULL)),
    CONSTRAINT tokens_expire_later
        CHECK (expires_at > created_at),
    CONSTRAINT tokens_hash_length
        CHECK (octet_length(hash) = 32),
    CONSTRAINT tokens_name_length
        CHECK (char_length(name) >= 1 AND char_length(name) <= 200),
    CONSTRAINT tokens_role_known
        CHECK (role = ANY (ARRAY['admin', 'retailer', 'warehouse', 'customer']))
);

CREATE TRIGGER tokens_are_kept BEFORE DELETE ON tokens FOR EACH ROW
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');
CREATE TRIGGER tokens_are_not_emptied BEFORE TRUNCATE ON tokens FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');
CREATE TRIGGER tokens_change AFTER UPDATE OF hash, role, customer_id, expires_at, revoked_at ON tokens FOR EACH ROW
    EXECUTE FUNCTION notify_token_change();

--
-- Views
--

-- Who is logged in to the console; ORDER BY used_at DESC
CREATE VIEW console_session_overview AS
 SELECT s.number,
    s.token_number,
    t.role,
    t.name,
    t.customer_id,
    s.created_at,
    s.used_at,
    s.ends_at
   FROM console_sessions s
     JOIN tokens t ON t.number = s.token_number
  WHERE s.ends_at > now() AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now());

-- Completed orders by customer: a snapshot; the view report_age has its time
CREATE MATERIALIZED VIEW customer_report AS
 SELECT customer_ledger.customer_id,
    customer_ledger.customer_name,
    customer_ledger.orders,
    customer_ledger.total_quantity,
    customer_ledger.total_amount,
    customer_ledger.returned_quantity,
    customer_ledger.returned_amount
   FROM customer_ledger
  WHERE customer_ledger.orders > 0
  ORDER BY customer_ledger.customer_id;

CREATE INDEX customer_report_by_amount ON customer_report (total_amount, customer_id);
CREATE INDEX customer_report_by_name ON customer_report (COALESCE(customer_name, ''), customer_id);
CREATE INDEX customer_report_by_orders ON customer_report (orders, customer_id);
CREATE INDEX customer_report_by_quantity ON customer_report (total_quantity, customer_id);
CREATE UNIQUE INDEX customer_report_key ON customer_report (customer_id);

-- The events of orders, stock, products and customers by number; feed() shows them in the order of the feed
CREATE VIEW events AS
 SELECT order_events.number,
    order_events.xid,
    'order.' ||
        CASE
            WHEN order_events.what = 'moved' AND order_events.to_status = 'cancelled' THEN 'cancelled'
            ELSE order_events.what
        END AS type,
    order_events.created_at AS occurred_at,
    order_events.who,
    order_events.order_id,
    order_events.version,
    order_events.from_status,
    order_events.to_status,
    NULL::text AS product_id,
    NULL::text AS customer_id,
    NULL::bigint AS delta,
    NULL::text AS cause,
    NULL::bigint AS order_number,
    NULL::text AS reason
   FROM order_events
UNION ALL
 SELECT stock_adjustments.number,
    stock_adjustments.xid,
    'stock.adjusted' AS type,
    stock_adjustments.created_at AS occurred_at,
    stock_adjustments.who,
    NULL::uuid AS order_id,
    NULL::bigint AS version,
    NULL::text AS from_status,
    NULL::text AS to_status,
    stock_adjustments.product_id,
    NULL::text AS customer_id,
    stock_adjustments.delta,
    stock_adjustments.cause,
    stock_adjustments.order_number,
    stock_adjustments.reason
   FROM stock_adjustments
UNION ALL
 SELECT product_events.number,
    product_events.xid,
    'product.' || product_events.what AS type,
    product_events.created_at AS occurred_at,
    product_events.who,
    NULL::uuid AS order_id,
    product_events.version,
    NULL::text AS from_status,
    NULL::text AS to_status,
    product_events.product_id,
    NULL::text AS customer_id,
    NULL::bigint AS delta,
    NULL::text AS cause,
    NULL::bigint AS order_number,
    NULL::text AS reason
   FROM product_events
UNION ALL
 SELECT customer_events.number,
    customer_events.xid,
    'customer.' || customer_events.what AS type,
    customer_events.created_at AS occurred_at,
    customer_events.who,
    NULL::uuid AS order_id,
    customer_events.version,
    NULL::text AS from_status,
    NULL::text AS to_status,
    NULL::text AS product_id,
    customer_events.customer_id,
    NULL::bigint AS delta,
    NULL::text AS cause,
    NULL::bigint AS order_number,
    NULL::text AS reason
   FROM customer_events;

-- Where the feed stands: its newest position, and the events that have no position yet and since when
CREATE VIEW feed_overview AS
 SELECT t.first_position + t.events - 1 AS head,
    feed_cursor(t.first_position + t.events - 1, t.hash) AS cursor,
    t.number AS ticks,
    t.created_at AS last_tick_at,
    w.events AS unsequenced,
    COALESCE(round(EXTRACT(epoch FROM clock_timestamp() - w.since), 3), 0::numeric) AS unsequenced_seconds
   FROM ( SELECT feed_ticks.number,
            feed_ticks.first_position,
            feed_ticks.events,
            feed_ticks.numbers,
            feed_ticks.snapshot,
            feed_ticks.cluster,
            feed_ticks.hash,
            feed_ticks.created_at
           FROM feed_ticks
          ORDER BY feed_ticks.number DESC
         LIMIT 1) t
     CROSS JOIN LATERAL ( SELECT count(*) AS events,
            min(waiting.occurred_at) AS since
           FROM ( SELECT events.occurred_at
                   FROM events
                  WHERE events.xid >= pg_snapshot_xmax(t.snapshot)
                UNION ALL
                 SELECT events.occurred_at
                   FROM events
                  WHERE events.xid = ANY ((ARRAY( SELECT pg_snapshot_xip(t.snapshot) AS pg_snapshot_xip)))) waiting) w;

-- Imports and how far they have come; ORDER BY number DESC LIMIT 20
CREATE VIEW import_overview AS
 SELECT imports.number,
    imports.kind,
    imports.file,
        CASE
            WHEN imports.finished_at IS NOT NULL THEN 'finished'
            ELSE 'begun'
        END AS state,
    round(100.0 * imports.byte::numeric / GREATEST(imports.bytes, 1::bigint)::numeric, 1) AS percent,
    imports.rows,
    imports.created,
    imports.changed,
    imports.unchanged,
    imports.refused,
    imports.mode,
    imports.stock,
    imports.started_at,
    imports.finished_at,
    round((imports.created + imports.changed + imports.unchanged + imports.refused)::numeric / GREATEST(EXTRACT(epoch FROM imports.moved_at - imports.started_at), 0.001)) AS rows_per_second
   FROM imports;

-- Who waits for which product, and which messages are due since when and why; WHERE state = 'due' ORDER BY notification
CREATE VIEW notification_overview AS
 SELECT s.number AS subscription,
        CASE
            WHEN n.number IS NULL THEN 'waiting'
            ELSE 'due'
        END AS state,
    s.product_id,
    p.name AS product_name,
    p.stock,
    s.customer_id,
    c.name AS customer_name,
    c.email,
    s.created_at AS subscribed_at,
    n.due_at,
    n.number AS notification,
    a.cause,
    a.delta,
    a.order_number,
    a.reason,
    a.who
   FROM stock_subscriptions s
     JOIN products p ON p.id::text = s.product_id
     JOIN customers c ON c.id = s.customer_id
     LEFT JOIN stock_notifications n ON n.subscription = s.number
     LEFT JOIN stock_adjustments a ON a.number = n.adjustment;

-- What happened to an order: WHERE order_number = ... ORDER BY version
CREATE VIEW order_history AS
 SELECT o.number AS order_number,
    e.version,
    e.what,
    e.from_status,
    e.to_status,
    e.who,
    e.created_at,
    e.detail,
    o.id AS order_id
   FROM order_events e
     JOIN orders o ON o.id = e.order_id;

-- The lines of every order as rows; WHERE order_number = ...
CREATE VIEW order_lines AS
 SELECT o.number AS order_number,
    o.channel,
    o.status,
    o.customer_id,
    l.nr AS line,
    l.line ->> 'product_id' AS product_id,
    l.line ->> 'name' AS name,
    (l.line ->> 'quantity')::integer AS quantity,
    (l.line ->> 'price')::numeric AS price,
    (l.line ->> 'amount')::numeric AS amount,
    o.id AS order_id
   FROM orders o
     CROSS JOIN LATERAL json_array_elements(o.items) WITH ORDINALITY l(line, nr);

-- Orders with their totals and customers' names; ORDER BY created_at DESC LIMIT 20
CREATE VIEW order_overview AS
 SELECT o.number,
    o.channel,
    o.status,
    o.customer_id,
    c.name AS customer_name,
    o.reference,
    json_array_length(o.items) AS lines,
    o.total_quantity,
    o.total_amount,
    o.shipping_carrier,
    o.tracking_number,
    o.version,
    o.created_at,
    o.updated_at,
    o.hidden_at IS NOT NULL AS hidden,
    o.ship_to::json ->> 'name' AS ship_to_name,
    o.ship_to::json ->> 'city' AS ship_to_city,
    o.ship_to::json ->> 'country' AS ship_to_country,
    o.note,
    o.tags,
    o.shipped_quantity,
    o.returned_quantity,
    o.returned_amount,
    o.id
   FROM orders o
     LEFT JOIN customers c ON c.id = o.customer_id;

-- Orders that are not fulfilled yet, how long they have waited and why; WHERE status = 'CREATED' ORDER BY age DESC
CREATE VIEW order_process_overview AS
 SELECT o.number,
    o.reference AS order_id,
        CASE o.status
            WHEN 'new' THEN 'CREATED'
            ELSE 'PROCESSING'
        END AS status,
    now() - o.created_at AS age,
    p.starts,
    p.visits,
    p.problem,
    GREATEST(p.due_at - now(), '00:00:00'::interval) AS next_visit_in,
    p.claimed_at IS NOT NULL AND p.due_at > now() AS being_visited,
    o.id
   FROM order_processes p
     JOIN orders o ON o.id = p.order_id;

-- The time of customer_report, how long the refresh took, and how many changes it does not contain yet
CREATE VIEW report_age AS
 SELECT report_refreshes.started_at AS true_as_of,
    clock_timestamp() - report_refreshes.started_at AS age,
    report_refreshes.finished_at - report_refreshes.started_at AS took,
    report_refreshes.changes,
    report_refreshes.rows,
    ( SELECT count(*) AS count
           FROM report_changes) AS changes_waiting,
    ( SELECT report_refreshes_1.error
           FROM report_refreshes report_refreshes_1
          ORDER BY report_refreshes_1.number DESC
         LIMIT 1) AS last_error
   FROM report_refreshes
  WHERE report_refreshes.error IS NULL
  ORDER BY report_refreshes.number DESC
 LIMIT 1;

-- What has come back, and of whom; ORDER BY created_at DESC LIMIT 20
CREATE VIEW return_overview AS
 SELECT r.created_at,
    r.order_number,
    o.customer_id,
    c.name AS customer_name,
    r.product_id,
    r.quantity,
    r.amount,
    r.restocked,
    r.reason,
    r.who
   FROM order_returns r
     JOIN orders o ON o.number = r.order_number
     LEFT JOIN customers c ON c.id = o.customer_id;

-- Completed orders by day: a snapshot; the view report_age has its time
CREATE MATERIALIZED VIEW sales_by_day AS
 SELECT day_ledger.day,
    day_ledger.orders,
    day_ledger.total_quantity,
    day_ledger.total_amount,
    day_ledger.returned_quantity,
    day_ledger.returned_amount
   FROM day_ledger
  WHERE day_ledger.orders > 0
  ORDER BY day_ledger.day;

CREATE UNIQUE INDEX sales_by_day_key ON sales_by_day (day);

-- Completed orders by product, of all time: a snapshot; the view report_age has its time
CREATE MATERIALIZED VIEW sales_by_product AS
 SELECT l.product_id,
    p.name AS product_name,
    l.orders,
    l.total_quantity,
    l.total_amount,
    l.returned_quantity,
    l.returned_amount
   FROM product_ledger l
     LEFT JOIN products p ON p.id::text = l.product_id
  WHERE l.span = 'all' AND l.orders > 0
  ORDER BY l.product_id;

CREATE INDEX sales_by_product_by_amount ON sales_by_product (total_amount, product_id);
CREATE INDEX sales_by_product_by_name ON sales_by_product (COALESCE(product_name::text, ''), product_id);
CREATE INDEX sales_by_product_by_orders ON sales_by_product (orders, product_id);
CREATE INDEX sales_by_product_by_quantity ON sales_by_product (total_quantity, product_id);
CREATE UNIQUE INDEX sales_by_product_key ON sales_by_product (product_id);

-- Objects that are not as the steps of the schema left them: missing, changed, or added; no row when all is well
CREATE VIEW schema_differences AS
 SELECT COALESCE(wanted.kind, found.kind) AS kind,
    COALESCE(wanted.name, found.name) AS name,
        CASE
            WHEN found.name IS NULL THEN 'missing'
            WHEN wanted.name IS NULL THEN 'added'
            ELSE 'changed'
        END AS difference
   FROM schema_contents wanted
     FULL JOIN schema_objects() found(kind, name, hash, is_portable) ON found.kind = wanted.kind AND found.name = wanted.name
  WHERE found.name IS NULL OR wanted.name IS NULL OR found.hash <> wanted.hash AND (wanted.is_portable OR wanted.made_by = (current_setting('server_version_num')::integer / 10000));

-- The words by which customers and products are found
CREATE VIEW search_words AS
 SELECT 'c'::"char" AS kind,
    customer_words.word,
    customer_words.id
   FROM customer_words
UNION ALL
 SELECT 'p'::"char" AS kind,
    product_words.word,
    product_words.id
   FROM product_words;

-- Every parcel, and how much of its order is still to go out; ORDER BY created_at DESC LIMIT 20
CREATE VIEW shipment_overview AS
 SELECT s.created_at,
    s.order_number,
    s.shipment,
    o.status,
    o.customer_id,
    c.name AS customer_name,
    s.carrier,
    s.tracking_number,
    s.items,
    s.quantity,
    o.total_quantity,
    o.shipped_quantity,
    o.total_quantity - o.shipped_quantity - (( SELECT COALESCE(sum(r.never_shipped), 0::bigint) AS "coalesce"
           FROM order_returns r
          WHERE r.order_number = o.number)) AS to_ship,
    s.who
   FROM order_shipments s
     JOIN orders o ON o.number = s.order_number
     LEFT JOIN customers c ON c.id = o.customer_id;

-- Every change of every stock with its cause; for one product their sum is its stock
CREATE VIEW stock_movements AS
 SELECT p.product_id,
    p.created_at,
    p.order_number AS number,
    - p.taken::bigint AS delta,
    'placed' AS cause,
    p.order_number,
    NULL::text AS reason,
    ( SELECT e.who
           FROM orders o
             JOIN order_events e ON e.order_id = o.id AND e.version = 1
          WHERE o.number = p.order_number) AS who
   FROM order_products p
  WHERE p.taken > 0
UNION ALL
 SELECT stock_adjustments.product_id,
    stock_adjustments.created_at,
    stock_adjustments.number,
    stock_adjustments.delta,
    stock_adjustments.cause,
    stock_adjustments.order_number,
    stock_adjustments.reason,
    stock_adjustments.who
   FROM stock_adjustments;

-- Stock that can still be ordered, and the units in orders that are not finished; WHERE product_id = ..., or WHERE low
CREATE VIEW stock_overview AS
 SELECT p.id AS product_id,
    p.name,
    p.stock,
    p.reorder_level,
    COALESCE(p.stock <= p.reorder_level::bigint, false) AS low,
    COALESCE(r.units, 0::bigint) AS reserved,
    COALESCE(r.orders, 0::bigint) AS reserving_orders,
    r.order_numbers AS reserved_by,
    p.retired_at IS NOT NULL AS retired
   FROM products p
     LEFT JOIN LATERAL ( SELECT sum(h.quantity) AS units,
            count(*) AS orders,
            array_agg(o.number ORDER BY o.number) AS order_numbers
           FROM order_products h
             JOIN orders o ON o.number = h.order_number
          WHERE h.product_id = p.id::text AND h.quantity > 0 AND (o.status::text = ANY (ARRAY['new', 'in_progress'])) AND takes_stock(o.channel::text)) r ON true;

--
-- Functions
--

-- Whether an address has a name, lines, a city and a country, and all within limits
CREATE FUNCTION address_holds(address json)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
BEGIN
    RETURN json_typeof(address) = 'object' AND json_typeof(address -> 'lines') = 'array'
        AND json_array_length(address -> 'lines') BETWEEN 1 AND 4
        AND (SELECT bool_and(coalesce(char_length(line), 0) BETWEEN 1 AND 200)
               FROM json_array_elements_text(address -> 'lines') AS line)
        AND (SELECT count(*) FILTER (WHERE key IN ('name', 'lines', 'city', 'country')) = 4
                    AND bool_and(key IN ('name', 'company', 'lines', 'postal_code', 'city', 'region',
                                         'country', 'phone'))
               FROM json_each_text(address))
        AND address ->> 'name' IS NOT NULL AND address ->> 'city' IS NOT NULL
        AND char_length(address ->> 'name') BETWEEN 1 AND 200
        AND char_length(address ->> 'city') BETWEEN 1 AND 200
        AND coalesce(address ->> 'country', '') ~ '^[A-Z]{2}$'
        AND char_length(coalesce(address ->> 'company', '-')) BETWEEN 1 AND 200
        AND char_length(coalesce(address ->> 'region', '-')) BETWEEN 1 AND 200
        AND char_length(coalesce(address ->> 'postal_code', '-')) BETWEEN 1 AND 20
        AND char_length(coalesce(address ->> 'phone', '-')) BETWEEN 1 AND 40;
END
$$;

-- Changes the stock of a product by hand, with a reason
CREATE FUNCTION adjust_stock(
    product product_id,
    delta bigint,
    reason text,
    expected bigint,
    who text,
    OUT outcome adjustment_outcome,
    OUT p products
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    -- The most that a stock may be adjusted to. Units of cancelled orders may come on top of it.
    stock_max constant bigint := 1000000000000;
BEGIN
    SELECT * INTO p FROM products WHERE id = product FOR NO KEY UPDATE;
    outcome := CASE
        WHEN p.id IS NULL THEN 'not_found'
        WHEN p.version <> expected THEN 'version_changed'
        WHEN delta < 0 AND p.stock < -delta::numeric THEN 'below_zero'
        WHEN delta > 0 AND p.stock > stock_max - delta::numeric THEN 'too_many'
        ELSE 'done'
    END;
    IF outcome = 'done' AND delta <> 0 THEN
        PERFORM set_config('waybill.who', who, true);
        PERFORM set_internal_write(true);
        WITH adjusted AS (
            UPDATE products SET stock = stock + delta WHERE id = product RETURNING *
        ), explained AS (
            INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
            SELECT id, adjust_stock.delta, 'adjusted', adjust_stock.reason, adjust_stock.who,
                   updated_at
              FROM adjusted
        )
        SELECT * INTO p FROM adjusted;
        PERFORM set_internal_write(false);
    END IF;
END
$$;

-- Changes the stocks of many products by hand, all or none
CREATE FUNCTION adjust_stocks(product_ids text[], deltas bigint[], reason text, who text)
    RETURNS TABLE(outcome adjustment_outcome, p products)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    -- As for adjust_stock().
    stock_max constant bigint := 1000000000000;
    outcomes  text[];
BEGIN
    PERFORM FROM products WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(CASE WHEN known.id IS NULL THEN 'not_found'
                          WHEN delta < 0 AND known.stock < -delta::numeric THEN 'below_zero'
                          WHEN delta > 0 AND known.stock > stock_max - delta::numeric THEN 'too_many'
                          ELSE 'done' END ORDER BY position)
      INTO outcomes
      FROM unnest(product_ids, deltas) WITH ORDINALITY AS given (id, delta, position)
      LEFT JOIN products AS known USING (id);
    IF 'done' = ALL (outcomes) THEN
        PERFORM set_config('waybill.who', who, true);
        PERFORM set_internal_write(true);
        WITH adjusted AS (
            UPDATE products
               SET stock = stock + delta
              FROM unnest(product_ids, deltas) AS given (product_id, delta)
             WHERE id = product_id
            RETURNING id, delta, updated_at
        )
        INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
        SELECT id, delta, 'adjusted', adjust_stocks.reason, adjust_stocks.who, updated_at
          FROM adjusted
         ORDER BY id;
        PERFORM set_internal_write(false);
    END IF;
    RETURN QUERY
    SELECT given.outcome::adjustment_outcome, known
      FROM unnest(product_ids, outcomes) WITH ORDINALITY AS given (id, outcome, position)
      LEFT JOIN products AS known ON known.id = given.id
     ORDER BY position;
END
$$;

-- The name under which the answer to a request is stored: idempotency_keys.id
CREATE FUNCTION answer_id(
    token bigint,
    contract text,
    method text,
    path text,
    key text
)
    RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT sha256(convert_to(coalesce(token::text, '-') || ' ' || contract || ' ' || method || ' '
                         || path || ' ' || key, 'UTF8'))
$$;

-- The row of imports of a file, made when it is new
CREATE FUNCTION begin_import(
    kind text,
    file text,
    sha256 bytea,
    mode text,
    stock text,
    bytes bigint,
    rows bigint
)
    RETURNS SETOF imports
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    INSERT INTO imports AS i (kind, file, sha256, mode, stock, bytes, rows)
    SELECT kind, file, sha256, mode, stock, bytes, rows
     WHERE NOT EXISTS (SELECT FROM imports AS known WHERE known.kind = begin_import.kind
                                                      AND known.sha256 = begin_import.sha256)
        ON CONFLICT ON CONSTRAINT imports_once DO NOTHING
    RETURNING i.*;
    IF NOT FOUND THEN
        RETURN QUERY
        SELECT * FROM imports AS known WHERE known.kind = begin_import.kind
                                         AND known.sha256 = begin_import.sha256;
    END IF;
END
$$;

-- Changes orders that exist as a batch of a file says
CREATE FUNCTION change_orders_by_import(
    import bigint,
    writes boolean,
    numbers bigint[],
    given integer[],
    statuses text[],
    carriers text[],
    trackings text[],
    addresses text[],
    notes text[],
    order_tags text[],
    metadatas text[],
    order_customers text[],
    quantities integer[],
    amounts numeric[],
    OUT refused integer[],
    OUT columns text[],
    OUT problems text[],
    OUT changed bigint
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    o       orders;
    wanted  orders;
    problem text[];
BEGIN
    changed := 0;
    PERFORM set_config('waybill.who', 'import ' || import, true);
    -- What is found must still be true when it is written later in the same transaction.
    IF import > 0 THEN
        PERFORM FROM orders WHERE number = ANY (numbers) ORDER BY id FOR NO KEY UPDATE;
        IF 'cancelled' = ANY (statuses) THEN
            PERFORM FROM products
              WHERE id IN (SELECT line ->> 'product_id'
                             FROM orders CROSS JOIN json_array_elements(items) AS line
                            WHERE number = ANY (numbers) AND takes_stock(channel))
              ORDER BY id
                FOR NO KEY UPDATE;
        END IF;
    END IF;
    FOR i IN 1 .. cardinality(numbers) LOOP
        SELECT * INTO o FROM orders WHERE number = numbers[i];
        problem := CASE
            WHEN given[i] & 256 > 0 AND o.customer_id IS DISTINCT FROM order_customers[i]
                THEN ARRAY['customer_id', 'order ' || o.number || ' is another customer''s, and that does not change']
            WHEN given[i] & 128 > 0
                 AND (o.total_quantity, o.total_amount) IS DISTINCT FROM (quantities[i], amounts[i])
                THEN ARRAY['items', 'order ' || o.number || ' has other lines, which an import does not change']
            WHEN given[i] & 1 > 0 AND o.status <> statuses[i]
                 AND NOT (may_move(o.channel, o.status, statuses[i]) AND channel_kind(o.channel) <> 'process')
                THEN ARRAY['status', 'order ' || o.number || ' cannot go from ' || o.status || ' to ' || statuses[i]]
            WHEN given[i] & 1 > 0 AND o.status <> statuses[i]
                 AND NOT leaves_shipped(statuses[i], o.shipped_quantity, o.channel, o.channel)
                THEN ARRAY['status', 'goods of order ' || o.number || ' have been shipped, so it cannot be cancelled']
            END;
        IF problem IS NOT NULL THEN
            refused  := refused || i;
            columns  := columns || problem[1];
            problems := problems || problem[2];
        END IF;
    END LOOP;
    IF refused IS NOT NULL OR NOT writes THEN
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(numbers) LOOP
        SELECT * INTO o FROM orders WHERE number = numbers[i];
        wanted := o;
        IF given[i] & 1 > 0 THEN wanted.status := statuses[i]; END IF;
        IF given[i] & 2 > 0 THEN wanted.shipping_carrier := carriers[i]; END IF;
        IF given[i] & 4 > 0 THEN wanted.tracking_number := trackings[i]; END IF;
        IF given[i] & 8 > 0 THEN wanted.ship_to := addresses[i]; END IF;
        IF given[i] & 16 > 0 THEN wanted.note := notes[i]; END IF;
        IF given[i] & 32 > 0 THEN wanted.tags := order_tags[i]; END IF;
        IF given[i] & 64 > 0 THEN wanted.metadata := metadatas[i]; END IF;
        CONTINUE WHEN wanted::text = o::text;
        UPDATE orders
           SET status = wanted.status, shipping_carrier = wanted.shipping_carrier,
               tracking_number = wanted.tracking_number, ship_to = wanted.ship_to, note = wanted.note,
               tags = wanted.tags, metadata = wanted.metadata
         WHERE id = o.id;
        changed := changed + 1;
    END LOOP;
END
$$;

-- The kind of a channel: stocked, free or process; NULL for what is no channel
CREATE FUNCTION channel_kind(channel text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT CASE channel
    WHEN 'api'        THEN 'stocked'
    WHEN 'storefront' THEN 'free'
    WHEN 'fulfilment' THEN 'process'
    WHEN 'shop'       THEN 'stocked'
    WHEN 'store'      THEN 'stocked'
END
$$;

-- Locks the names of answers and returns the answers that are stored under them, if any
CREATE FUNCTION claim_answers(ids bytea[], fingerprints bytea[], may_wait boolean)
    RETURNS TABLE(
        is_held boolean,
        is_answered boolean,
        is_same boolean,
        status integer,
        content_type text,
        fields text,
        body bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    is_ours boolean[];
    name    bigint;
BEGIN
    FOR position IN 1 .. cardinality(ids) LOOP
        name := hashtextextended(encode(ids[position], 'hex'), 0);
        IF may_wait THEN
            PERFORM pg_advisory_xact_lock(name);
            is_ours[position] := true;
        ELSE
            is_ours[position] := pg_try_advisory_xact_lock(name);
        END IF;
    END LOOP;
    RETURN QUERY
    SELECT NOT asked.is_ours, stored.id IS NOT NULL, stored.fingerprint = asked.fingerprint,
           stored.status, stored.content_type, stored.fields, stored.body
      FROM unnest(ids, fingerprints, is_ours)
           WITH ORDINALITY AS asked (id, fingerprint, is_ours, position)
      LEFT JOIN LATERAL (
          SELECT * FROM idempotency_keys AS k WHERE k.id = asked.id OFFSET 0) AS stored ON true
     ORDER BY position;
END
$$;

-- Logs a browser out; whether it was logged in
CREATE FUNCTION close_session(digest bytea)
    RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH closed AS (DELETE FROM console_sessions WHERE hash = digest RETURNING 1)
SELECT EXISTS (SELECT FROM closed)
$$;

-- Orders by channel and status, each counted up to a bound
CREATE FUNCTION count_orders(channels text[], statuses text[], bound integer)
    RETURNS TABLE(channel text, status text, count bigint)
    LANGUAGE sql STABLE
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
AS $$
SELECT c.channel, s.status,
       (SELECT count(*)
          FROM (SELECT FROM orders AS o
                 WHERE o.channel = c.channel AND o.status = s.status AND o.hidden_at IS NULL
                 LIMIT bound) AS counted)
  FROM unnest(channels) WITH ORDINALITY AS c (channel, place)
 CROSS JOIN unnest(statuses) WITH ORDINALITY AS s (status, place)
 ORDER BY c.place, s.place
$$;

-- Sets the stock of a product to what was counted, with a reason
CREATE FUNCTION count_stock(
    product product_id,
    counted bigint,
    reason text,
    expected bigint,
    who text,
    OUT outcome adjustment_outcome,
    OUT p products
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    known    bigint;
    adjusted record;
BEGIN
    SELECT stock INTO known FROM products WHERE id = product FOR NO KEY UPDATE;
    SELECT * INTO adjusted FROM adjust_stock(product, counted - known, reason, expected, who);
    outcome := adjusted.outcome;
    p       := adjusted.p;
END
$$;

-- Adds a product to the catalogue with its first stock; no row when the id is taken
CREATE FUNCTION create_product(
    id product_id,
    name text,
    description text,
    price numeric,
    stock bigint,
    who text,
    reorder_level bigint DEFAULT NULL::bigint
)
    RETURNS SETOF products
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('waybill.who', who, true);
    RETURN QUERY
    INSERT INTO products AS p (id, name, description, price, stock, reorder_level)
    SELECT id, name, description, price, stock, reorder_level
     WHERE NOT EXISTS (SELECT FROM products AS known WHERE known.id = create_product.id)
        ON CONFLICT ON CONSTRAINT products_pkey DO NOTHING
    RETURNING p.*;
END
$$;

-- Deletes a saved view of this owner, or a shared one for somebody who may delete all; whether it did
CREATE FUNCTION delete_saved_view(view bigint, expected bigint, line bigint, may_all boolean)
    RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH gone AS (
    DELETE FROM saved_views
     WHERE id = view AND version = coalesce(expected, version)
       AND (owner IS NOT DISTINCT FROM line OR is_shared AND may_all)
    RETURNING 1
)
SELECT EXISTS (SELECT FROM gone)
$$;

-- The next numbers of new products or customers
CREATE FUNCTION draw_numbers(kind text, how_many integer)
    RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    numbers constant regclass := pg_get_serial_sequence('waybill.' || kind, 'number');
BEGIN
    IF kind NOT IN ('products', 'customers') OR how_many > 1000 THEN
        RAISE EXCEPTION '% numbers of % are not drawn', how_many, kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN ARRAY(SELECT nextval(numbers) FROM generate_series(1, how_many));
END
$$;

-- Sets new quantities in a new order, whose stock follows, and where it goes, its note, tags and metadata
CREATE FUNCTION edit_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    asked_products text[],
    asked_quantities integer[],
    who text,
    extra json DEFAULT NULL::json
)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    held     record;
    o        orders;
    lines    bigint;
    document text;
    units    bigint;
    amount   numeric;
    changed  text[];
    deltas   integer[];
    levels   integer[];
    unknown  json;
    short    json;
    gone     json;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NULL
        AND (cardinality(asked_products) > 0 AND (o.status <> 'new' OR NOT takes_stock(o.channel))
             OR extra -> 'ship_to' IS NOT NULL AND o.status NOT IN ('new', 'in_progress'))
    THEN
        held.obstacle := 'refused';
    END IF;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;
    PERFORM set_config('waybill.who', who, true);
    IF cardinality(asked_products) = 0 THEN
        UPDATE orders
           SET ship_to  = merged(ship_to, extra -> 'ship_to'),
               note     = merged(to_json(note::text), extra -> 'note') #>> '{}',
               tags     = merged(tags, extra -> 'tags'),
               metadata = merged(metadata, extra -> 'metadata')
         WHERE id = o.id
        RETURNING * INTO o;
        RETURN order_outcome('done', o);
    END IF;
    IF o.shipped_quantity IS NOT NULL THEN
        SELECT json_agg(s ORDER BY product_id)
          INTO gone
          FROM (SELECT product_id, quantity AS requested, shipped AS available
                  FROM unnest(asked_products, asked_quantities) AS asked (product_id, quantity)
                  JOIN order_units(o.number, o.items) AS u USING (product_id)
                 WHERE quantity < shipped) AS s;
        IF gone IS NOT NULL THEN
            RETURN order_outcome('already_shipped', o, gone);
        END IF;
    END IF;

    PERFORM FROM products WHERE id = ANY (asked_products) ORDER BY id FOR NO KEY UPDATE;

    WITH present AS MATERIALIZED (
        SELECT line ->> 'product_id' AS product, line ->> 'name' AS name,
               (line ->> 'quantity')::integer AS quantity, (line ->> 'price')::numeric AS price, nr,
               min(nr) OVER (PARTITION BY line ->> 'product_id') AS first_nr
          FROM json_array_elements(o.items) WITH ORDINALITY AS l (line, nr)
    ), asked AS MATERIALIZED (
        SELECT a.product, a.quantity, a.nr, coalesce(old.units, 0) AS units, p.name, p.price,
               a.quantity - coalesce(old.units, 0) AS delta, p.stock,
               p.id IS NOT NULL AND p.retired_at IS NULL AS orderable
          FROM (SELECT product, max(quantity) AS quantity, min(nr) AS nr
                  FROM unnest(asked_products, asked_quantities)
                       WITH ORDINALITY AS given (product, quantity, nr)
                 GROUP BY product) AS a
          LEFT JOIN (SELECT product, sum(quantity) AS units
                       FROM present GROUP BY product) AS old USING (product)
          LEFT JOIN products AS p ON p.id = a.product
    ), edited AS (
        SELECT product, present.name, coalesce(asked.quantity, present.quantity) AS quantity,
               present.price, present.nr
          FROM present LEFT JOIN asked USING (product)
         WHERE asked.product IS NULL OR present.nr = first_nr AND asked.quantity > 0
         UNION ALL
        SELECT product, name, quantity, price, 1000 + nr
          FROM asked
         WHERE units = 0 AND quantity > 0
    )
    SELECT count(*), '[' || string_agg(render_line(product, name, quantity, price), ','
                                       ORDER BY nr) || ']',
           sum(quantity), sum(quantity * price),
           (SELECT array_agg(product ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT array_agg(delta ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT array_agg(quantity ORDER BY product) FROM asked WHERE delta <> 0),
           (SELECT json_agg(product ORDER BY product) FROM asked WHERE delta > 0 AND NOT orderable),
           (SELECT json_agg(s ORDER BY product_id)
              FROM (SELECT product AS product_id, quantity AS requested,
                           stock + asked.units AS available
                      FROM asked WHERE delta > stock) AS s)
      INTO lines, document, units, amount, changed, deltas, levels, unknown, short
      FROM edited;

    IF unknown IS NOT NULL THEN
        RETURN order_outcome('unknown_product', o, unknown);
    ELSIF short IS NOT NULL THEN
        RETURN order_outcome('out_of_stock', o, short);
    ELSIF lines = 0 THEN
        RETURN order_outcome('emptied', o);
    ELSIF lines > 100 THEN
        RETURN order_outcome('too_many_lines', o);
    END IF;

    PERFORM set_internal_write(true);
    UPDATE orders
       SET items = document::json, total_quantity = units, total_amount = amount,
           ship_to  = merged(ship_to, extra -> 'ship_to'),
           note     = merged(to_json(note::text), extra -> 'note') #>> '{}',
           tags     = merged(tags, extra -> 'tags'),
           metadata = merged(metadata, extra -> 'metadata')
     WHERE id = o.id
    RETURNING * INTO o;
    WITH change AS (
        SELECT * FROM unnest(changed, deltas, levels) AS c (product, delta, quantity)
    ), stock_changed AS (
        UPDATE products
           SET stock = stock - delta, version = version + 1,
               updated_at = greatest(o.updated_at, updated_at + interval '1 millisecond')
          FROM change
         WHERE id = product
    ), products_changed AS (
        INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
        SELECT product, o.created_at, o.number, quantity, 0
          FROM change
            ON CONFLICT (product_id, created_at, order_number)
            DO UPDATE SET quantity = excluded.quantity
    )
    INSERT INTO stock_adjustments (product_id, delta, cause, order_number, who, created_at)
    SELECT product, -delta, 'edited', o.number, edit_order.who, o.updated_at
      FROM change;
    PERFORM set_internal_write(false);
    RETURN order_outcome('done', o);
END
$$;

-- The events after a position: SELECT * FROM feed(after => 0, reach => 500)
CREATE FUNCTION feed(after bigint DEFAULT 0, reach bigint DEFAULT 500)
    RETURNS TABLE(
        feed_position bigint,
        cursor text,
        type text,
        occurred_at timestamp with time zone,
        who text,
        order_id uuid,
        order_number bigint,
        channel text,
        reference text,
        version bigint,
        from_status text,
        to_status text,
        product_id text,
        customer_id text,
        delta bigint,
        cause text,
        reason text)
    LANGUAGE sql STABLE
AS $$
SELECT p.feed_position, waybill.feed_cursor(p.feed_position, p.hash), e.type, e.occurred_at, e.who,
       e.order_id, coalesce(e.order_number, o.number), o.channel, o.reference, e.version,
       e.from_status, e.to_status, e.product_id, coalesce(e.customer_id, o.customer_id), e.delta, e.cause, e.reason
  FROM (SELECT t.first_position - 1
                   + row_number() OVER (PARTITION BY t.number ORDER BY n) AS feed_position,
               n AS number, t.hash
          FROM waybill.feed_ticks AS t
         CROSS JOIN unnest(t.numbers) AS span
         CROSS JOIN generate_series(lower(span), upper(span) - 1) AS n
         -- A tick has up to 500 events.
         WHERE t.first_position BETWEEN after - 499 AND after + reach) AS p
 CROSS JOIN LATERAL (SELECT * FROM waybill.events WHERE number = p.number LIMIT 1) AS e
  LEFT JOIN waybill.orders AS o ON o.id = e.order_id
 WHERE p.feed_position > after AND p.feed_position <= after + reach
 ORDER BY p.feed_position
$$;

-- A position in the feed together with the history that it is of
CREATE FUNCTION feed_cursor(feed_position bigint, hash bytea)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT feed_position || '-' || encode(substr(hash, 1, 4), 'hex') $$;

-- The sessions of these digests that hold, each with the ordinal of its digest
CREATE FUNCTION find_sessions(digests bytea[])
    RETURNS TABLE(
        ordinal bigint,
        number bigint,
        role text,
        customer_id text,
        name text,
        is_use_to_note boolean,
        ends_in interval,
        first_number bigint,
        latest_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
SELECT given.ordinal, t.number, t.role, t.customer_id, t.name,
       s.used_at < now() - interval '1 minute',
       least(s.ends_at, t.expires_at) - now(), coalesce(t.first_number, t.number),
       least(s.created_at + interval '12 hours', t.expires_at)
  FROM unnest(digests) WITH ORDINALITY AS given (digest, ordinal)
  JOIN console_sessions AS s ON s.hash = given.digest
  JOIN tokens AS t ON t.number = s.token_number
 WHERE s.ends_at > now() AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
$$;

-- The valid tokens of these digests, each with the ordinal of its digest
CREATE FUNCTION find_tokens(digests bytea[])
    RETURNS TABLE(
        ordinal bigint,
        number bigint,
        role text,
        customer_id text,
        name text,
        is_use_to_note boolean,
        expires_in interval,
        first_number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
SELECT given.ordinal, t.number, t.role, t.customer_id, t.name,
       t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute',
       t.expires_at - now(), coalesce(t.first_number, t.number)
  FROM unnest(digests) WITH ORDINALITY AS given (digest, ordinal)
  JOIN tokens AS t ON t.hash = given.digest
 WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
$$;

-- A text as it is searched for: without case and accents
CREATE FUNCTION folded(given text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
SELECT translate(
           replace(replace(replace(
               lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE "default"),
               'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
           'łøđðıŧħ', 'loddith')
$$;

-- Keeps the newest shipment and order_tracked in step with their order
CREATE FUNCTION follow_shipping(before orders, after orders)
    RETURNS void
    LANGUAGE plpgsql
AS $$
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

-- Grants both roles what they need, and takes back everything else; NULL for a role that does not exist
CREATE FUNCTION grant_access(service_role name, reader_role name)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = waybill, pg_temp
AS $$
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

-- Which of these products, customers and orders another transaction has locked
CREATE FUNCTION held_rows(
    product_ids text[],
    customer_ids text[],
    order_ids uuid[],
    order_numbers bigint[]
)
    RETURNS TABLE(product text, customer text, order_id uuid, order_number bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH free_products AS MATERIALIZED (
    SELECT id FROM products WHERE id = ANY (product_ids) FOR NO KEY UPDATE SKIP LOCKED
), free_customers AS MATERIALIZED (
    SELECT id FROM customers WHERE id = ANY (customer_ids) FOR KEY SHARE SKIP LOCKED
), free_orders AS MATERIALIZED (
    SELECT id FROM orders
     WHERE id = ANY (order_ids) OR number = ANY (order_numbers) FOR NO KEY UPDATE SKIP LOCKED
)
SELECT id, NULL, NULL::uuid, NULL::bigint
  FROM products WHERE id = ANY (product_ids) AND id NOT IN (SELECT id FROM free_products)
 UNION ALL
SELECT NULL, id, NULL, NULL
  FROM customers WHERE id = ANY (customer_ids) AND id NOT IN (SELECT id FROM free_customers)
 UNION ALL
SELECT NULL, NULL, CASE WHEN id = ANY (order_ids) THEN id END,
       CASE WHEN number = ANY (order_numbers) THEN number END
  FROM orders
 WHERE (id = ANY (order_ids) OR number = ANY (order_numbers))
   AND id NOT IN (SELECT id FROM free_orders)
$$;

-- Hides an order from its channel
CREATE FUNCTION hide_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    who text
)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    held record;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    IF held.obstacle IS NULL THEN
        PERFORM set_config('waybill.who', who, true);
        UPDATE orders SET hidden_at = clock_timestamp() WHERE id = (held.o).id RETURNING orders INTO held.o;
    END IF;
    RETURN order_outcome(coalesce(held.obstacle, 'done'), held.o);
END
$$;

-- Locks the row of an import that stands at this byte, until the transaction ends
CREATE FUNCTION hold_import(import bigint, from_byte bigint)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    PERFORM FROM imports
      WHERE number = import AND byte = from_byte AND finished_at IS NULL
        FOR NO KEY UPDATE;
    RETURN FOUND;
END
$$;

-- Writes a batch of customers of a file, with their words and events
CREATE FUNCTION import_customers(
    import bigint,
    writes boolean,
    changes boolean,
    given integer[],
    ids text[],
    numbers bigint[],
    names text[],
    emails text[],
    addresses text[],
    versions bigint[],
    creations timestamp with time zone[],
    updates timestamp with time zone[],
    OUT existing integer[],
    OUT created bigint,
    OUT changed bigint
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    moment  constant timestamptz(3) := clock_timestamp();
    author  constant text := 'import ' || import;
    known   boolean[];
    kept    bigint[];
    setting text;
BEGIN
    PERFORM set_config('waybill.who', author, true);
    created := 0;
    changed := 0;
    known := ARRAY(SELECT EXISTS (SELECT FROM customers AS c WHERE c.id = g.id OFFSET 0)
                     FROM unnest(ids) WITH ORDINALITY AS g (id, place) ORDER BY place);
    IF NOT changes AND true = ANY (known) THEN
        existing := array_positions(known, true);
        RETURN;
    ELSIF NOT writes THEN
        RETURN;
    END IF;

    IF true = ANY (known) THEN
        PERFORM FROM customers WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        UPDATE customers AS c
           SET name = a.name, email = a.email, ship_to = a.ship_to::json
          FROM (SELECT c.id, CASE WHEN g.given & 1 > 0 THEN g.name ELSE c.name END AS name,
                       CASE WHEN g.given & 2 > 0 THEN g.email ELSE c.email END AS email,
                       CASE WHEN g.given & 4 > 0 THEN g.address ELSE c.ship_to::text END AS ship_to
                  FROM unnest(known, given, ids, names, emails, addresses)
                           AS g (known, given, id, name, email, address)
                  JOIN customers AS c ON c.id = g.id
                 WHERE g.known) AS a
         WHERE c.id = a.id
           AND (c.name, c.email, c.ship_to::text) IS DISTINCT FROM (a.name, a.email, a.ship_to);
        GET DIAGNOSTICS changed = ROW_COUNT;
    END IF;

    setting := set_internal_write(true, 'importing');
    kept := kept_numbers(known, numbers,
                         ARRAY(SELECT number FROM customers WHERE number = ANY (numbers)),
                         'customers_number_seq');
    WITH new AS (
        INSERT INTO customers (id, number, name, email, ship_to, version, created_at, updated_at)
        OVERRIDING SYSTEM VALUE
        SELECT id, number, name, email, address::json, version, creation, update
          FROM unnest(kept, ids, names, emails, addresses, versions, creations, updates)
                   AS g (number, id, name, email, address, version, creation, update)
         WHERE number IS NOT NULL
        RETURNING id, version, words
    ), imported AS (
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT id, version, 'imported', author, moment FROM new
    ), found AS (
        INSERT INTO customer_words (word, id)
        SELECT word, id FROM new CROSS JOIN LATERAL unnest(words) AS word
         ORDER BY word
    )
    SELECT count(*) INTO created FROM new;
    setting := set_internal_write(false);
END
$$;

-- Writes a batch of new orders of a file, with their events, products, tags, returns and shipments
CREATE FUNCTION import_orders(
    import bigint,
    takes_units boolean,
    ids uuid[],
    numbers bigint[],
    channels text[],
    statuses text[],
    order_customers text[],
    order_refs text[],
    carriers text[],
    trackings text[],
    addresses text[],
    notes text[],
    order_tags text[],
    metadatas text[],
    versions bigint[],
    creations timestamp with time zone[],
    updates timestamp with time zone[],
    line_orders integer[],
    line_is_ours boolean[],
    line_takes boolean[],
    line_products text[],
    line_names text[],
    line_quantities integer[],
    line_prices numeric[],
    return_orders integer[],
    return_versions bigint[],
    return_products text[],
    return_quantities integer[],
    return_amounts numeric[],
    return_restocked boolean[],
    return_never_shipped integer[],
    return_reasons text[],
    return_actors text[],
    return_creations timestamp with time zone[],
    shipments text[],
    OUT short integer[],
    OUT short_products text[]
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    moment     constant timestamptz(3) := clock_timestamp();
    author     constant text := 'import ' || import;
    kept       bigint[];
    goods      text[];
    names      text[];
    prices     numeric[];
    documents  text[]    := array_fill('[]'::text, ARRAY[cardinality(ids)]);
    quantities integer[] := array_fill(0, ARRAY[cardinality(ids)]);
    amounts    numeric[] := array_fill(0::numeric, ARRAY[cardinality(ids)]);
    returned_quantities integer[] := array_fill(NULL::integer, ARRAY[cardinality(ids)]);
    returned_amounts    numeric[] := array_fill(NULL::numeric, ARRAY[cardinality(ids)]);
    entry      record;
    left_over  jsonb;
    setting    text;
BEGIN
    PERFORM set_config('waybill.who', author, true);
    IF array_remove(order_refs, NULL) <> '{}' THEN
        PERFORM lock_references(channels, order_refs);
    END IF;

    SELECT array_agg(CASE WHEN p.id IS NOT NULL OR NOT l.is_ours THEN l.product END ORDER BY l.nr),
           array_agg(CASE WHEN l.product IS NULL THEN l.name WHEN p.id IS NOT NULL THEN coalesce(l.name, p.name)
                          WHEN l.is_ours THEN coalesce(l.name, l.product) ELSE l.name END ORDER BY l.nr),
           array_agg(coalesce(l.price, p.price)::numeric(12, 2) ORDER BY l.nr)
      INTO goods, names, prices
      FROM unnest(line_is_ours, line_products, line_names, line_prices)
               WITH ORDINALITY AS l (is_ours, product, name, price, nr)
      LEFT JOIN products AS p ON p.id = l.product;

    IF takes_units AND true = ANY (line_takes) THEN
        SELECT jsonb_object_agg(id, stock)
          INTO left_over
          FROM (SELECT id, stock FROM products
                 WHERE id IN (SELECT product FROM unnest(line_takes, goods) AS l (takes, product)
                               WHERE takes AND product IS NOT NULL)
                 ORDER BY id
                   FOR NO KEY UPDATE) AS held;
        PERFORM set_internal_write(true);
        WITH taken AS (
            SELECT product, sum(quantity) AS units
              FROM unnest(line_takes, goods, line_quantities) AS l (takes, product, quantity)
             WHERE takes AND product IS NOT NULL
             GROUP BY product
        )
        UPDATE products
           SET stock = stock - units, version = version + 1,
               updated_at = greatest(moment, updated_at + interval '1 millisecond')
          FROM taken
         WHERE id = product
           AND NOT EXISTS (SELECT FROM taken AS t WHERE t.units > (left_over ->> t.product)::bigint);
        IF NOT FOUND AND left_over IS NOT NULL THEN
            -- Some are short: which, in the order of the file.
            PERFORM set_internal_write(false);
            FOR entry IN
                SELECT o, array_agg(product) AS products, array_agg(units) AS units
                  FROM (SELECT o, product, sum(quantity) AS units
                          FROM unnest(line_orders, line_takes, goods, line_quantities)
                                   AS l (o, takes, product, quantity)
                         WHERE takes AND product IS NOT NULL
                         GROUP BY o, product) AS asked
                 GROUP BY o
                 ORDER BY o
            LOOP
                FOR i IN 1 .. cardinality(entry.products) LOOP
                    IF entry.units[i] > (left_over ->> entry.products[i])::bigint THEN
                        short          := short || entry.o;
                        short_products := short_products || entry.products[i];
                        EXIT;
                    END IF;
                END LOOP;
                CONTINUE WHEN entry.o = ANY (short);
                FOR i IN 1 .. cardinality(entry.products) LOOP
                    left_over := left_over || jsonb_build_object(
                        entry.products[i], (left_over ->> entry.products[i])::bigint - entry.units[i]);
                END LOOP;
            END LOOP;
            RETURN;
        END IF;
        PERFORM set_internal_write(false);
    END IF;

    FOR entry IN
        SELECT o, '[' || string_agg(render_line(product, name, quantity, price), ',' ORDER BY nr) || ']' AS document,
               sum(quantity)::integer AS units, sum(quantity * price) AS amount
          FROM unnest(line_orders, goods, names, line_quantities, prices)
                   WITH ORDINALITY AS l (o, product, name, quantity, price, nr)
         GROUP BY o
    LOOP
        documents[entry.o]  := entry.document;
        quantities[entry.o] := entry.units;
        amounts[entry.o]    := entry.amount;
    END LOOP;
    FOR entry IN
        SELECT o, sum(quantity)::integer AS units, sum(amount) AS amount
          FROM unnest(return_orders, return_quantities, return_amounts) AS r (o, quantity, amount)
         GROUP BY o
    LOOP
        IF entry.units > quantities[entry.o] OR entry.amount > amounts[entry.o] THEN
            RAISE EXCEPTION 'more comes back than order % has', ids[entry.o]
                USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_returns_stay';
        END IF;
        returned_quantities[entry.o] := entry.units;
        returned_amounts[entry.o]    := entry.amount;
    END LOOP;
    kept := kept_numbers(NULL, numbers,
                         ARRAY(SELECT number FROM orders WHERE number = ANY (numbers)),
                         'orders_number_seq');

    setting := set_internal_write(true, 'importing');
    IF EXISTS (SELECT FROM unnest(order_customers) AS customer
                WHERE customer IS NOT NULL
                  AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = customer OFFSET 0))
    THEN
        WITH introduced AS (
            INSERT INTO customers (id)
            SELECT DISTINCT customer
              FROM unnest(order_customers) AS customer
             WHERE customer IS NOT NULL AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = customer OFFSET 0)
             ORDER BY customer
                ON CONFLICT DO NOTHING
            RETURNING id, version
        )
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT id, version, 'imported', author, moment FROM introduced;
    END IF;
    INSERT INTO orders (id, number, channel, reference, customer_id, status, items, total_quantity,
                        total_amount, shipping_carrier, tracking_number, ship_to, note, tags, metadata,
                        returned_quantity, returned_amount, shipped_quantity, version, created_at,
                        updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, number, channel, reference, customer, status, document::json, quantity, amount, carrier,
           tracking, address::json, note, tags::json, metadata::json, back_quantity, back_amount,
           (SELECT sum((s ->> 'quantity')::integer) FROM json_array_elements(shipments::json) AS s),
           version, creation, update
      FROM unnest(ids, kept, channels, order_refs, order_customers, statuses, documents, quantities, amounts,
                  carriers, trackings, addresses, notes, order_tags, metadatas, returned_quantities,
                  returned_amounts, shipments, versions, creations, updates)
               AS o (id, number, channel, reference, customer, status, document, quantity, amount, carrier,
                     tracking, address, note, tags, metadata, back_quantity, back_amount, shipments,
                     version, creation, update);
    INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
    SELECT id, version, 'imported', status, author, moment
      FROM unnest(ids, versions, statuses) AS o (id, version, status);
    INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
    SELECT product, creations[o], kept[o], sum(quantity),
           coalesce(sum(quantity) FILTER (WHERE takes AND takes_units), 0)
      FROM unnest(line_orders, line_takes, goods, line_quantities) AS l (o, takes, product, quantity)
     WHERE product IS NOT NULL
     GROUP BY o, product;
    IF array_remove(order_tags, NULL) <> '{}' THEN
        INSERT INTO order_tagged (tag, created_at, order_number)
        SELECT tag, creation, number
          FROM unnest(kept, creations, order_tags) AS o (number, creation, tags)
         CROSS JOIN json_array_elements_text(tags::json) AS tag;
    END IF;
    IF cardinality(return_orders) > 0 THEN
        INSERT INTO order_returns
            (order_number, version, product_id, quantity, amount, restocked, never_shipped, reason, who,
             created_at)
        SELECT kept[o], version, product, quantity, amount, restocked, never_shipped, reason, actor, creation
          FROM unnest(return_orders, return_versions, return_products, return_quantities, return_amounts,
                      return_restocked, return_never_shipped, return_reasons, return_actors,
                      return_creations)
                   WITH ORDINALITY
                   AS r (o, version, product, quantity, amount, restocked, never_shipped, reason, actor,
                         creation, place)
         ORDER BY place;
    END IF;
    IF array_remove(shipments, NULL) <> '{}' THEN
        INSERT INTO order_shipments
            (order_number, shipment, version, carrier, tracking_number, items, quantity, who, created_at)
        SELECT number, (s ->> 'shipment')::integer, (s ->> 'version')::bigint, s ->> 'carrier',
               s ->> 'tracking_number', s -> 'items', (s ->> 'quantity')::integer, s ->> 'who',
               (s ->> 'created_at')::timestamptz
          FROM unnest(kept, shipments) AS o (number, shipments)
         CROSS JOIN json_array_elements(shipments::json) AS s;
    END IF;
    IF array_remove(trackings, NULL) <> '{}' OR array_remove(shipments, NULL) <> '{}' THEN
        INSERT INTO order_tracked (tracking_number, created_at, order_number)
        SELECT tracking, creation, number
          FROM unnest(kept, creations, trackings) AS o (number, creation, tracking)
         WHERE tracking IS NOT NULL
         UNION
        SELECT s ->> 'tracking_number', creation, number
          FROM unnest(kept, creations, shipments) AS o (number, creation, shipments)
         CROSS JOIN json_array_elements(shipments::json) AS s
         WHERE s ->> 'tracking_number' IS NOT NULL;
    END IF;
    setting := set_internal_write(false);
END
$$;

-- Writes a batch of products of a file, with their words, events and stock
CREATE FUNCTION import_products(
    import bigint,
    writes boolean,
    changes boolean,
    takes_stock boolean,
    given integer[],
    ids text[],
    numbers bigint[],
    names text[],
    descriptions text[],
    prices numeric[],
    stocks bigint[],
    levels bigint[],
    retirements timestamp with time zone[],
    versions bigint[],
    creations timestamp with time zone[],
    updates timestamp with time zone[],
    OUT existing integer[],
    OUT incomplete integer[],
    OUT created bigint,
    OUT changed bigint
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    known   boolean[];
    kept    bigint[];
    setting text;
BEGIN
    PERFORM set_config('waybill.who', 'import ' || import, true);
    created := 0;
    changed := 0;
    known := ARRAY(SELECT EXISTS (SELECT FROM products AS p WHERE p.id = g.id OFFSET 0)
                     FROM unnest(ids) WITH ORDINALITY AS g (id, place) ORDER BY place);
    IF NOT changes AND true = ANY (known) THEN
        existing := array_positions(known, true);
        RETURN;
    END IF;
    incomplete := ARRAY(SELECT place
                          FROM unnest(known, names, prices)
                                   WITH ORDINALITY AS g (known, name, price, place)
                         WHERE NOT known AND (name IS NULL OR price IS NULL));
    IF incomplete <> '{}' OR NOT writes THEN
        RETURN;
    END IF;

    IF true = ANY (known) THEN
        PERFORM FROM products WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        setting := set_internal_write(true);
        WITH asked AS MATERIALIZED (
            SELECT p.id, p.stock AS old_stock,
                   CASE WHEN g.given & 1 > 0 THEN g.name ELSE p.name END AS name,
                   CASE WHEN g.given & 2 > 0 THEN g.description ELSE p.description END AS description,
                   CASE WHEN g.given & 4 > 0 THEN g.price ELSE p.price END AS price,
                   CASE WHEN g.given & 8 > 0 AND import_products.takes_stock THEN g.stock ELSE p.stock END AS stock,
                   CASE WHEN g.given & 16 > 0 THEN g.level ELSE p.reorder_level END AS level,
                   CASE WHEN g.given & 32 > 0 THEN g.retired ELSE p.retired_at END AS retired
              FROM unnest(known, given, ids, names, descriptions, prices, stocks, levels, retirements)
                       AS g (known, given, id, name, description, price, stock, level, retired)
              JOIN products AS p ON p.id = g.id
             WHERE g.known
        ), updated AS (
            UPDATE products AS p
               SET name = a.name, description = a.description, price = a.price, stock = a.stock,
                   reorder_level = a.level, retired_at = a.retired
              FROM asked AS a
             WHERE p.id = a.id
               AND (p.name, p.description, p.price, p.stock, p.reorder_level, p.retired_at)
                   IS DISTINCT FROM (a.name, a.description, a.price, a.stock, a.level, a.retired)
            RETURNING p.id, p.updated_at
        ), explained AS (
            INSERT INTO stock_adjustments (product_id, delta, cause, reason, who, created_at)
            SELECT a.id, a.stock - a.old_stock, 'adjusted', 'import', who(), u.updated_at
              FROM asked AS a JOIN updated AS u ON u.id = a.id
             WHERE a.stock <> a.old_stock
             ORDER BY a.id
        )
        SELECT count(*) INTO changed FROM updated;
    END IF;

    setting := set_internal_write(true, 'importing');
    kept := kept_numbers(known, numbers,
                         ARRAY(SELECT number FROM products WHERE number = ANY (numbers)),
                         'products_number_seq');
    INSERT INTO products (id, number, name, description, price, stock, reorder_level, retired_at, version,
                          created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, number, name, description, price,
           CASE WHEN import_products.takes_stock THEN coalesce(stock, 0) ELSE 0 END, level, retired,
           version, creation, update
      FROM unnest(kept, ids, names, descriptions, prices, stocks, levels, retirements, versions,
                  creations, updates)
               WITH ORDINALITY
               AS g (number, id, name, description, price, stock, level, retired, version, creation,
                     update, place)
     WHERE number IS NOT NULL
     ORDER BY place;
    GET DIAGNOSTICS created = ROW_COUNT;
    setting := set_internal_write(false);
END
$$;

-- Whether a function of this schema is writing that also writes the history of its changes
CREATE FUNCTION is_internal_write()
    RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('waybill.internal_write', true), '') <> '' $$;

-- The numbers of imported rows: their own where these are free
CREATE FUNCTION kept_numbers(
    known boolean[],
    numbers bigint[],
    taken bigint[],
    sequence regclass
)
    RETURNS bigint[]
    LANGUAGE sql
AS $$
SELECT ARRAY(SELECT CASE WHEN known THEN NULL
                         WHEN number IS NOT NULL AND turn = 1 AND number <> ALL (taken) THEN number
                         ELSE nextval(sequence) END
               FROM (SELECT known, number, place,
                            row_number() OVER (PARTITION BY number, known ORDER BY place) AS turn
                       FROM unnest(known, numbers) WITH ORDINALITY AS g (known, number, place)) AS n
              ORDER BY place)
$$;

-- Whether a move leaves alone what has been shipped of an order
CREATE FUNCTION leaves_shipped(
    to_status text,
    shipped_quantity integer,
    scope text,
    channel text
)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT shipped_quantity IS NULL OR to_status <> 'cancelled'
    OR scope IS NOT NULL AND NOT waybill.takes_stock(channel)
$$;

-- Whether order lines are exactly as rendered, within limits, and add up to the totals
CREATE FUNCTION lines_hold(items json, total_quantity integer, total_amount numeric)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    line     record;
    lines    integer := 0;
    rendered text    := '[';
BEGIN
    FOR line IN SELECT product_id, name, quantity, price
                  FROM json_to_recordset(items)
                    AS l (product_id text, name text, quantity integer, price numeric(12, 2))
    LOOP
        IF line.quantity BETWEEN 1 AND 1000000 AND line.price BETWEEN 0 AND 9999999999.99
            AND char_length(coalesce(line.product_id, '-')) BETWEEN 1 AND 255
            AND char_length(coalesce(line.name, '-')) BETWEEN 1 AND 200
        THEN
            lines          := lines + 1;
            total_quantity := total_quantity - line.quantity;
            total_amount   := total_amount - line.quantity * line.price;
            rendered       := rendered
                || ',{"product_id":' || coalesce(to_json(line.product_id)::text, 'null')
                || ',"name":' || coalesce(to_json(line.name)::text, 'null')
                || ',"quantity":' || line.quantity || ',"price":' || line.price
                || ',"amount":' || line.quantity * line.price || '}';
        ELSE
            RETURN false;
        END IF;
    END LOOP;
    RETURN lines <= 100 AND total_quantity = 0 AND total_amount = 0
        AND items::text = overlay(rendered || ']' PLACING '' FROM 2 FOR least(lines, 1));
END
$$;

-- Locks an order for a change, or says why it cannot be changed
CREATE FUNCTION lock_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    INOUT o orders,
    OUT obstacle text
)
    RETURNS record
    LANGUAGE plpgsql
AS $$
BEGIN
    SELECT *
      INTO o
      FROM waybill.orders
     WHERE id = coalesce(order_id,
                         (SELECT id FROM waybill.orders WHERE number = order_number))
       AND (scope IS NULL OR channel = scope AND hidden_at IS NULL)
       AND (owner IS NULL OR customer_id = owner)
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        obstacle := 'not_found';
    ELSIF o.version <> expected THEN
        obstacle := 'version_changed';
    ELSIF waybill.channel_kind(o.channel) = 'process' AND scope IS NULL THEN
        obstacle := 'refused';
    END IF;
END
$$;

-- Has other transactions that use one of these references wait
CREATE FUNCTION lock_references(channels text[], order_refs text[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(channel || ' ' || reference, 0) AS key
               FROM unnest(channels, order_refs) AS given (channel, reference)
              WHERE reference IS NOT NULL
              ORDER BY key) AS keys;
END
$$;

-- What the database has against orders that are to be imported
CREATE FUNCTION look_up_orders(
    ids uuid[],
    channels text[],
    order_refs text[],
    customers text[],
    unpriced_places integer[],
    unpriced_lines integer[],
    unpriced_products text[]
)
    RETURNS TABLE(place integer, finding text, holder bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
SELECT g.place::integer, 'id', o.number
  FROM unnest(ids) WITH ORDINALITY AS g (id, place)
 CROSS JOIN LATERAL (SELECT number FROM orders WHERE orders.id = g.id LIMIT 1) AS o
 UNION ALL
SELECT g.place::integer, 'reference', o.number
  FROM unnest(channels, order_refs) WITH ORDINALITY AS g (channel, reference, place)
 CROSS JOIN LATERAL (SELECT number FROM orders
                      WHERE orders.channel = g.channel AND orders.reference = g.reference LIMIT 1) AS o
 UNION ALL
SELECT g.place::integer, 'customer', NULL
  FROM unnest(customers) WITH ORDINALITY AS g (customer, place)
 WHERE customer IS NOT NULL AND NOT EXISTS (SELECT FROM customers AS c WHERE c.id = g.customer OFFSET 0)
 UNION ALL
SELECT g.place, 'price', g.line
  FROM unnest(unpriced_places, unpriced_lines, unpriced_products) AS g (place, line, product)
 WHERE NOT EXISTS (SELECT FROM products AS p WHERE p.id = g.product OFFSET 0)
$$;

-- Whether an order of this channel may go from one status to the other
CREATE FUNCTION may_move(channel text, from_status text, to_status text)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT CASE waybill.channel_kind(channel)
    WHEN 'free' THEN to_status <> 'failed'
    WHEN 'process' THEN (from_status, to_status) IN (
        ('new', 'in_progress'), ('new', 'completed'), ('new', 'failed'),
        ('in_progress', 'completed'), ('in_progress', 'failed'))
    ELSE (from_status, to_status) IN (
        ('new', 'in_progress'), ('in_progress', 'completed'),
        ('new', 'cancelled'), ('in_progress', 'cancelled'))
END
$$;

-- A value after a change: NULL keeps it, null clears it
CREATE FUNCTION merged(old json, change json)
    RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN change IS NULL THEN old WHEN json_typeof(change) <> 'null' THEN change END $$;

-- Whether these are 1 to 20 texts of up to 200 characters, each with a key of up to 40
CREATE FUNCTION metadata_holds(metadata json)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
BEGIN
    RETURN json_typeof(metadata) = 'object'
        AND (SELECT count(*) BETWEEN 1 AND 20 AND count(DISTINCT key) = count(*)
                    AND bool_and(char_length(key) BETWEEN 1 AND 40 AND json_typeof(value) = 'string'
                                 AND char_length(value #>> '{}') <= 200)
               FROM json_each(metadata));
END
$$;

-- Moves the row of an import behind a batch, in the transaction of the batch
CREATE FUNCTION move_import(
    import bigint,
    to_byte bigint,
    to_line bigint,
    created bigint,
    changed bigint,
    unchanged bigint,
    refused bigint,
    lines bigint[],
    columns text[],
    problems text[],
    is_end boolean
)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    INSERT INTO import_refusals (import, line, column_name, problem)
    SELECT move_import.import, r.line, r.column_name, r.problem
      FROM unnest(lines, columns, problems) AS r (line, column_name, problem);
    UPDATE imports AS i
       SET byte = to_byte, line = to_line, created = i.created + move_import.created,
           changed = i.changed + move_import.changed,
           unchanged = i.unchanged + move_import.unchanged,
           refused = i.refused + move_import.refused, moved_at = clock_timestamp(),
           finished_at = CASE WHEN is_end THEN clock_timestamp() END
     WHERE number = import;
    IF NOT is_end THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END
$$;

-- Moves an order to a status; to cancelled, its stock returns with it
CREATE FUNCTION move_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    to_status text,
    who text
)
    RETURNS order_outcome
    LANGUAGE plpgsql
AS $$
DECLARE
    held record;
    o    orders;
BEGIN
    PERFORM set_config('waybill.who', who, true);
    IF order_id IS NULL THEN
        SELECT id INTO order_id FROM waybill.orders WHERE number = order_number;
    END IF;
    -- Nearly every move is allowed. So the change is tried at once, without a lock before it, which
    -- saves a fifth of the cost. Only when no row was changed, the reason is looked for.
    UPDATE waybill.orders
       SET status = to_status
     WHERE id = order_id AND waybill.may_move(coalesce(scope, 'api'), status, to_status)
       AND CASE WHEN scope IS NULL THEN waybill.channel_kind(channel) <> 'process'
                ELSE channel = scope AND hidden_at IS NULL END
       AND (owner IS NULL OR customer_id = owner) AND (expected IS NULL OR version = expected)
       AND waybill.leaves_shipped(to_status, shipped_quantity, scope, channel)
    RETURNING * INTO o;
    IF FOUND THEN
        RETURN waybill.order_outcome('done', o);
    END IF;

    SELECT * INTO held FROM waybill.lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NOT NULL THEN
        RETURN waybill.order_outcome(held.obstacle, o);
    ELSIF NOT waybill.may_move(coalesce(scope, 'api'), o.status, to_status) THEN
        RETURN waybill.order_outcome('refused', o);
    ELSIF NOT waybill.leaves_shipped(to_status, o.shipped_quantity, scope, o.channel) THEN
        RETURN waybill.order_outcome('already_shipped', o);
    END IF;
    -- Another transaction has made it possible in the meantime.
    UPDATE waybill.orders SET status = to_status WHERE id = o.id RETURNING * INTO o;
    RETURN waybill.order_outcome('done', o);
END
$$;

-- Moves many orders at once; one row for each, in the order given
CREATE FUNCTION move_orders(
    order_ids uuid[],
    order_numbers bigint[],
    scopes text[],
    owners text[],
    expecteds bigint[],
    to_statuses text[],
    actors text[],
    lock_wait bigint DEFAULT NULL::bigint
)
    RETURNS SETOF order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    ids      uuid[] := order_ids;
    locked   uuid[];
    actor    text;
    moved    record;
    outcome  order_outcome;
    outcomes order_outcome[];
BEGIN
    IF lock_wait IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_wait::text, true);
    END IF;
    IF array_position(order_ids, NULL) IS NOT NULL THEN
        SELECT array_agg(coalesce(named.id, o.id) ORDER BY position)
          INTO ids
          FROM unnest(order_ids, order_numbers) WITH ORDINALITY AS named (id, number, position)
          LEFT JOIN orders AS o USING (number);
    END IF;
    -- A move that comes alone locks its order by changing it.
    IF cardinality(ids) > 1 THEN
        -- An order that its caller may not see is not even locked, nor are its products.
        SELECT array_agg(o.id)
          INTO locked
          FROM (SELECT id
                  FROM orders
                 WHERE id = ANY (ids)
                   AND EXISTS (SELECT
                                 FROM unnest(ids, scopes, owners) AS m (id, scope, owner)
                                WHERE m.id = orders.id
                                  AND (scope IS NULL OR channel = scope AND hidden_at IS NULL)
                                  AND (owner IS NULL OR customer_id = owner))
                 ORDER BY id
                   FOR NO KEY UPDATE) AS o;
        IF 'cancelled' = ANY (to_statuses) THEN
            PERFORM FROM products
              WHERE id IN (SELECT line ->> 'product_id'
                             FROM orders CROSS JOIN json_array_elements(items) AS line
                            WHERE orders.id = ANY (locked) AND takes_stock(channel))
              ORDER BY id
                FOR NO KEY UPDATE;
        END IF;
        FOR actor IN SELECT DISTINCT a.who FROM unnest(actors) AS a (who) LOOP
            PERFORM set_config('waybill.who', actor, true);
            FOR moved IN
                UPDATE orders AS o
                   SET status = to_status
                  FROM (SELECT DISTINCT ON (id) *
                          FROM unnest(ids, scopes, owners, expecteds, to_statuses, actors)
                                   WITH ORDINALITY
                                   AS m (id, scope, owner, expected, to_status, who, position)
                         ORDER BY id, position) AS m
                 WHERE o.id = m.id AND m.who = actor
                   AND may_move(coalesce(scope, 'api'), status, to_status)
                   AND CASE WHEN scope IS NULL THEN channel_kind(channel) <> 'process'
                            ELSE channel = scope AND hidden_at IS NULL END
                   AND (owner IS NULL OR customer_id = owner)
                   AND (expected IS NULL OR version = expected)
                   AND leaves_shipped(to_status, shipped_quantity, scope, channel)
                RETURNING m.position, order_outcome('done', o) AS outcome
            LOOP
                outcomes[moved.position] := moved.outcome;
            END LOOP;
        END LOOP;
    END IF;
    FOR position IN 1 .. cardinality(to_statuses) LOOP
        outcome := outcomes[position];
        IF outcome.outcome IS NULL THEN
            outcome := move_order(ids[position], NULL, scopes[position], owners[position],
                                  expecteds[position], to_statuses[position], actors[position]);
        END IF;
        RETURN NEXT outcome;
    END LOOP;
END
$$;

-- Notes that the sessions of these digests are used now
CREATE FUNCTION note_sessions(digests bytea[])
    RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH used AS (
    SELECT number, token_number FROM console_sessions
     WHERE hash = ANY (digests) AND ends_at > now()
     ORDER BY number FOR NO KEY UPDATE SKIP LOCKED
), noted AS (
    UPDATE console_sessions AS s
       SET used_at = now(),
           ends_at = least(s.created_at + interval '12 hours', now() + interval '60 minutes')
      FROM used WHERE s.number = used.number
)
UPDATE tokens SET last_used_at = now()
 WHERE number IN (SELECT number FROM tokens
                   WHERE number IN (SELECT token_number FROM used)
                     AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
                     FOR NO KEY UPDATE SKIP LOCKED)
$$;

-- Logs a browser in as a token; returns when that ends at the latest, NULL when the token is not valid
CREATE FUNCTION open_session(digest bytea, token bigint, replaced bytea)
    RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    latest timestamptz(3);
BEGIN
    SELECT least(now() + interval '12 hours', expires_at) INTO latest
      FROM tokens
     WHERE number = token AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
       FOR NO KEY UPDATE;
    IF latest IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM console_sessions WHERE hash = replaced;
    DELETE FROM console_sessions
     WHERE number IN (SELECT number FROM console_sessions WHERE token_number = token
                       ORDER BY used_at DESC, number DESC OFFSET 99);
    INSERT INTO console_sessions (hash, token_number, ends_at)
    VALUES (digest, token, least(latest, now() + interval '60 minutes'));
    RETURN latest;
END
$$;

-- An outcome row from an order's row
CREATE FUNCTION order_outcome(outcome text, o orders, detail json DEFAULT NULL::json)
    RETURNS order_outcome
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT ROW(outcome, o.id, o.number, o.channel, o.status, o.customer_id, o.reference, o.items,
           o.total_quantity, o.total_amount, o.shipping_carrier, o.tracking_number, o.version,
           o.created_at, o.updated_at, o.ship_to, o.note, o.tags, o.metadata,
           o.returned_quantity, o.returned_amount, o.shipped_quantity, detail)::waybill.order_outcome
$$;

-- What has become of the units of an order, by product: ordered, shipped, and those that came back without having been shipped
CREATE FUNCTION order_units(
    order_number bigint,
    items json,
    up_to integer DEFAULT NULL::integer
)
    RETURNS TABLE(
        line bigint,
        product_id text,
        name text,
        ordered bigint,
        shipped bigint,
        in_shipment bigint,
        never_shipped bigint)
    LANGUAGE sql STABLE
AS $$
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

-- The words by which a text is found; some of them twice, or empty
CREATE FUNCTION pieces_of(given text)
    RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    plain text := lower(given COLLATE "C");
    whole text[];
BEGIN
    IF plain !~ '[^ a-z0-9]' THEN
        RETURN string_to_array(plain, ' ');
    ELSIF plain !~ '[^!-~]' THEN
        RETURN btrim(plain, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~') || regexp_split_to_array(plain, '[^a-z0-9]+');
    ELSIF plain !~ '[^ -~]' THEN
        RETURN ARRAY(SELECT btrim(piece, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~')
                       FROM unnest(string_to_array(plain, ' ')) AS piece)
               || regexp_split_to_array(plain, '[^a-z0-9]+');
    END IF;
    whole := ARRAY(SELECT waybill.word_of(piece)
                     FROM regexp_split_to_table(waybill.folded(given), '[\s\u0001-\u0020\u2000-\u200f\u2028-\u202f\u3000]+') AS piece);
    RETURN whole || ARRAY(SELECT regexp_split_to_table(word, '[!-/:-@\[-`\u007b-\u00bf]+')
                            FROM unnest(whole) AS word);
END
$$;

-- Places all of these orders, or none when one is refused; one row for each, in the order given
CREATE FUNCTION place_all_orders(
    ids uuid[],
    channels text[],
    customers text[],
    order_refs text[],
    shortages text[],
    actors text[],
    line_orders integer[],
    line_products text[],
    line_names text[],
    line_quantities integer[],
    line_prices numeric[],
    introduces boolean[] DEFAULT NULL::boolean[],
    lock_wait bigint DEFAULT NULL::bigint,
    extras json[] DEFAULT NULL::json[]
)
    RETURNS TABLE(
        outcome placing_outcome,
        number bigint,
        items json,
        total_quantity integer,
        total_amount numeric,
        created_at timestamp with time zone,
        detail json,
        ship_to json,
        note text,
        tags json,
        metadata json)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    are_placed boolean := true;
BEGIN
    FOR outcome, number, items, total_quantity, total_amount, created_at, detail, ship_to, note, tags,
        metadata IN
        SELECT *
          FROM place_orders(ids, channels, customers, order_refs, shortages, actors, line_orders,
                            line_products, line_names, line_quantities, line_prices, introduces,
                            lock_wait, extras)
    LOOP
        are_placed := are_placed AND outcome = 'placed';
        RETURN NEXT;
    END LOOP;
    IF NOT are_placed THEN
        RAISE EXCEPTION 'an order is refused' USING ERRCODE = 'WB001';
    END IF;
EXCEPTION
    -- What was placed has been undone; the rows that were returned stay.
    WHEN SQLSTATE 'WB001' THEN NULL;
END
$$;

-- Places many orders at once; one row for each, in the order given
CREATE FUNCTION place_orders(
    ids uuid[],
    channels text[],
    customers text[],
    order_refs text[],
    shortages text[],
    actors text[],
    line_orders integer[],
    line_products text[],
    line_names text[],
    line_quantities integer[],
    line_prices numeric[],
    introduces boolean[] DEFAULT NULL::boolean[],
    lock_wait bigint DEFAULT NULL::bigint,
    extras json[] DEFAULT NULL::json[]
)
    RETURNS TABLE(
        outcome placing_outcome,
        number bigint,
        items json,
        total_quantity integer,
        total_amount numeric,
        created_at timestamp with time zone,
        detail json,
        ship_to json,
        note text,
        tags json,
        metadata json)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    placed_at   constant timestamptz(3) := clock_timestamp();
    order_count constant integer := cardinality(ids);
    line_count  constant integer := coalesce(cardinality(line_orders), 0);
    outcomes    text[]    := array_fill('placed'::text, ARRAY[order_count]);
    details     json[];
    granted     integer[] := line_quantities;
    -- Nothing is known against any order, and there is enough of everything.
    clear       boolean   := true;
    -- Which order has the reference of each order already: its number, or minus the position of an
    -- earlier order of this batch.
    holders     bigint[]  := array_fill(NULL::bigint, ARRAY[order_count]);
    -- Whether products are locked when everything else has been written.
    locks_late  boolean;
    -- The products of the lines, and the index of each line's product among them. Of those that take
    -- stock, also: where the locked row is, the units that are left while orders are decided one by
    -- one, and the units that are taken.
    known_ids   text[];
    names       text[];
    prices      numeric[];
    slots       integer[];
    unmatched   boolean;
    widened     boolean;
    places      tid[];
    stock_left  bigint[];
    taken       bigint[];
    -- The order being decided.
    first_line  integer := 1;
    end_line    integer := 1;
    missing     boolean;
    short       text[];
    shorts      json;
    enough      boolean;
    served      boolean;
    -- The order being rendered, and what has become of each: NULL when it was refused.
    line        integer := 1;
    price       numeric(12, 2);
    document    text;
    units       integer;
    amount      numeric(20, 2);
    numbers     bigint[];
    -- A dry run uses up no number. It is rolled back, so it may write any numbers that no other
    -- transaction writes: those that come next, raised by `raise_by`, which the answer takes off again.
    next_number bigint;
    raise_by    bigint := 0;
    documents   text[];
    quantities  integer[];
    amounts     numeric[];
    rows_taken  bigint;
    setting     text;
    -- Where each order goes, and whether a customer is new or has an address of their own.
    addresses   json[];
    any_new     boolean;
    any_address boolean;
BEGIN
    IF lock_wait IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_wait::text, true);
    END IF;
    IF introduces IS NOT NULL THEN
        -- Customers are never deleted: one that is known now is still known at the insert.
        SELECT array_agg(CASE WHEN may_introduce OR customer IS NULL
                                   OR EXISTS (SELECT FROM customers WHERE id = customer)
                              THEN 'placed' ELSE 'unknown_customer' END ORDER BY position)
          INTO outcomes
          FROM unnest(introduces, customers)
               WITH ORDINALITY AS o (may_introduce, customer, position);
        clear := 'placed' = ALL (outcomes);
    END IF;

    IF array_remove(order_refs, NULL) <> '{}' THEN
        -- Another transaction may be using the reference at this moment, so its end must be waited
        -- for.
        PERFORM lock_references(channels, order_refs);
        SELECT array_agg(coalesce(held.number, -given.earlier) ORDER BY given.position)
          INTO holders
          FROM (SELECT channel, reference, position,
                       CASE WHEN reference IS NOT NULL THEN
                           nullif(min(position) OVER (PARTITION BY channel, reference), position)
                       END AS earlier
                  FROM unnest(channels, order_refs)
                       WITH ORDINALITY AS o (channel, reference, position)) AS given
          LEFT JOIN orders AS held USING (channel, reference);
        clear := clear AND array_remove(holders, NULL) = '{}';
    END IF;

    -- Asked first, as ON CONFLICT alone would use up a number of the sequence for each known customer.
    -- A customer that is not found has NULL here.
    SELECT bool_or(has_address IS NULL), bool_or(has_address)
      INTO any_new, any_address
      FROM (SELECT (SELECT c.ship_to IS NOT NULL FROM customers AS c WHERE c.id = customer) AS has_address
              FROM unnest(customers) AS customer
             WHERE customer IS NOT NULL) AS asked;

    locks_late := lock_wait IS NOT NULL AND order_count > 1 AND clear AND any_new IS NOT TRUE;
    LOOP
        IF locks_late THEN
            SELECT array_agg(id), array_agg(stock), array_agg(name), array_agg(price),
                   array_agg(0::bigint)
              INTO known_ids, stock_left, names, prices, taken
              FROM (SELECT id, stock, name, price
                      FROM products
                     WHERE id = ANY (ARRAY(SELECT product
                                             FROM unnest(line_orders, line_products) AS l (position, product)
                                            WHERE takes_stock(channels[position])))
                       AND retired_at IS NULL
                     ORDER BY id) AS seen;
        ELSE
            -- The products are locked in id order, so these numbers stay true until the commit.
            SELECT array_agg(ctid), array_agg(id), array_agg(stock), array_agg(name), array_agg(price),
                   array_agg(0::bigint)
              INTO places, known_ids, stock_left, names, prices, taken
              FROM (SELECT ctid, id, stock, name, price
                      FROM products
                     WHERE id = ANY (ARRAY(SELECT product
                                             FROM unnest(line_orders, line_products) AS l (position, product)
                                            WHERE takes_stock(channels[position])))
                       AND retired_at IS NULL
                     ORDER BY id
                       FOR NO KEY UPDATE) AS held;
        END IF;
        widened := false;
        LOOP
            IF line_count <= 16 THEN
                slots     := '{}';
                unmatched := false;
                FOR line IN 1 .. line_count LOOP
                    slots[line] := array_position(known_ids, line_products[line]);
                    unmatched   := unmatched OR slots[line] IS NULL AND line_products[line] IS NOT NULL;
                END LOOP;
            ELSE
                -- The planner expects 1,000 rows of generate_series(), so it joins by a hash. Of unnest()
                -- it would expect ten, and compare every line with every product.
                SELECT array_agg(slot), bool_or(slot IS NULL AND line_products[line] IS NOT NULL)
                  INTO slots, unmatched
                  FROM (SELECT line, slot
                          FROM generate_series(1, line_count) AS line
                          LEFT JOIN generate_series(1, cardinality(known_ids)) AS slot
                            ON known_ids[slot] = line_products[line]
                         ORDER BY line) AS matched;
            END IF;
            EXIT WHEN widened OR unmatched IS NOT TRUE;
            -- Orders that take no stock have the catalogue's names and prices too, where it knows them.
            SELECT known_ids || array_agg(id), names || array_agg(name), prices || array_agg(price)
              INTO known_ids, names, prices
              FROM (SELECT id, name, price
                      FROM products
                     WHERE id = ANY (line_products) AND id <> ALL (coalesce(known_ids, '{}'))) AS other;
            widened := true;
        END LOOP;

        FOR line IN 1 .. line_count LOOP
            IF line_products[line] IS NOT NULL AND takes_stock(channels[line_orders[line]]) THEN
                clear := clear AND taken[slots[line]] + line_quantities[line] <= stock_left[slots[line]];
                -- False, or NULL for a product that is not in stock.
                EXIT WHEN clear IS NOT TRUE;
                taken[slots[line]] := taken[slots[line]] + line_quantities[line];
            END IF;
        END LOOP;
        EXIT WHEN clear OR NOT locks_late;
        -- Orders are decided one by one on numbers that stay true.
        locks_late := false;
        clear      := true;
    END LOOP;

    IF clear IS NOT TRUE THEN
        details := array_fill(NULL::json, ARRAY[order_count]);
        FOR position IN 1 .. order_count LOOP
            first_line := end_line;
            WHILE line_orders[end_line] = position LOOP
                end_line := end_line + 1;
            END LOOP;

            IF holders[position] < 0 AND outcomes[-holders[position]] <> 'placed' THEN
                -- The earlier order of this reference was refused, so the reference is free again.
                -- Later orders of the same reference now meet this order instead.
                FOR later IN position + 1 .. order_count LOOP
                    IF holders[later] = holders[position] THEN
                        holders[later] := -position;
                    END IF;
                END LOOP;
                holders[position] := NULL;
            END IF;
            CONTINUE WHEN outcomes[position] <> 'placed';
            IF holders[position] IS NOT NULL THEN
                outcomes[position] := 'reference_used';
                CONTINUE;
            END IF;
            CONTINUE WHEN NOT takes_stock(channels[position]);

            missing := false;
            enough  := true;
            FOR line IN first_line .. end_line - 1 LOOP
                CONTINUE WHEN line_products[line] IS NULL;
                IF stock_left[slots[line]] IS NULL THEN
                    missing := true;
                ELSE
                    stock_left[slots[line]] := stock_left[slots[line]] - line_quantities[line];
                    enough := enough AND stock_left[slots[line]] >= 0;
                END IF;
            END LOOP;
            CONTINUE WHEN enough AND NOT missing;

            -- Not everything is in stock: undo the count, and see which part can be placed.
            FOR line IN first_line .. end_line - 1 LOOP
                IF stock_left[slots[line]] IS NOT NULL THEN
                    stock_left[slots[line]] := stock_left[slots[line]] + line_quantities[line];
                END IF;
            END LOOP;
            missing := missing AND shortages[position] <> 'partial_products';
            SELECT json_agg(asked), array_agg(product_id)
              INTO shorts, short
              FROM (SELECT line_products[line] AS product_id,
                           sum(line_quantities[line]) AS requested,
                           coalesce(min(stock_left[slots[line]]), 0) AS available
                      FROM generate_series(first_line, end_line - 1) AS line
                     WHERE line_products[line] IS NOT NULL AND (stock_left[slots[line]] IS NULL OR NOT missing)
                     GROUP BY 1
                     ORDER BY 1) AS asked
             WHERE requested > available;
            details[position] := shorts;
            IF missing THEN
                outcomes[position] := 'unknown_product';
                CONTINUE;
            END IF;
            served := false;
            IF shortages[position] <> 'refuse' THEN
                FOR line IN first_line .. end_line - 1 LOOP
                    IF stock_left[slots[line]] IS NULL AND line_products[line] IS NOT NULL
                        OR shortages[position] = 'partial_products'
                           AND line_products[line] = ANY (short)
                    THEN
                        granted[line] := 0;
                    ELSIF stock_left[slots[line]] IS NOT NULL THEN
                        granted[line] := least(granted[line], stock_left[slots[line]]);
                        stock_left[slots[line]] := stock_left[slots[line]] - granted[line];
                    END IF;
                    served := served OR granted[line] > 0;
                END LOOP;
            END IF;
            IF NOT served THEN
                outcomes[position] := 'out_of_stock';
            END IF;
        END LOOP;

        taken := array_fill(0::bigint, ARRAY[coalesce(cardinality(taken), 0)]);
        FOR line IN 1 .. line_count LOOP
            IF outcomes[line_orders[line]] <> 'placed' THEN
                granted[line] := 0;
            ELSIF stock_left[slots[line]] IS NOT NULL AND takes_stock(channels[line_orders[line]]) THEN
                taken[slots[line]] := taken[slots[line]] + granted[line];
            END IF;
        END LOOP;
    END IF;

    IF current_setting('waybill.dry_run', true) = 'on' THEN
        raise_by := (1 + pg_current_xact_id()::text::bigint % 1000000) << 42;
        SELECT last_value + is_called::integer + raise_by INTO next_number FROM orders_number_seq;
    END IF;
    FOR position IN 1 .. order_count LOOP
        document := '';
        units    := 0;
        amount   := 0;
        WHILE line_orders[line] = position LOOP
            IF granted[line] > 0 THEN
                price    := coalesce(line_prices[line], prices[slots[line]], 0);
                document := document || ',' || render_line(
                    line_products[line], coalesce(names[slots[line]], line_names[line]),
                    granted[line], price);
                units    := units + granted[line];
                amount   := amount + granted[line] * price;
            END IF;
            line := line + 1;
        END LOOP;
        IF outcomes[position] = 'placed' THEN
            IF raise_by = 0 THEN
                numbers[position] := nextval('orders_number_seq');
            ELSE
                numbers[position] := next_number;
                next_number       := next_number + 1;
            END IF;
            documents[position]  := '[' || substr(document, 2) || ']';
            quantities[position] := units;
            amounts[position]    := amount;
        ELSE
            numbers[position]    := NULL;
            documents[position]  := NULL;
            quantities[position] := NULL;
            amounts[position]    := NULL;
        END IF;
    END LOOP;
    IF line <= line_count THEN
        RAISE EXCEPTION 'line % comes after the lines of a later order', line
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    setting := set_internal_write(true, 'placing');
    IF NOT locks_late THEN
        -- The rows are locked, so they are still where they were. If the units were wrong, the table's
        -- check would fail the whole batch.
        UPDATE products
           SET stock = stock - t.units, version = version + 1,
               updated_at = greatest(placed_at, updated_at + interval '1 millisecond')
          FROM unnest(places, taken) AS t (place, units)
         WHERE products.ctid = t.place AND t.units > 0;
        GET DIAGNOSTICS rows_taken = ROW_COUNT;
        IF rows_taken <> cardinality(array_remove(taken, 0)) THEN
            RAISE EXCEPTION 'a product that was locked has moved';
        END IF;
    END IF;
    IF extras IS NOT NULL OR any_address THEN
        SELECT array_agg(coalesce(extra -> 'ship_to',
                                  (SELECT c.ship_to FROM customers AS c WHERE c.id = customer))
                         ORDER BY position)
          INTO addresses
          FROM unnest(extras, customers) WITH ORDINALITY AS o (extra, customer, position);
    END IF;
    IF any_new THEN
        -- The first order of a customer names who introduced them.
        WITH introduced AS (
            INSERT INTO customers (id)
            SELECT DISTINCT customer
              FROM unnest(customers, numbers) AS o (customer, number)
             WHERE o.number IS NOT NULL AND customer IS NOT NULL
               AND NOT EXISTS (SELECT FROM customers AS known WHERE known.id = customer)
             ORDER BY customer
                ON CONFLICT DO NOTHING
            RETURNING id, version, created_at
        )
        INSERT INTO customer_events (customer_id, version, what, who, created_at)
        SELECT DISTINCT ON (i.id) i.id, i.version, 'created', o.who, i.created_at
          FROM introduced AS i
          JOIN unnest(customers, numbers, actors) WITH ORDINALITY AS o (customer, number, who, position)
            ON o.customer = i.id
         WHERE o.number IS NOT NULL
         ORDER BY i.id, o.position;
    END IF;
    INSERT INTO orders (id, number, channel, reference, customer_id, items, total_quantity,
                        total_amount, created_at, updated_at, ship_to, note, tags, metadata)
    OVERRIDING SYSTEM VALUE
    SELECT o.id, o.number, channel, reference, customer, document::json, quantity, o.amount, placed_at,
           placed_at, o.address, extra ->> 'note', extra -> 'tags', extra -> 'metadata'
      FROM unnest(ids, numbers, channels, order_refs, customers, documents, quantities, amounts,
                  addresses, extras)
               AS o (id, number, channel, reference, customer, document, quantity, amount, address,
                     extra)
     WHERE o.number IS NOT NULL;
    IF extras IS NOT NULL THEN
        INSERT INTO order_tagged (tag, created_at, order_number)
        SELECT tag, placed_at, o.number
          FROM unnest(numbers, extras) AS o (number, extra)
         CROSS JOIN json_array_elements_text(extra -> 'tags') AS tag
         WHERE o.number IS NOT NULL;
    END IF;
    INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
    SELECT id, 1, 'placed', 'new', who, placed_at
      FROM unnest(ids, numbers, actors) AS o (id, number, who)
     WHERE o.number IS NOT NULL;
    INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
    SELECT line_products[line], placed_at, numbers[line_orders[line]], sum(granted[line]),
           CASE WHEN takes_stock(channels[line_orders[line]]) THEN sum(granted[line]) ELSE 0 END
      FROM generate_series(1, line_count) AS line
     WHERE line_products[line] IS NOT NULL AND granted[line] > 0
     GROUP BY line_orders[line], line_products[line];
    IF locks_late THEN
        PERFORM take_units(known_ids, taken, names, prices, placed_at);
    END IF;
    setting := set_internal_write(false);

    RETURN QUERY
    SELECT o.outcome::placing_outcome,
           coalesce(o.number - raise_by, nullif(greatest(holder, 0), 0), numbers[-holder] - raise_by),
           o.document::json, o.quantity, o.amount,
           CASE WHEN o.number IS NOT NULL THEN placed_at::timestamptz END, o.detail, o.address,
           extra ->> 'note', extra -> 'tags', extra -> 'metadata'
      FROM unnest(outcomes, numbers, documents, quantities, amounts, details, holders, addresses, extras)
               AS o (outcome, number, document, quantity, amount, detail, holder, address, extra);
END
$$;

-- Completed orders by product of a period, both days included: SELECT * FROM product_sales('2026-01-01', '2026-03-31') ORDER BY total_amount DESC LIMIT 20
CREATE FUNCTION product_sales(from_day date, to_day date)
    RETURNS TABLE(
        product_id text,
        product_name text,
        orders bigint,
        total_quantity bigint,
        total_amount numeric,
        returned_quantity bigint,
        returned_amount numeric)
    LANGUAGE sql STABLE
AS $$
SELECT s.product_id, n.product_name, s.orders, s.total_quantity, s.total_amount,
       s.returned_quantity, s.returned_amount
  FROM (SELECT l.product_id, sum(l.orders)::bigint AS orders,
               sum(l.total_quantity)::bigint AS total_quantity, sum(l.total_amount) AS total_amount,
               sum(l.returned_quantity)::bigint AS returned_quantity,
               sum(l.returned_amount) AS returned_amount
          FROM (SELECT date_trunc('month', from_day + interval '1 month - 1 day')::date,
                       date_trunc('month', to_day + interval '1 day')::date) AS month (first, after),
               LATERAL (
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'month' AND first_day >= month.first AND first_day < month.after
                    UNION ALL
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'day' AND first_day >= from_day AND first_day <= to_day
                      AND first_day < month.first
                    UNION ALL
                   SELECT * FROM waybill.product_ledger
                    WHERE span = 'day' AND first_day <= to_day
                      AND first_day >= month.first AND first_day >= month.after) AS l
         GROUP BY l.product_id
        HAVING sum(l.orders) > 0) AS s
  LEFT JOIN waybill.sales_by_product AS n ON n.product_id = s.product_id
$$;

-- Deletes up to batch answers older than age; returns how many
CREATE FUNCTION prune_answers(age interval, batch integer)
    RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH old AS (
    SELECT id
      FROM idempotency_keys
     WHERE created_at < now() - age
     ORDER BY created_at
     LIMIT batch
       FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM old) RETURNING 1
)
SELECT count(*) FROM gone
$$;

-- Deletes up to batch sessions that have ended; returns how many
CREATE FUNCTION prune_sessions(batch integer)
    RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
WITH ended AS (
    SELECT number FROM console_sessions WHERE ends_at <= now()
     ORDER BY ends_at LIMIT batch FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM console_sessions WHERE number IN (SELECT number FROM ended) RETURNING 1
)
SELECT count(*) FROM gone
$$;

-- Records the schema as it is; the last statement of each step that changes it
CREATE FUNCTION record_schema()
    RETURNS void
    LANGUAGE sql
    SET search_path = waybill, pg_temp
AS $$
DELETE FROM schema_contents;
INSERT INTO schema_contents (kind, name, hash, is_portable, made_by)
SELECT kind, name, hash, is_portable, current_setting('server_version_num')::integer / 10000
  FROM schema_objects()
$$;

-- Records what visits of orders in the queue have learned; one row for each, in the order given
CREATE FUNCTION record_visits(
    ids uuid[],
    numbers integer[],
    statuses text[],
    begun integer[],
    unchanged integer[],
    unknown integer[],
    pauses bigint[],
    problems text[]
)
    RETURNS TABLE(is_recorded boolean, due_in bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    recorded bigint[];
BEGIN
    PERFORM set_config('waybill.who', 'order process', true);
    PERFORM FROM orders WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM order_processes WHERE order_id = ANY (ids) ORDER BY order_id FOR UPDATE;
    WITH visited AS (
        UPDATE order_processes AS p
           SET claimed_at = NULL, starts = p.starts + v.begun, unchanged_visits = v.unchanged,
               unknown_visits = v.unknown, problem = v.problem,
               -- After a callback during the visit the next one is due at once, or when the
               -- callback says; least() ignores NULL.
               due_at = least(now() + v.pause * interval '1 millisecond',
                              CASE WHEN p.hinted_at > p.claimed_at THEN p.hinted_at END)
          FROM unnest(ids, numbers, begun, unchanged, unknown, pauses, problems)
               WITH ORDINALITY
               AS v (id, number, begun, unchanged, unknown, pause, problem, position)
         WHERE p.order_id = v.id AND p.visits = v.number AND p.claimed_at IS NOT NULL
        RETURNING v.position
    )
    SELECT coalesce(array_agg(position), '{}') INTO recorded FROM visited;
    UPDATE orders AS o
       SET status = v.status
      FROM unnest(ids, statuses) WITH ORDINALITY AS v (id, status, position)
     WHERE o.id = v.id AND v.position = ANY (recorded)
       AND may_move(o.channel, o.status, v.status);
    RETURN QUERY
    SELECT v.position = ANY (recorded), ceil(extract(epoch FROM p.due_at - now()) * 1000)::bigint
      FROM unnest(ids) WITH ORDINALITY AS v (id, position)
      LEFT JOIN order_processes AS p ON p.order_id = v.id
     ORDER BY v.position;
END
$$;

-- Refreshes all reports if that is due and no other call is doing it
CREATE FUNCTION refresh_report(
    every interval,
    OUT outcome refresh_outcome,
    OUT due_in interval
)
    RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET work_mem = 64MB
    SET default_statistics_target = 1
    SET jit = off
AS $$
DECLARE
    started timestamptz;
    changed bigint;
    entries bigint;
BEGIN
    -- Held until the commit, so that two refreshes never overlap, and released by a crash.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('waybill.report', 0)) THEN
        outcome := 'busy';
        due_in  := least(every, interval '1 second');
        RETURN;
    END IF;
    SELECT started_at + every INTO started FROM report_refreshes ORDER BY number DESC LIMIT 1;
    IF started > clock_timestamp() THEN
        outcome := 'not_due';
        due_in  := started - clock_timestamp();
        RETURN;
    END IF;

    started := clock_timestamp();
    due_in  := every;
    BEGIN
        WITH change AS (
            DELETE FROM report_changes RETURNING *
        ), sums AS (
            SELECT customer_id, sum(orders) AS orders, sum(quantity) AS quantity,
                   sum(amount) AS amount, sum(returned_quantity) AS back_quantity,
                   sum(returned_amount) AS back_amount
              FROM change
             WHERE customer_id IS NOT NULL
             GROUP BY customer_id
        ), folded_customers AS (
            -- The new sums are made before the insert: the table's checks are applied to the row
            -- that is to be inserted, also when ON CONFLICT then updates, and a difference may be
            -- negative.
            INSERT INTO customer_ledger
            SELECT customer_id, name, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM sums AS s
              LEFT JOIN customers ON id = customer_id
              LEFT JOIN customer_ledger AS l USING (customer_id)
             ORDER BY customer_id
                ON CONFLICT (customer_id) DO UPDATE
               SET customer_name  = excluded.customer_name, orders = excluded.orders,
                   total_quantity = excluded.total_quantity, total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        ), changed_orders AS MATERIALIZED (
            -- Each row is looked up by its key: the limits keep the planner, which cannot know how
            -- few rows there are, from reading whole tables. The same below.
            SELECT c.*, (o.created_at AT TIME ZONE 'UTC')::date AS day, o.items,
                   o.returned_quantity IS NOT NULL AS has_returns
              FROM change AS c
             CROSS JOIN LATERAL (SELECT * FROM orders WHERE number = c.order_number LIMIT 1) AS o
        ), day_sums AS (
            SELECT day, sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
                   sum(returned_quantity) AS back_quantity, sum(returned_amount) AS back_amount
              FROM changed_orders
             GROUP BY day
        ), folded_days AS (
            INSERT INTO day_ledger
            SELECT s.day, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM day_sums AS s
              LEFT JOIN LATERAL (SELECT * FROM day_ledger AS l WHERE l.day = s.day LIMIT 1) AS l ON true
             ORDER BY s.day
                ON CONFLICT (day) DO UPDATE
               SET orders = excluded.orders, total_quantity = excluded.total_quantity,
                   total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        ), by_product AS (
            SELECT day, product_id, orders, orders * units AS quantity, orders * worth AS amount,
                   0 AS back_quantity, 0 AS back_amount
              FROM changed_orders
             CROSS JOIN LATERAL (
                 SELECT coalesce(product_id, '') AS product_id, sum(quantity) AS units,
                        sum(amount) AS worth
                   FROM json_to_recordset(items)
                     AS line (product_id text, quantity integer, amount numeric)
                  GROUP BY 1) AS sold
             WHERE orders <> 0
             UNION ALL
            -- A return is a change of its own. An order that is completed again, or no longer is,
            -- takes along what came back before.
            SELECT day, product_id, 0, -sign * units, -sign * worth, sign * units, sign * worth
              FROM changed_orders AS o
             CROSS JOIN LATERAL (SELECT CASE orders WHEN 0 THEN 1 ELSE orders END) AS s (sign)
             CROSS JOIN LATERAL (
                 SELECT product_id, sum(quantity) AS units, sum(amount) AS worth
                   FROM order_returns AS r
                  WHERE r.order_number = o.order_number
                    AND CASE orders WHEN 0 THEN r.version = o.version ELSE r.version < o.version END
                  GROUP BY product_id) AS back
             WHERE has_returns
        ), product_sums AS (
            SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(month) = 0 THEN 'month'
                        ELSE 'all' END AS span,
                   coalesce(day, month, '-infinity') AS first_day, product_id,
                   sum(orders) AS orders, sum(quantity) AS quantity, sum(amount) AS amount,
                   sum(back_quantity) AS back_quantity, sum(back_amount) AS back_amount
              FROM (SELECT *, date_trunc('month', day::timestamp)::date AS month
                      FROM by_product) AS moved
             GROUP BY GROUPING SETS ((day, product_id), (month, product_id), (product_id))
        ), folded_products AS (
            INSERT INTO product_ledger
            SELECT s.span, s.first_day, s.product_id, coalesce(l.orders, 0) + s.orders,
                   coalesce(total_quantity, 0) + quantity, coalesce(total_amount, 0) + amount,
                   coalesce(returned_quantity, 0) + back_quantity,
                   coalesce(returned_amount, 0) + back_amount
              FROM product_sums AS s
              LEFT JOIN LATERAL (
                  SELECT * FROM product_ledger AS l
                   WHERE l.span = s.span AND l.first_day = s.first_day
                     AND l.product_id = s.product_id
                   LIMIT 1) AS l ON true
             ORDER BY 1, 2, 3
                ON CONFLICT (span, first_day, product_id) DO UPDATE
               SET orders = excluded.orders, total_quantity = excluded.total_quantity,
                   total_amount = excluded.total_amount,
                   returned_quantity = excluded.returned_quantity,
                   returned_amount = excluded.returned_amount
        )
        SELECT count(*) INTO changed FROM change;

        IF changed = 0 THEN
            SELECT coalesce(max(r.rows), 0) INTO entries
              FROM (SELECT l.rows FROM report_refreshes AS l
                     WHERE l.error IS NULL ORDER BY l.number DESC LIMIT 1) AS r;
            outcome := 'unchanged';
        ELSE
            REFRESH MATERIALIZED VIEW CONCURRENTLY customer_report;
            REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_day;
            REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_product;
            SELECT count(*) INTO entries FROM customer_report;
            outcome := 'refreshed';
        END IF;
        INSERT INTO report_refreshes (started_at, finished_at, changes, rows)
        VALUES (started, clock_timestamp(), changed, entries);
        -- Rows are kept for a month. There is a new one every two minutes.
        DELETE FROM report_refreshes
         WHERE number IN (SELECT number FROM report_refreshes
                           WHERE started_at < clock_timestamp() - interval '30 days'
                           ORDER BY number LIMIT 1000);
    EXCEPTION WHEN OTHERS THEN
        -- The attempt was rolled back, so the changes are in their table for the next one.
        outcome := 'failed';
        INSERT INTO report_refreshes (started_at, finished_at, error)
        VALUES (started, clock_timestamp(), SQLSTATE || ': ' || SQLERRM);
    END;
END
$$;

-- An order line as it is stored and sent
CREATE FUNCTION render_line(product_id text, name text, quantity integer, price numeric)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT '{"product_id":' || coalesce(to_json(product_id)::text, 'null')
    || ',"name":' || coalesce(to_json(name)::text, 'null')
    || ',"quantity":' || quantity || ',"price":' || price || ',"amount":' || quantity * price || '}'
$$;

-- Keeps numbers up to one from being given to new products, customers or orders
CREATE FUNCTION reserve_numbers(kind text, upto bigint)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    numbers constant regclass := pg_get_serial_sequence('waybill.' || kind, 'number');
    reached bigint;
BEGIN
    IF kind NOT IN ('products', 'customers', 'orders') OR upto > 100000000000 THEN
        RAISE EXCEPTION 'numbers of % are not reserved up to %', kind, upto
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT last_value FROM %s', numbers) INTO reached;
    IF reached >= upto THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY 1', numbers);
    EXECUTE format('SELECT last_value FROM %s', numbers) INTO reached;
    IF reached < upto THEN
        EXECUTE format('ALTER SEQUENCE %s RESTART WITH %s', numbers, upto + 1);
    END IF;
END
$$;

-- Takes units of a completed order back; stock, history and report follow
CREATE FUNCTION return_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    returned_products text[],
    quantities integer[],
    restocks boolean[],
    reason text,
    who text
)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
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

-- Returns the units of a cancelled order to the stock, with a row in stock_adjustments for each
CREATE FUNCTION return_stock(order_number bigint, items json)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM FROM waybill.products
      WHERE id IN (SELECT line ->> 'product_id' FROM json_array_elements(items) AS line)
      ORDER BY id
        FOR NO KEY UPDATE;
    PERFORM waybill.set_internal_write(true);
    WITH held AS (
        SELECT line ->> 'product_id' AS product_id, sum((line ->> 'quantity')::integer) AS units
          FROM json_array_elements(items) AS line
         WHERE line ->> 'product_id' IS NOT NULL
         GROUP BY 1
    ), returned AS (
        UPDATE waybill.products
           SET stock = stock + units, version = version + 1,
               updated_at = greatest(clock_timestamp(), updated_at + interval '1 millisecond')
          FROM held
         WHERE id = product_id
    )
    INSERT INTO waybill.stock_adjustments
        (product_id, delta, cause, order_number, who, created_at)
    SELECT product_id, units, 'cancelled', return_stock.order_number, waybill.who(), clock_timestamp()
      FROM held
     ORDER BY product_id;
    PERFORM waybill.set_internal_write(false);
END
$$;

-- Every object of the schema as it is now, with a hash of its definition
CREATE FUNCTION schema_objects()
    RETURNS TABLE(kind text, name text, hash text, is_portable boolean)
    LANGUAGE sql STABLE
    SET search_path = ""
AS $$
SELECT 'function', oid::regprocedure::text,
       md5(concat_ws('|', prosrc, pg_get_function_result(oid), pg_get_function_arguments(oid),
                     provolatile, proparallel, prosecdef, proisstrict, proconfig)), true
  FROM pg_proc
 WHERE pronamespace = 'waybill'::regnamespace
 UNION ALL
SELECT CASE WHEN relkind IN ('v', 'm') THEN 'view' WHEN relkind = 'c' THEN 'type' ELSE 'table' END,
       c.oid::regclass::text,
       md5(string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
                                attcollation::regcollation), ',' ORDER BY attnum)), true
  FROM pg_class AS c JOIN pg_attribute AS a ON attrelid = c.oid
 WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'c')
   AND attnum > 0 AND NOT attisdropped
 GROUP BY c.oid, relkind
 UNION ALL
SELECT 'view definition', oid::regclass::text, md5(pg_get_viewdef(oid)), false
  FROM pg_class
 WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('v', 'm')
 UNION ALL
SELECT 'constraint',
       conname || ' on ' || CASE conrelid WHEN 0 THEN contypid::regtype::text
                                 ELSE conrelid::regclass::text END,
       md5(concat_ws(' ', pg_get_constraintdef(oid), convalidated)), false
  FROM pg_constraint
 WHERE connamespace = 'waybill'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
 UNION ALL
SELECT 'index', indexrelid::regclass::text, md5(concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)), false
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE relnamespace = 'waybill'::regnamespace
 UNION ALL
SELECT 'trigger', tgname || ' on ' || tgrelid::regclass,
       md5(concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled)), false
  FROM pg_trigger AS t JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace = 'waybill'::regnamespace AND NOT tgisinternal
$$;

-- Customers or products that have all of these words of names, and one with this beginning
CREATE FUNCTION search_names(
    of_kind "char",
    whole text[],
    beginning text,
    after_word text,
    after_id text,
    size bigint,
    OUT ids text[],
    OUT words text[],
    OUT reach_word text,
    OUT reach_id text,
    OUT narrow boolean
)
    RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    looked_at constant integer := 2000;
    past      constant text    := beginning || chr(1114111);
    -- The word that is walked, or NULL when that is the beginning; and from where to where.
    driver    text;
    low       text    := beginning;
    high      text    := past;
    goes_on   boolean := false;
    span      bigint  := least(2 * size, looked_at);
    entries   record;
BEGIN
    IF whole <> '{}' THEN
        -- The next page walks the same word, also if another one has become rarer. Whoever has a whole
        -- word that begins so has the beginning, too.
        SELECT w.driver, w.low, w.high
          INTO driver, low, high
          FROM (SELECT word, word, word || chr(1) FROM unnest(whole) AS word
                 UNION ALL
                SELECT NULL, beginning, past
                 WHERE beginning IS NOT NULL
                   AND NOT EXISTS (SELECT FROM unnest(whole) AS word
                                    WHERE word >= beginning COLLATE "C" AND word < past COLLATE "C")
               ) AS w (driver, low, high)
         ORDER BY (after_word >= w.low COLLATE "C" AND after_word < w.high COLLATE "C") IS TRUE DESC,
                  (SELECT count(*)
                     FROM (SELECT FROM search_words AS s
                            WHERE s.kind = of_kind AND s.word >= w.low AND s.word < w.high
                            LIMIT 1000) AS few),
                  w.driver NULLS FIRST
         LIMIT 1;
    END IF;
    IF after_word >= low COLLATE "C" THEN
        goes_on := true;
    ELSE
        after_word := low;
        after_id   := '';
    END IF;
    LOOP
        SELECT array_agg(word ORDER BY word, id) AS words, array_agg(id ORDER BY word, id) AS ids
          INTO entries
          FROM (SELECT word, id
                  FROM search_words AS s
                 WHERE s.kind = of_kind AND (word, id) > (after_word, after_id) AND word < high
                 ORDER BY word, id
                 LIMIT span) AS walked;
        -- Whoever has several words of the beginning is found by the first of them. CASE keeps these
        -- look-ups in the order of the entries, so that they end with the page. OFFSET 0 keeps each of
        -- them a look-up: PostgreSQL 18 would rather read the whole table into a hash.
        SELECT coalesce(array_agg(id ORDER BY place), '{}'), array_agg(word ORDER BY place)
          INTO ids, words
          FROM (SELECT id, word, place
                  FROM (SELECT e.id, min(e.word) AS word, min(e.place) AS place
                          FROM unnest(entries.ids, entries.words) WITH ORDINALITY AS e (id, word, place)
                         GROUP BY e.id
                         ORDER BY min(e.place)
                        OFFSET 0) AS first
                 WHERE CASE WHEN of_kind = 'p'
                            THEN EXISTS (SELECT FROM products AS p
                                          WHERE p.id = first.id AND p.retired_at IS NULL OFFSET 0)
                            ELSE true END
                   AND CASE WHEN driver IS NULL AND goes_on OR cardinality(whole) > 1
                                 OR whole <> '{}' AND beginning IS NOT NULL
                            THEN EXISTS (
                                SELECT
                                  FROM (SELECT CASE of_kind
                                               WHEN 'c' THEN (SELECT c.words FROM customers AS c WHERE c.id = first.id)
                                               ELSE ARRAY(SELECT s.word FROM product_words AS s
                                                           WHERE s.id = first.id)
                                               END
                                        OFFSET 0) AS has (words)
                                 WHERE has.words @> whole
                                   AND (beginning IS NULL
                                        OR EXISTS (SELECT FROM unnest(has.words) AS own (word)
                                                    WHERE own.word >= beginning AND own.word < past)
                                           AND NOT (driver IS NULL AND goes_on
                                                    AND EXISTS (SELECT FROM unnest(has.words) AS own (word)
                                                                 WHERE own.word >= beginning
                                                                   AND own.word < first.word)))
                                OFFSET 0)
                            ELSE true END
                 LIMIT size) AS fitting;
        EXIT WHEN cardinality(ids) = size OR span = looked_at OR cardinality(entries.ids) = span IS NOT TRUE;
        span := looked_at;
    END LOOP;
    narrow := cardinality(ids) = size OR cardinality(entries.ids) = looked_at IS TRUE;
    IF narrow AND cardinality(ids) < size THEN
        reach_word := entries.words[looked_at];
        reach_id   := entries.ids[looked_at];
    END IF;
END
$$;

-- Orders that match all words, newest first, before a position
CREATE FUNCTION search_orders(
    asked text[],
    of_customer text,
    before_time timestamp with time zone,
    before_number bigint,
    wanted bigint,
    OUT numbers bigint[],
    OUT reach_time timestamp with time zone,
    OUT reach_number bigint,
    OUT narrow boolean
)
    RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET jit = off
AS $$
DECLARE
    looked_at  constant integer := 2000;
    channels   constant text[]  := ARRAY['api', 'storefront', 'fulfilment', 'shop', 'store'];
    word_count constant integer := cardinality(asked);
    kind       text;
    given      text;
    spellings  text[];
    ending     text;
    -- What each word leads to: folded words from low up to high, if customers have such; the customer
    -- of that id; products; orders themselves.
    kinds      text[];
    words      text[];
    endings    text[];
    low        text[];
    high       text[];
    of_names   boolean[];
    by_id      text[];
    is_nothing boolean[];
    named      text[];
    found      bigint[];
    customers  text[]   := '{}';
    products   text[]   := '{}';
    -- Words that only customers have, as names; the customer whom a word names, and nothing else.
    only_names    boolean[];
    asked_names   boolean[];
    only_customer text;
    -- Whether the orders of one word are known, and whether these customers have all words.
    is_settled boolean := false;
    have_all   boolean;
    -- Orders that may match, and when they were created.
    candidates bigint[] := '{}';
    moments    timestamptz[] := '{}';
    entries    record;
BEGIN
    narrow := false;
    FOR i IN 1 .. word_count LOOP
        kind      := coalesce(substring(asked[i] FROM '^(?:#|ref:|track:|customer:|product:)'), '');
        given     := substr(asked[i], length(kind) + 1);
        -- As it was written, and as such things often are.
        spellings := ARRAY[given, upper(given), lower(given)];
        ending    := CASE WHEN i = word_count THEN chr(1114111) ELSE chr(1) END;
        kinds[i]   := kind;
        words[i]   := given;
        endings[i] := ending;
        low[i]     := nullif(word_of(given), '');
        high[i]    := low[i] || ending;

        found := '{}';
        IF kind IN ('', '#') AND given ~ '^[0-9]{1,18}$' THEN
            found := ARRAY(SELECT o.number FROM orders AS o WHERE o.number = given::bigint);
        END IF;
        IF kind IN ('', 'ref:') THEN
            found := found || ARRAY(
                SELECT DISTINCT o.number
                  FROM unnest(channels) AS c (channel)
                 CROSS JOIN unnest(spellings) AS spelling
                 CROSS JOIN LATERAL (
                     SELECT r.number FROM orders AS r
                      WHERE r.channel = c.channel AND r.reference >= spelling
                        AND r.reference < spelling || ending
                      LIMIT 200) AS o
                 LIMIT 200);
        END IF;
        IF kind IN ('', 'track:') THEN
            found := found || ARRAY(
                SELECT t.order_number FROM order_tracked AS t
                 WHERE t.tracking_number = ANY (spellings)
                 LIMIT 200);
        END IF;

        named := CASE WHEN kind = 'product:' THEN ARRAY[given] ELSE '{}' END;
        IF kind = '' THEN
            named := ARRAY(SELECT id FROM product_words
                            WHERE word >= low[i] AND word < high[i]
                            ORDER BY word, id LIMIT 50);
        END IF;
        by_id[i] := CASE WHEN kind IN ('', 'customer:')
                         THEN (SELECT c.id FROM customers AS c WHERE c.id = given) END;
        of_names[i] := kind = '' AND EXISTS (SELECT FROM customer_words AS w
                                              WHERE w.word >= low[i] AND w.word < high[i]);
        -- Punctuation alone is no word.
        is_nothing[i] := kind = '' AND low[i] IS NULL AND found = '{}' AND by_id[i] IS NULL;
        -- An order that matches all words is among those that match one of them. Where a word leads to a
        -- few orders, or to a few customers, and to nothing else, no others are looked at.
        CONTINUE WHEN is_settled;
        only_names[i] := of_names[i] AND by_id[i] IS NULL AND named = '{}' AND found = '{}';
        IF by_id[i] IS NOT NULL AND NOT of_names[i] AND named = '{}' AND found = '{}' THEN
            only_customer := by_id[i];
        END IF;
        is_settled := NOT of_names[i] AND by_id[i] IS NULL AND named = '{}' AND NOT is_nothing[i]
            AND cardinality(found) < 200;
        IF is_settled THEN
            candidates := '{}';
            moments    := '{}';
        ELSE
            products := products || named;
            narrow   := narrow OR cardinality(found) >= 200 OR kind = '' AND cardinality(named) = 50;
        END IF;
        SELECT array_agg(o.number) AS numbers, array_agg(o.created_at) AS times
          INTO entries
          FROM unnest(found) AS f (number)
         CROSS JOIN LATERAL (SELECT * FROM orders AS n WHERE n.number = f.number LIMIT 1) AS o;
        candidates := candidates || entries.numbers;
        moments    := moments || entries.times;
    END LOOP;

    IF is_settled OR of_customer IS NOT NULL OR only_customer IS NOT NULL THEN
        customers := CASE WHEN NOT is_settled THEN ARRAY[coalesce(of_customer, only_customer)] ELSE '{}' END;
        products  := '{}';
        narrow    := false;
        have_all  := word_count = 1 AND of_customer IS NULL;
    ELSIF true = ANY (of_names) THEN
        -- The customers of those words, else of all that are words of customers; the other words are
        -- looked for in their orders.
        asked_names := CASE WHEN true = ANY (only_names) THEN only_names ELSE of_names END;
        LOOP
            SELECT s.ids, s.narrow
              INTO entries
              FROM search_names(
                       'c', ARRAY(SELECT low[i] FROM generate_series(1, word_count - 1) AS i WHERE asked_names[i]),
                       CASE WHEN asked_names[word_count] THEN low[word_count] END, NULL, NULL, 201) AS s;
            EXIT WHEN asked_names = of_names OR NOT entries.narrow;
            asked_names := of_names;
        END LOOP;
        have_all := true = ALL (asked_names);
        IF asked_names = only_names AND NOT entries.narrow THEN
            customers  := entries.ids;
            products   := '{}';
            candidates := '{}';
            moments    := '{}';
            narrow     := false;
        ELSE
            -- Where more than 200 match, any of them would be as good, and few cost less.
            customers := entries.ids[:CASE WHEN cardinality(entries.ids) > 200 THEN 50 ELSE 200 END]
                || array_remove(by_id, NULL);
            narrow    := narrow OR entries.narrow;
            have_all  := word_count = 1 OR have_all AND array_remove(by_id, NULL) = '{}';
        END IF;
    ELSE
        customers := array_remove(by_id, NULL);
        have_all  := word_count = 1;
    END IF;
    customers := ARRAY(SELECT DISTINCT id FROM unnest(customers) AS id);
    products  := ARRAY(SELECT DISTINCT id FROM unnest(products) AS id);

    -- Each customer, and each product, gives its newest orders; whoever has more than its share ends
    -- what the page can know.
    WITH walked AS MATERIALIZED (
        SELECT have_all AS is_match, o.created_at, o.number, o.place = s.share AS is_last
          FROM (SELECT looked_at / greatest(cardinality(customers), 1)) AS s (share)
         CROSS JOIN unnest(customers) AS c (id)
         CROSS JOIN LATERAL (
             SELECT n.number, n.created_at,
                    row_number() OVER (ORDER BY n.created_at DESC, n.number DESC) AS place
               FROM orders AS n
              WHERE n.customer_id = c.id AND n.hidden_at IS NULL
                AND (n.created_at, n.number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.number DESC LIMIT s.share) AS o
         UNION ALL
        SELECT false, o.created_at, o.order_number, o.place = s.share
          FROM (SELECT looked_at / greatest(cardinality(products), 1)) AS s (share)
         CROSS JOIN unnest(products) AS p (id)
         CROSS JOIN LATERAL (
             SELECT n.order_number, n.created_at,
                    row_number() OVER (ORDER BY n.created_at DESC, n.order_number DESC) AS place
               FROM order_products AS n
              WHERE n.product_id = p.id
                AND (n.created_at, n.order_number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.order_number DESC LIMIT s.share) AS o
    ), reach AS MATERIALIZED (
        SELECT created_at, number FROM walked WHERE is_last ORDER BY created_at DESC, number DESC LIMIT 1
    ), named AS MATERIALIZED (
        SELECT created_at, number, bool_or(is_match) AS is_match
          FROM (SELECT created_at, number, is_match FROM walked
                 UNION ALL
                SELECT created_at, number, false
                  FROM unnest(moments, candidates) AS found (created_at, number)) AS every
         WHERE (created_at, number) < (before_time, before_number)
           AND NOT EXISTS (SELECT FROM reach AS r WHERE (every.created_at, every.number) < (r.created_at, r.number))
         GROUP BY created_at, number
    )
    SELECT ARRAY(
        SELECT candidate.number
          FROM (SELECT * FROM named ORDER BY created_at DESC, number DESC) AS candidate
         -- CASE looks at one order after the other, by OFFSET 0 as above, until there are enough. Those
         -- of customers who have all words match, and the index has said that they are not hidden.
         WHERE CASE WHEN candidate.is_match THEN true ELSE EXISTS (
             SELECT FROM orders AS o
              WHERE o.number = candidate.number AND o.hidden_at IS NULL
                AND (of_customer IS NULL OR o.customer_id = of_customer)
                AND NOT EXISTS (
                    SELECT FROM generate_series(1, word_count) AS i
                     WHERE NOT (is_nothing[i]
                     OR kinds[i] IN ('', '#') AND o.number::text = ltrim(words[i], '0')
                     OR kinds[i] IN ('', 'ref:')
                        AND EXISTS (SELECT
                                      FROM unnest(ARRAY[words[i], upper(words[i]), lower(words[i])]) AS spelling
                                     WHERE o.reference >= spelling
                                       AND o.reference < spelling || endings[i])
                     OR o.customer_id = by_id[i] IS TRUE
                     OR of_names[i]
                        AND EXISTS (SELECT FROM customers AS c
                                     CROSS JOIN LATERAL unnest(c.words) AS own (word)
                                     WHERE c.id = o.customer_id
                                       AND own.word >= low[i] AND own.word < high[i] OFFSET 0)
                     OR kinds[i] IN ('', 'track:')
                        AND EXISTS (SELECT FROM order_tracked AS t
                                     WHERE t.tracking_number
                                           = ANY (ARRAY[words[i], upper(words[i]), lower(words[i])])
                                       AND t.created_at = o.created_at AND t.order_number = o.number OFFSET 0)
                     OR kinds[i] IN ('', 'product:')
                        AND EXISTS (SELECT
                                      FROM json_array_elements(o.items) AS line
                                     CROSS JOIN LATERAL (SELECT line ->> 'product_id' AS id) AS product
                                     WHERE kinds[i] = 'product:' AND product.id = words[i]
                                        OR kinds[i] = ''
                                           AND EXISTS (SELECT FROM product_words AS w
                                                        WHERE w.id = product.id
                                                          AND w.word >= low[i] AND w.word < high[i] OFFSET 0)))) OFFSET 0) END
         ORDER BY candidate.created_at DESC, candidate.number DESC
         LIMIT wanted), reach.created_at, reach.number
      INTO numbers, reach_time, reach_number
      FROM (SELECT) AS always LEFT JOIN reach ON true;
END
$$;

-- Gives positions in the feed to the events that have become visible; returns how many
CREATE FUNCTION sequence_events()
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    here   bigint;
    before feed_ticks;
    head   bigint;
    fresh  bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'sequence_events() has to see what others commit: call it in READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    -- In a statement of its own, so that the next ones see what the holder before has committed.
    PERFORM pg_advisory_xact_lock(hashtextextended('waybill.feed', 0));
    SELECT system_identifier INTO here FROM pg_control_system();
    SELECT * INTO before FROM feed_ticks ORDER BY number DESC LIMIT 1;

    -- One statement, so that the events and the snapshot are of the same moment. In the cluster of the
    -- last tick the first two parts find what is new. For the first tick of all, and the first one in
    -- another cluster, it is the third: the events that are in no tick. Such a tick is written even if
    -- there are none, for its snapshot.
    WITH known AS MATERIALIZED (
        SELECT range_agg(span) AS numbers FROM feed_ticks, unnest(numbers) AS span
    ), fresh AS (
        SELECT number FROM events
         WHERE before.cluster = here AND xid >= pg_snapshot_xmax(before.snapshot)
         UNION ALL
        SELECT number FROM events
         WHERE before.cluster = here AND xid = ANY (ARRAY(SELECT pg_snapshot_xip(before.snapshot)))
         UNION ALL
        SELECT number FROM events
         WHERE before.cluster IS DISTINCT FROM here
           AND (number <@ (SELECT numbers FROM known)) IS NOT TRUE
    ), ticks AS (
        SELECT part, range_agg(int8range(number, number, '[]')) AS numbers, count(*) AS events
          FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / 500 AS part
                  FROM fresh) AS ranked
         GROUP BY part
         UNION ALL
        SELECT 0, '{}', 0
         WHERE before.cluster IS DISTINCT FROM here AND NOT EXISTS (SELECT FROM fresh)
    )
    INSERT INTO feed_ticks (number, first_position, events, numbers, snapshot, cluster, hash)
    SELECT coalesce(before.number, 0) + 1 + part,
           coalesce(before.first_position + before.events, 1) + 500 * part, events, numbers,
           pg_current_snapshot(), here,
           CASE WHEN events = 0 THEN coalesce(before.hash, '')
                ELSE sha256(coalesce(before.hash, '') || convert_to(concat_ws(
                         '|', part, numbers, pg_current_snapshot(), clock_timestamp()), 'UTF8'))
            END
      FROM ticks
     ORDER BY part;

    SELECT sum(events), max(first_position + events) - 1
      INTO fresh, head
      FROM feed_ticks
     WHERE number > coalesce(before.number, 0);
    IF fresh > 0 THEN
        PERFORM pg_notify('waybill_feed', head::text);
    END IF;
    RETURN coalesce(fresh, 0);
END
$$;

-- The functions that the service calls
CREATE FUNCTION service_functions()
    RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
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

-- Begins or ends writes whose history the writing function writes itself
CREATE FUNCTION set_internal_write(is_internal boolean, kind text DEFAULT 'on'::text)
    RETURNS text
    LANGUAGE sql
AS $$ SELECT set_config('waybill.internal_write', CASE WHEN is_internal THEN kind ELSE '' END, true) $$;

-- Keeps the currency of all amounts if there is none yet; returns the one that is kept
CREATE FUNCTION settle_currency(wanted text)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM installation) THEN
        INSERT INTO installation (currency) VALUES (wanted) ON CONFLICT DO NOTHING;
    END IF;
    -- Of two calls at once one has waited for the other, whose row this statement sees.
    RETURN (SELECT currency FROM installation);
END
$$;

-- Whether an order has what orders of its channel have
CREATE FUNCTION shape_holds(
    channel text,
    total_quantity integer,
    reference text,
    customer_id text
)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE waybill.channel_kind(channel)
        WHEN 'process' THEN total_quantity = 0 AND reference IS NOT NULL
        ELSE total_quantity > 0 AND customer_id IS NOT NULL
    END;
END
$$;

-- Sends goods of an order out in one parcel: those that are named, or all that are left
CREATE FUNCTION ship_goods(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    carrier text,
    tracking text,
    sent_products text[],
    sent_names text[],
    quantities integer[],
    who text
)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
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

-- Sets the carrier of an order and its tracking number
CREATE FUNCTION ship_order(
    order_id uuid,
    order_number bigint,
    scope text,
    owner text,
    expected bigint,
    carrier_given boolean,
    carrier text,
    tracking_given boolean,
    tracking text,
    who text
)
    RETURNS order_outcome
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    held record;
    o    orders;
BEGIN
    SELECT * INTO held FROM lock_order(order_id, order_number, scope, owner, expected, NULL);
    o := held.o;
    IF held.obstacle IS NOT NULL THEN
        RETURN order_outcome(held.obstacle, o);
    END IF;
    PERFORM set_config('waybill.who', who, true);
    UPDATE orders
       SET shipping_carrier = CASE WHEN carrier_given THEN carrier ELSE shipping_carrier END,
           tracking_number = CASE WHEN tracking_given THEN tracking ELSE tracking_number END
     WHERE id = o.id
    RETURNING * INTO o;
    RETURN order_outcome('done', o);
END
$$;

-- Whether these are 1 to 20 different tags of 1 to 50 characters
CREATE FUNCTION tags_hold(tags json)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
BEGIN
    RETURN json_typeof(tags) = 'array' AND json_array_length(tags) BETWEEN 1 AND 20
        AND (SELECT count(DISTINCT tag) = count(*) AND bool_and(coalesce(char_length(tag), 0) BETWEEN 1 AND 50)
               FROM json_array_elements_text(tags) AS tag);
END
$$;

-- Takes units of products that are not locked, or fails if these have changed
CREATE FUNCTION take_units(
    ids text[],
    units bigint[],
    names text[],
    prices numeric[],
    taken_at timestamp with time zone
)
    RETURNS void
    LANGUAGE plpgsql
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
AS $$
DECLARE
    rows_taken bigint;
BEGIN
    UPDATE waybill.products AS p
       SET stock = p.stock - t.units, version = p.version + 1,
           updated_at = greatest(taken_at, p.updated_at + interval '1 millisecond')
      FROM unnest(take_units.ids, take_units.units, take_units.names, take_units.prices)
               AS t (id, units, name, price)
     WHERE p.id = t.id AND t.units > 0
       AND p.stock >= t.units AND p.name = t.name AND p.price = t.price AND p.retired_at IS NULL;
    GET DIAGNOSTICS rows_taken = ROW_COUNT;
    IF rows_taken < cardinality(array_remove(take_units.units, 0)) THEN
        RAISE EXCEPTION 'a product has changed since its stock was read'
            USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;

-- Whether orders of this channel take units from the stock
CREATE FUNCTION takes_stock(channel text)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT waybill.channel_kind(channel) = 'stocked' $$;

-- Waits until nobody else has locked these products, customers and orders
CREATE FUNCTION wait_for_rows(
    product_ids text[],
    customer_ids text[],
    order_ids uuid[],
    order_numbers bigint[]
)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    PERFORM FROM products WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM customers WHERE id = ANY (customer_ids) ORDER BY id FOR KEY SHARE;
    PERFORM FROM orders
      WHERE id = ANY (order_ids) OR number = ANY (order_numbers) ORDER BY id FOR NO KEY UPDATE;
END
$$;

-- The name for a change in the history: the setting waybill.who, or else the database user
CREATE FUNCTION who()
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(nullif(current_setting('waybill.who', true), ''), session_user) $$;

-- A word of a name as it is searched for: without case, accents, and punctuation around it
CREATE FUNCTION word_of(given text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
SELECT regexp_replace(waybill.folded(given), '^[!-/:-@\[-`\u007b-\u00bf]+|[!-/:-@\[-`\u007b-\u00bf]+$', '', 'g')
$$;

-- The words by which a name, and an address of which there may be none, is found; NULL when there is neither
CREATE FUNCTION words_of(name text, email text)
    RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    address text;
    ending  text;
    pieces  text[] := waybill.pieces_of(name);
    piece   text;
    found   text[];
BEGIN
    IF email IS NOT NULL THEN
        address := CASE WHEN email ~ '[^!-~]' THEN waybill.folded(email) ELSE lower(email COLLATE "C") END;
        ending  := split_part(split_part(address, '@', -1), '.', -1);
        pieces  := pieces || array_remove(waybill.pieces_of(email), ending) || string_to_array(address, '@');
    END IF;
    IF pieces IS NULL THEN
        RETURN NULL;
    END IF;
    -- For as few as these a loop is the cheapest way to keep each once.
    found := '{}';
    FOREACH piece IN ARRAY pieces LOOP
        IF piece <> '' AND piece <> ALL (found) THEN
            found := found || piece;
        END IF;
    END LOOP;
    RETURN found;
END
$$;

--
-- Functions of triggers
--

-- Checks every change of an order, also one made in psql, and adds it to the history
CREATE FUNCTION change_order()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    happened text;
    detail   json;
    -- Whether what the order has beside its lines changes.
    beside   boolean;
BEGIN
    IF NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.channel <> OLD.channel
        OR NEW.created_at <> OLD.created_at OR NEW.customer_id IS DISTINCT FROM OLD.customer_id
        OR NEW.reference IS DISTINCT FROM OLD.reference
    THEN
        RAISE EXCEPTION 'order %: id, number, channel, reference, customer_id and created_at never change',
            OLD.number
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_identity_stays';
    END IF;

    IF NEW.status <> OLD.status THEN
        IF NOT waybill.may_move(OLD.channel, OLD.status, NEW.status) THEN
            RAISE EXCEPTION 'order % of channel % cannot go from % to %',
                OLD.number, OLD.channel, OLD.status, NEW.status
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_life_cycle';
        END IF;
        IF NOT waybill.leaves_shipped(NEW.status, OLD.shipped_quantity, OLD.channel, OLD.channel) THEN
            RAISE EXCEPTION 'order %: goods have been shipped, so it cannot be cancelled', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipped_stays';
        END IF;
        happened := 'moved';
    END IF;

    IF NEW.shipped_quantity IS DISTINCT FROM OLD.shipped_quantity THEN
        -- NULL is no number of units that went out before, and refused as one that do now.
        IF NOT waybill.is_internal_write() OR OLD.status IN ('cancelled', 'failed') OR happened IS NOT NULL
            OR (NEW.shipped_quantity > coalesce(OLD.shipped_quantity, 0)
                AND NEW.shipped_quantity <= OLD.total_quantity) IS NOT TRUE
        THEN
            RAISE EXCEPTION 'order %: goods go out through ship_goods(), and not of a cancelled or failed order',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipments_stay';
        END IF;
        happened := 'shipped';
    END IF;

    IF NEW.returned_quantity IS DISTINCT FROM OLD.returned_quantity
        OR NEW.returned_amount IS DISTINCT FROM OLD.returned_amount
    THEN
        -- NULL is no number of units that came back before, and refused as one that did now.
        IF NOT waybill.is_internal_write() OR OLD.status <> 'completed' OR happened IS NOT NULL
            OR (NEW.returned_quantity > coalesce(OLD.returned_quantity, 0)
                AND NEW.returned_quantity <= OLD.total_quantity
                AND NEW.returned_amount BETWEEN coalesce(OLD.returned_amount, 0) AND OLD.total_amount)
               IS NOT TRUE
        THEN
            RAISE EXCEPTION 'order %: goods come back through return_order(), and only of a completed order',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_returns_stay';
        END IF;
        happened := 'returned';
    END IF;

    IF happened IS NULL THEN
        beside := NEW.note IS DISTINCT FROM OLD.note OR NEW.ship_to::text IS DISTINCT FROM OLD.ship_to::text
            OR NEW.tags::text IS DISTINCT FROM OLD.tags::text
            OR NEW.metadata::text IS DISTINCT FROM OLD.metadata::text;
    END IF;
    IF NEW.total_quantity <> OLD.total_quantity OR NEW.total_amount <> OLD.total_amount
        OR NEW.items::text <> OLD.items::text
    THEN
        IF NOT waybill.is_internal_write() OR OLD.status <> 'new' OR happened IS NOT NULL THEN
            RAISE EXCEPTION 'order %: lines change through edit_order(), and only while the order is new',
                OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_lines_stay';
        END IF;
        IF NOT waybill.lines_hold(NEW.items, NEW.total_quantity, NEW.total_amount) THEN
            RAISE EXCEPTION 'order %: lines are malformed or do not add up', OLD.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_lines_hold';
        END IF;
        IF OLD.shipped_quantity IS NOT NULL
            AND EXISTS (SELECT FROM waybill.order_units(OLD.number, NEW.items) WHERE ordered < shipped)
        THEN
            RAISE EXCEPTION 'order %: goods that have been shipped stay in it', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_shipped_stays';
        END IF;
        happened := 'edited';
        detail   := CASE WHEN beside
            THEN json_build_object('items', OLD.items, 'ship_to', OLD.ship_to, 'note', OLD.note,
                                   'tags', OLD.tags, 'metadata', OLD.metadata)
            ELSE OLD.items END;
    ELSIF happened IS NULL THEN
        IF NEW.shipping_carrier IS DISTINCT FROM OLD.shipping_carrier
            OR NEW.tracking_number IS DISTINCT FROM OLD.tracking_number
        THEN
            happened := 'shipped';
        ELSIF beside THEN
            happened := 'edited';
            detail   := json_build_object('ship_to', OLD.ship_to, 'note', OLD.note, 'tags', OLD.tags,
                                          'metadata', OLD.metadata);
        ELSIF NEW.hidden_at IS DISTINCT FROM OLD.hidden_at THEN
            happened := 'hidden';
        ELSIF NEW::text <> OLD::text THEN
            -- A column that this function does not know, or one that it sets itself. Without an
            -- event the change would be missing in the history, so whoever adds a column must add
            -- it here.
            RAISE EXCEPTION 'order %: this change is not known to change_order()', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_change_known';
        ELSIF waybill.channel_kind(OLD.channel) = 'free' THEN
            -- The storefront contract promises that every accepted call moves updated_at.
            happened := 'touched';
        ELSE
            -- Nothing has changed.
            RETURN OLD;
        END IF;
    END IF;

    NEW.version    := OLD.version + 1;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 millisecond');
    IF happened = 'shipped' THEN
        detail := json_build_object(
            'shipping_carrier', NEW.shipping_carrier, 'tracking_number', NEW.tracking_number,
            'quantity', coalesce(NEW.shipped_quantity, 0) - coalesce(OLD.shipped_quantity, 0));
    END IF;
    IF NEW.shipping_carrier IS DISTINCT FROM OLD.shipping_carrier
        OR NEW.tracking_number IS DISTINCT FROM OLD.tracking_number
    THEN
        PERFORM waybill.follow_shipping(OLD, NEW);
    END IF;
    IF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND waybill.takes_stock(OLD.channel)
    THEN
        PERFORM waybill.return_stock(OLD.number, OLD.items);
    END IF;
    IF NEW.tags::text IS DISTINCT FROM OLD.tags::text THEN
        DELETE FROM waybill.order_tagged
         WHERE order_number = OLD.number AND created_at = OLD.created_at
           AND tag IN (SELECT json_array_elements_text(OLD.tags));
        INSERT INTO waybill.order_tagged (tag, created_at, order_number)
        SELECT tag, OLD.created_at, OLD.number FROM json_array_elements_text(NEW.tags) AS tag;
    END IF;
    INSERT INTO waybill.order_events
        (order_id, version, what, from_status, to_status, who, detail, created_at)
    VALUES (OLD.id, NEW.version, happened, OLD.status, NEW.status, waybill.who(), detail, NEW.updated_at);
    RETURN NEW;
END
$$;

-- Keeps customer_words a copy of the customer
CREATE FUNCTION copy_customer_words()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    stale text[] := '{}';
    fresh text[] := coalesce(NEW.words, '{}');
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.words IS NOT NULL THEN
        stale := OLD.words;
        DELETE FROM customer_words WHERE word = ANY (stale) AND id = NEW.id AND word <> ALL (fresh);
    END IF;
    INSERT INTO customer_words (word, id)
    SELECT word, NEW.id FROM unnest(fresh) AS word WHERE word <> ALL (stale);
    RETURN NULL;
END
$$;

-- Keeps product_words a copy of the product
CREATE FUNCTION copy_product_words()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
DECLARE
    stale text[] := '{}';
    fresh text[] := words_of(NEW.name || ' ' || NEW.id, NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        stale := words_of(OLD.name || ' ' || OLD.id, NULL);
        DELETE FROM product_words WHERE word = ANY (stale) AND id = NEW.id AND word <> ALL (fresh);
    END IF;
    INSERT INTO product_words (word, id)
    SELECT word, NEW.id FROM unnest(fresh) AS word WHERE word <> ALL (stale);
    RETURN NULL;
END
$$;

-- Raises version by one and moves updated_at forward
CREATE FUNCTION count_change()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    -- Later by at least the precision of the column, also when the clock stood still or went back.
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 millisecond');
    RETURN NEW;
END
$$;

-- Takes a final order out of the queue
CREATE FUNCTION dequeue_order_process()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM waybill.order_processes WHERE order_id = NEW.id;
    RETURN NULL;
END
$$;

-- Adds a row to stock_adjustments for a change of stock in psql
CREATE FUNCTION explain_stock()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO waybill.stock_adjustments (product_id, delta, cause, who, created_at)
    VALUES (NEW.id,
            CASE TG_OP WHEN 'INSERT' THEN NEW.stock ELSE NEW.stock - OLD.stock END,
            CASE TG_OP WHEN 'INSERT' THEN 'initial' ELSE 'direct' END,
            waybill.who(), clock_timestamp());
    RETURN NULL;
END
$$;

-- Refuses more than 100 saved views of an owner, and more than 200 shared ones
CREATE FUNCTION limit_saved_views()
    RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('waybill.saved_views', 0));
    IF NEW.is_shared AND (SELECT count(*) FROM saved_views WHERE is_shared AND id <> NEW.id) >= 200
       OR (SELECT count(*) FROM saved_views
            WHERE owner IS NOT DISTINCT FROM NEW.owner AND id <> NEW.id) >= 100 THEN
        RAISE EXCEPTION 'there are too many saved views'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'saved_views_limit';
    END IF;
    RETURN NEW;
END
$$;

-- Adds the change to report_changes when an order becomes completed or no longer is
CREATE FUNCTION note_completion()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    sign constant integer := CASE NEW.status WHEN 'completed' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO waybill.report_changes
        (customer_id, orders, quantity, amount, returned_quantity, returned_amount, order_number,
         version)
    VALUES (NEW.customer_id, sign, sign * (NEW.total_quantity - coalesce(NEW.returned_quantity, 0)),
            sign * (NEW.total_amount - coalesce(NEW.returned_amount, 0)),
            sign * coalesce(NEW.returned_quantity, 0), sign * coalesce(NEW.returned_amount, 0),
            NEW.number, NEW.version);
    RETURN NULL;
END
$$;

-- Adds a change to report_changes when a customer or a product gets another name
CREATE FUNCTION note_name()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    INSERT INTO report_changes (customer_id, orders, quantity, amount)
    VALUES (CASE WHEN TG_TABLE_NAME = 'customers' THEN NEW.id END, 0, 0, 0);
    RETURN NULL;
END
$$;

-- Sends the number of the token whose session was deleted to the channel waybill_tokens
CREATE FUNCTION notify_session_end()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('waybill_tokens', OLD.token_number::text);
    RETURN NULL;
END
$$;

-- Makes the subscriptions that wait for the product due
CREATE FUNCTION notify_subscribers()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
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

-- Sends the number of a token that has changed to the channel waybill_tokens
CREATE FUNCTION notify_token_change()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('waybill_tokens', NEW.number::text);
    RETURN NULL;
END
$$;

-- Adds a new order to the queue, and wakes the workers
CREATE FUNCTION queue_order_process()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    -- The process of an imported order may have been started elsewhere, so it counts as visited: its
    -- next visit asks before it starts anything.
    INSERT INTO waybill.order_processes (order_id, visits)
    VALUES (NEW.id, CASE WHEN current_setting('waybill.internal_write', true) = 'importing' THEN 1 ELSE 0 END);
    -- Sent when the transaction commits, once however many orders it placed.
    PERFORM pg_notify('order_processes', '');
    RETURN NULL;
END
$$;

-- Adds a row to customer_events
CREATE FUNCTION record_customer_change()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    INSERT INTO customer_events (customer_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version, CASE TG_OP WHEN 'INSERT' THEN 'created' ELSE 'changed' END,
            who(), NEW.updated_at);
    RETURN NULL;
END
$$;

-- Adds a row to product_events when a stock has fallen to its reorder_level, or begins there
CREATE FUNCTION record_low_stock()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    INSERT INTO product_events (product_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version, 'low_stock',
            CASE current_setting('waybill.internal_write', true)
                WHEN 'placing' THEN 'orders that were placed' ELSE who() END,
            NEW.updated_at);
    RETURN NULL;
END
$$;

-- Adds a row to product_events
CREATE FUNCTION record_product_change()
    RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = waybill, pg_temp
AS $$
BEGIN
    INSERT INTO product_events (product_id, version, what, who, created_at)
    VALUES (NEW.id, NEW.version,
            CASE WHEN TG_OP = 'INSERT'
                 THEN CASE WHEN current_setting('waybill.internal_write', true) = 'importing'
                           THEN 'imported' ELSE 'created' END
                 WHEN OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL THEN 'retired'
                 WHEN OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL THEN 'reinstated'
                 ELSE 'changed' END,
            who(),
            -- An imported product may have changed long ago.
            CASE WHEN current_setting('waybill.internal_write', true) = 'importing'
                 THEN clock_timestamp() ELSE NEW.updated_at END);
    RETURN NULL;
END
$$;

-- Refuses the statement that fired its trigger, with the trigger's argument as the message
CREATE FUNCTION refuse_change()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;

--
-- Rights of the service's and the reader's role
--

GRANT USAGE ON SCHEMA waybill
    TO waybill_reader;

GRANT SELECT ON
    console_session_overview,
    customer_events,
    customer_ledger,
    customer_report,
    customer_words,
    customers,
    day_ledger,
    events,
    feed_overview,
    feed_ticks,
    idempotency_keys,
    import_overview,
    import_refusals,
    imports,
    installation,
    notification_overview,
    order_events,
    order_history,
    order_lines,
    order_overview,
    order_process_overview,
    order_processes,
    order_products,
    order_returns,
    order_shipments,
    order_tagged,
    order_tracked,
    orders,
    product_events,
    product_ledger,
    product_words,
    products,
    report_age,
    report_changes,
    report_refreshes,
    return_overview,
    sales_by_day,
    sales_by_product,
    saved_views,
    schema_contents,
    schema_differences,
    schema_migrations,
    search_words,
    shipment_overview,
    stock_adjustments,
    stock_movements,
    stock_notifications,
    stock_overview,
    stock_subscriptions
    TO waybill_reader;

GRANT SELECT (number, role, customer_id, name, first_number, created_at, expires_at, revoked_at, last_used_at) ON tokens
    TO waybill_reader;

GRANT SELECT (number, token_number, created_at, used_at, ends_at) ON console_sessions
    TO waybill_reader;

GRANT EXECUTE ON FUNCTION
    channel_kind(text),
    feed(bigint, bigint),
    feed_cursor(bigint, bytea),
    is_internal_write(),
    may_move(text, text, text),
    product_sales(date, date),
    schema_objects(),
    service_functions(),
    takes_stock(text),
    who()
    TO waybill_reader;

GRANT USAGE ON SCHEMA waybill
    TO waybill_service;

GRANT INSERT, SELECT ON idempotency_keys
    TO waybill_service;

GRANT SELECT ON
    console_session_overview,
    customer_events,
    customer_ledger,
    customer_report,
    customer_words,
    customers,
    day_ledger,
    events,
    feed_overview,
    feed_ticks,
    import_overview,
    import_refusals,
    imports,
    installation,
    notification_overview,
    order_events,
    order_history,
    order_lines,
    order_overview,
    order_process_overview,
    order_processes,
    order_products,
    order_returns,
    order_shipments,
    order_tagged,
    order_tracked,
    orders,
    product_events,
    product_ledger,
    product_words,
    products,
    report_age,
    report_changes,
    report_refreshes,
    return_overview,
    sales_by_day,
    sales_by_product,
    saved_views,
    schema_contents,
    schema_differences,
    schema_migrations,
    search_words,
    shipment_overview,
    stock_adjustments,
    stock_movements,
    stock_notifications,
    stock_overview,
    stock_subscriptions
    TO waybill_service;

GRANT INSERT (customer_id, product_id), UPDATE (is_waiting) ON stock_subscriptions
    TO waybill_service;

GRANT INSERT (hash, role, customer_id, name, first_number, expires_at), SELECT (number, role, customer_id, name, first_number, created_at, expires_at, revoked_at, last_used_at), UPDATE (expires_at, revoked_at, last_used_at) ON tokens
    TO waybill_service;

GRANT INSERT (id, name, email, ship_to), UPDATE (name, email, ship_to) ON customers
    TO waybill_service;

GRANT INSERT (owner, is_shared, screen, name, query, who), UPDATE (is_shared, screen, name, query, who) ON saved_views
    TO waybill_service;

GRANT SELECT (number, token_number, created_at, used_at, ends_at) ON console_sessions
    TO waybill_service;

GRANT UPDATE (due_at, claimed_at, hinted_at, visits) ON order_processes
    TO waybill_service;

GRANT UPDATE (name, description, price, reorder_level, retired_at) ON products
    TO waybill_service;

GRANT EXECUTE ON FUNCTION
    address_holds(json),
    adjust_stock(product_id, bigint, text, bigint, text),
    adjust_stocks(text[], bigint[], text, text),
    answer_id(bigint, text, text, text, text),
    begin_import(text, text, bytea, text, text, bigint, bigint),
    change_orders_by_import(bigint, boolean, bigint[], integer[], text[], text[], text[], text[], text[], text[], text[], text[], integer[], numeric[]),
    channel_kind(text),
    claim_answers(bytea[], bytea[], boolean),
    close_session(bytea),
    count_orders(text[], text[], integer),
    count_stock(product_id, bigint, text, bigint, text),
    create_product(product_id, text, text, numeric, bigint, text, bigint),
    delete_saved_view(bigint, bigint, bigint, boolean),
    draw_numbers(text, integer),
    edit_order(uuid, bigint, text, text, bigint, text[], integer[], text, json),
    feed(bigint, bigint),
    feed_cursor(bigint, bytea),
    find_sessions(bytea[]),
    find_tokens(bytea[]),
    folded(text),
    held_rows(text[], text[], uuid[], bigint[]),
    hide_order(uuid, bigint, text, text, bigint, text),
    hold_import(bigint, bigint),
    import_customers(bigint, boolean, boolean, integer[], text[], bigint[], text[], text[], text[], bigint[], timestamptz[], timestamptz[]),
    import_orders(bigint, boolean, uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], bigint[], timestamptz[], timestamptz[], integer[], boolean[], boolean[], text[], text[], integer[], numeric[], integer[], bigint[], text[], integer[], numeric[], boolean[], integer[], text[], text[], timestamptz[], text[]),
    import_products(bigint, boolean, boolean, boolean, integer[], text[], bigint[], text[], text[], numeric[], bigint[], bigint[], timestamptz[], bigint[], timestamptz[], timestamptz[]),
    is_internal_write(),
    look_up_orders(uuid[], text[], text[], text[], integer[], integer[], text[]),
    may_move(text, text, text),
    move_import(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[], text[], text[], boolean),
    move_orders(uuid[], bigint[], text[], text[], bigint[], text[], text[], bigint),
    note_sessions(bytea[]),
    open_session(bytea, bigint, bytea),
    order_units(bigint, json, integer),
    pieces_of(text),
    place_all_orders(uuid[], text[], text[], text[], text[], text[], integer[], text[], text[], integer[], numeric[], boolean[], bigint, json[]),
    place_orders(uuid[], text[], text[], text[], text[], text[], integer[], text[], text[], integer[], numeric[], boolean[], bigint, json[]),
    product_sales(date, date),
    prune_answers(interval, integer),
    prune_sessions(integer),
    record_visits(uuid[], integer[], text[], integer[], integer[], integer[], bigint[], text[]),
    refresh_report(interval),
    reserve_numbers(text, bigint),
    return_order(uuid, bigint, text, text, bigint, text[], integer[], boolean[], text, text),
    schema_objects(),
    search_names("char", text[], text, text, text, bigint),
    search_orders(text[], text, timestamptz, bigint, bigint),
    sequence_events(),
    service_functions(),
    settle_currency(text),
    ship_goods(uuid, bigint, text, text, bigint, text, text, text[], text[], integer[], text),
    ship_order(uuid, bigint, text, text, bigint, boolean, text, boolean, text, text),
    takes_stock(text),
    wait_for_rows(text[], text[], uuid[], bigint[]),
    who(),
    word_of(text),
    words_of(text, text)
    TO waybill_service;
