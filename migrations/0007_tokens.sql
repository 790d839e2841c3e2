-- Tokens: who may use the service, and in which role.
--
-- A token is 256 random bits. It is shown once, when it is made, and stored nowhere: the table
-- holds its SHA-256, from which nobody can find the token, as there are 2^256 to try. So it needs
-- neither a salt nor a slow hash, which are for passwords that people choose, and a look-up is one
-- index scan.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE tokens (
    -- The name of a token among people, as its text must not be shown again.
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
    -- A rotated token is the same user under a new secret: what belongs to the user, like the names
    -- of its idempotency keys, belongs to the whole line.
    first_number bigint      CONSTRAINT tokens_first_number_fkey REFERENCES tokens (number),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3),
    -- A token is never deleted, so that the history can always say who did something.
    revoked_at   timestamptz(3),
    -- Written at most once a minute: a write for each request would cost more than the request.
    last_used_at timestamptz(3),

    -- A token of the role customer belongs to one customer, any other token to none.
    CONSTRAINT tokens_customer_named CHECK ((role = 'customer') = (customer_id IS NOT NULL)),
    CONSTRAINT tokens_expire_later CHECK (expires_at > created_at)
);

COMMENT ON TABLE  tokens              IS 'Who may use the service, and in which role; made and revoked by waybill token';
COMMENT ON COLUMN tokens.number       IS 'Sequential number, by which a token is named and revoked';
COMMENT ON COLUMN tokens.hash         IS 'SHA-256 of the token''s text; the text itself is stored nowhere';
COMMENT ON COLUMN tokens.role         IS 'admin, retailer, warehouse or customer';
COMMENT ON COLUMN tokens.customer_id  IS 'The customer of the token (customers.id); NULL unless the role is customer';
COMMENT ON COLUMN tokens.name         IS 'What it is for, 1 to 200 characters';
COMMENT ON COLUMN tokens.first_number IS 'The first token of its line of rotations (tokens.number); NULL when it is the first itself';
COMMENT ON COLUMN tokens.created_at   IS 'When it was made';
COMMENT ON COLUMN tokens.expires_at   IS 'When it expires; NULL when never';
COMMENT ON COLUMN tokens.revoked_at   IS 'When it was revoked, which every instance knows within a second; NULL when it was not';
COMMENT ON COLUMN tokens.last_used_at IS 'When it was last used, to the minute; NULL when never';

CREATE TRIGGER tokens_are_kept
    BEFORE DELETE ON tokens FOR EACH ROW
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');
-- TRUNCATE does not fire row triggers.
CREATE TRIGGER tokens_are_not_emptied
    BEFORE TRUNCATE ON tokens FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change('tokens are not deleted: set revoked_at instead');

-- Notifies every instance at once when a token was revoked or changed in a way that matters.
--
-- An instance that receives these notifications keeps what it has looked up for longer; one whose
-- connection is cut looks every token up again after less than a second. A notification is sent
-- when its transaction commits and only then, also for a change in psql. A new token needs none, as
-- an instance does not remember that a token was unknown.
CREATE FUNCTION notify_token_change() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('waybill_tokens', NEW.number::text);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION notify_token_change() IS 'Sends the number of a token that has changed to the channel waybill_tokens';

-- A new last_used_at does not matter.
CREATE TRIGGER tokens_change
    AFTER UPDATE OF hash, role, customer_id, expires_at, revoked_at ON tokens FOR EACH ROW
    EXECUTE FUNCTION notify_token_change();

-- The tokens of these digests that are neither revoked nor expired. The service looks tokens up
-- only by this function, as it may not read the column of digests.
CREATE FUNCTION find_tokens(digests bytea[])
    RETURNS TABLE (ordinal bigint, number bigint, role text, customer_id text, name text,
                   is_use_to_note boolean, expires_in interval, first_number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
SELECT given.ordinal, t.number, t.role, t.customer_id, t.name,
       t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute',
       t.expires_at - now(), coalesce(t.first_number, t.number)
  FROM unnest(digests) WITH ORDINALITY AS given (digest, ordinal)
  JOIN tokens AS t ON t.hash = given.digest
 WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
$$;
COMMENT ON FUNCTION find_tokens(bytea[]) IS 'The valid tokens of these digests, each with the ordinal of its digest';
