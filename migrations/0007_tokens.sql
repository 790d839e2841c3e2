-- Who may ask, and as whom.
--
-- A token is 256 bits of chance, shown once when it is made and kept nowhere: what is stored is its
-- SHA-256, which cannot be turned back, as nobody can try 2^256 tokens. So it needs neither salt nor
-- a slow hash, which are for passwords that people choose, and a look-up is one walk of an index.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE tokens (
    -- By which people name a token, as its text is nobody's to repeat.
    number       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                             CONSTRAINT tokens_pkey PRIMARY KEY,
    hash         bytea       NOT NULL
                             CONSTRAINT tokens_hash_key UNIQUE
                             CONSTRAINT tokens_hash_length CHECK (octet_length(hash) = 32),
    role         text        COLLATE "C" NOT NULL
                             CONSTRAINT tokens_role_known
                             CHECK (role IN ('admin', 'retailer', 'warehouse', 'customer')),
    customer_id  text        COLLATE "C"
                             CONSTRAINT tokens_customer_fkey REFERENCES customers (id),
    name         text        NOT NULL
                             CONSTRAINT tokens_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3),
    -- A token is never deleted, so that what was done with it can be put down to somebody.
    revoked_at   timestamptz(3),
    -- Written at most once a minute: a write for each request would cost more than the request.
    last_used_at timestamptz(3),

    -- A customer's token is one customer's; any other is nobody's.
    CONSTRAINT tokens_customer_named CHECK ((role = 'customer') = (customer_id IS NOT NULL)),
    CONSTRAINT tokens_expire_later CHECK (expires_at > created_at)
);

COMMENT ON TABLE  tokens              IS 'Who may ask the service, and as whom; made and revoked by waybill token';
COMMENT ON COLUMN tokens.number       IS 'Sequential number, by which a token is named and revoked';
COMMENT ON COLUMN tokens.hash         IS 'SHA-256 of the token''s text; the text itself is stored nowhere';
COMMENT ON COLUMN tokens.role         IS 'admin, retailer, warehouse or customer';
COMMENT ON COLUMN tokens.customer_id  IS 'Whose token it is: customers.id; NULL unless the role is customer';
COMMENT ON COLUMN tokens.name         IS 'What it is for, 1 to 200 characters';
COMMENT ON COLUMN tokens.created_at   IS 'When it was made';
COMMENT ON COLUMN tokens.expires_at   IS 'When it ends by itself; NULL when never';
COMMENT ON COLUMN tokens.revoked_at   IS 'When it was revoked, which every instance heeds within a second; NULL while it holds';
COMMENT ON COLUMN tokens.last_used_at IS 'When it was last used, to the minute; NULL when never';

CREATE TRIGGER tokens_are_kept
    BEFORE DELETE ON tokens FOR EACH ROW
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');
-- TRUNCATE fires no trigger of rows.
CREATE TRIGGER tokens_are_not_emptied
    BEFORE TRUNCATE ON tokens FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');

-- Tells every instance at once of a token that was revoked or changed in another way that counts.
--
-- An instance that hears this may believe for longer what it has looked up; one that does not hear,
-- because its connection is cut, looks every token up again after less than a second. A notification
-- is sent when its transaction commits and never otherwise, also when the change is made in psql. A
-- new token needs none: an instance does not remember that a token was unknown.
CREATE FUNCTION tell_of_token() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('waybill_tokens', NEW.number::text);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION tell_of_token() IS 'Notifies the channel waybill_tokens of a token that has changed, by its number';

-- When it was last used is no such change.
CREATE TRIGGER tokens_are_told_of
    AFTER UPDATE OF hash, role, customer_id, expires_at, revoked_at ON tokens FOR EACH ROW
    EXECUTE FUNCTION tell_of_token();

-- Which tokens these digests are of, as long as they hold. The service looks tokens up by this alone: it
-- may not read the digests of others.
CREATE FUNCTION find_tokens(digests bytea[])
    RETURNS TABLE (place bigint, number bigint, role text, customer_id text, name text,
                   is_use_to_note boolean, expires_in interval)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
SELECT given.place, t.number, t.role, t.customer_id, t.name,
       t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute',
       t.expires_at - now()
  FROM unnest(digests) WITH ORDINALITY AS given (digest, place)
  JOIN tokens AS t ON t.hash = given.digest
 WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
$$;
COMMENT ON FUNCTION find_tokens(bytea[]) IS 'The tokens of these digests that hold, each with its place in the list';
