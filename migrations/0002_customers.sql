-- Customers. An order may name a customer that does not exist yet: the order's transaction then
-- adds a customer with that id and without a name.
SET LOCAL search_path = waybill, pg_temp;

-- Where goods go. It is kept as it was given: addresses of the world have no common form, and nobody
-- searches by their parts. json, so that it is sent as it was written.
CREATE FUNCTION address_holds(address json) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
$$
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
COMMENT ON FUNCTION address_holds(json) IS 'Whether an address has a name, lines, a city and a country, and all within limits';

CREATE DOMAIN address AS json CONSTRAINT address_holds CHECK (address_holds(VALUE));
COMMENT ON DOMAIN address IS 'Where goods go: name, company, lines, postal_code, city, region, country (ISO 3166-1), phone';

CREATE TABLE customers (
    -- Any text of up to 255 characters, as some clients make ids of their own; compared byte by
    -- byte, like every id in this schema.
    id          text        COLLATE "C" NOT NULL
                            CONSTRAINT customers_pkey PRIMARY KEY
                            CONSTRAINT customers_id_length CHECK (char_length(id) BETWEEN 1 AND 255),
    -- Sequential, for people, for clients that speak integers, and for keyset pages.
    number      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                            CONSTRAINT customers_number_key UNIQUE,
    name        text        CONSTRAINT customers_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    -- Not unique: several customers may use one address.
    email       text        CONSTRAINT customers_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    ship_to     address,
    version     bigint      NOT NULL DEFAULT 1
                            CONSTRAINT customers_version_positive CHECK (version > 0),
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    updated_at  timestamptz(3) NOT NULL DEFAULT now()
);

COMMENT ON TABLE  customers            IS 'Who orders';
COMMENT ON COLUMN customers.id         IS 'Chosen by the client or made by the service, 1 to 255 characters';
COMMENT ON COLUMN customers.number     IS 'Sequential number, made by the database';
COMMENT ON COLUMN customers.name       IS 'Name, 1 to 200 characters; NULL when only an order named the customer so far';
COMMENT ON COLUMN customers.email      IS 'E-mail address; NULL when none was given';
COMMENT ON COLUMN customers.ship_to    IS 'Where orders go that say nothing of it; they get a copy when they are placed';
COMMENT ON COLUMN customers.version    IS 'Grows by one with every change, also in psql; the ETag';
COMMENT ON COLUMN customers.created_at IS 'When the row was added';
COMMENT ON COLUMN customers.updated_at IS 'When the customer last changed';

CREATE TRIGGER customers_version
    BEFORE UPDATE ON customers FOR EACH ROW
    WHEN (NEW.version <> OLD.version + 1
          AND (NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.name IS DISTINCT FROM OLD.name
               OR NEW.email IS DISTINCT FROM OLD.email
               OR NEW.ship_to::text IS DISTINCT FROM OLD.ship_to::text
               OR NEW.version <> OLD.version OR NEW.created_at <> OLD.created_at
               OR NEW.updated_at <> OLD.updated_at))
    EXECUTE FUNCTION count_change();
CREATE TRIGGER customers_id_stays
    BEFORE UPDATE OF id ON customers FOR EACH ROW
    WHEN (NEW.id <> OLD.id)
    EXECUTE FUNCTION refuse_change('the id of a customer never changes');
CREATE TRIGGER customers_are_kept
    BEFORE DELETE ON customers FOR EACH ROW
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders refer to them: clear name and email instead');
CREATE TRIGGER customers_are_not_emptied
    BEFORE TRUNCATE ON customers FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('customers are not deleted, as orders refer to them: clear name and email instead');
