-- Who may ask, and as whom.
--
-- A token is 256 bits of chance, shown once when it is made and kept nowhere: what is stored is its
-- SHA-256, which cannot be turned back, as nobody can try 2^256 tokens. So it needs neither salt nor
-- a slow hash, which are for passwords that people choose, and a look-up is one walk of an index.
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
