-- Who orders. An order may name a customer nobody has introduced: the row is then made bare, with
-- the id alone, in the order's own transaction.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE customers (
    -- Any text up to 255 characters, as some clients bring ids of their own making; compared byte
    -- by byte, like every id here.
    id          text        COLLATE "C" NOT NULL
                            CONSTRAINT customers_pkey PRIMARY KEY
                            CONSTRAINT customers_id_length CHECK (char_length(id) BETWEEN 1 AND 255),
    -- Sequential, for people, for clients that speak integers, and for keyset pages.
    number      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                            CONSTRAINT customers_number_key UNIQUE,
    name        text        CONSTRAINT customers_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    -- Not unique: the same address may order under several names.
    email       text        CONSTRAINT customers_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    version     bigint      NOT NULL DEFAULT 1
                            CONSTRAINT customers_version_positive CHECK (version > 0),
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    updated_at  timestamptz(3) NOT NULL DEFAULT now()
);

COMMENT ON TABLE  customers            IS 'Who orders';
COMMENT ON COLUMN customers.id         IS 'Chosen by the client or made by the service, 1 to 255 characters';
COMMENT ON COLUMN customers.number     IS 'Sequential number, made by the database';
COMMENT ON COLUMN customers.name       IS 'What the customer is called, 1 to 200 characters; NULL on a bare row';
COMMENT ON COLUMN customers.email      IS 'Where the customer is written to; NULL when nobody has said';
COMMENT ON COLUMN customers.version    IS 'Moves by one with every change, whoever makes it; the ETag';
COMMENT ON COLUMN customers.created_at IS 'When the customer was first heard of';
COMMENT ON COLUMN customers.updated_at IS 'When the customer last changed';

CREATE TRIGGER customers_version
    BEFORE UPDATE ON customers FOR EACH ROW
    WHEN (NEW.version <> OLD.version + 1 AND NEW.* IS DISTINCT FROM OLD.*)
    EXECUTE FUNCTION count_change();
CREATE TRIGGER customers_id_stays
    BEFORE UPDATE OF id ON customers FOR EACH ROW
    WHEN (NEW.id <> OLD.id)
    EXECUTE FUNCTION refuse_change('the id of a customer never changes');
CREATE TRIGGER customers_are_kept
    BEFORE DELETE ON customers FOR EACH ROW
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders speak of them: clear name and email instead');
CREATE TRIGGER customers_are_not_emptied
    BEFORE TRUNCATE ON customers FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders speak of them: clear name and email instead');
