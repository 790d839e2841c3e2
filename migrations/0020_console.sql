-- What the console needs of the server: log-ins of browsers, and views that people save.
SET LOCAL search_path = waybill, pg_temp;

-- A session is the right of one browser to act as a token, for some hours. Its secret is 256 random
-- bits in a cookie; as of tokens, only the SHA-256 is stored. A session is deleted when it is closed
-- or has ended: what was done in it, the history puts down to the token.
CREATE TABLE console_sessions (
    number       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                             CONSTRAINT console_sessions_pkey PRIMARY KEY,
    hash         bytea       NOT NULL
                             CONSTRAINT console_sessions_hash_key UNIQUE
                             CONSTRAINT console_sessions_hash_length CHECK (octet_length(hash) = 32),
    token_number bigint      NOT NULL
                             CONSTRAINT console_sessions_token_fkey REFERENCES tokens (number),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    -- Written at most once a minute, as for tokens.
    used_at      timestamptz(3) NOT NULL DEFAULT now(),
    -- Written with used_at, so that one comparison says whether it is over.
    ends_at      timestamptz(3) NOT NULL,

    CONSTRAINT console_sessions_end CHECK (
        ends_at <= created_at + interval '12 hours' AND ends_at <= used_at + interval '60 minutes')
);
CREATE INDEX console_sessions_by_token ON console_sessions (token_number, used_at);
CREATE INDEX console_sessions_by_end ON console_sessions (ends_at);

COMMENT ON TABLE  console_sessions              IS 'Browsers that are logged in to the console; the view console_session_overview shows whose they are';
COMMENT ON COLUMN console_sessions.number       IS 'Sequential number';
COMMENT ON COLUMN console_sessions.hash         IS 'SHA-256 of the session''s secret; the secret itself is stored nowhere';
COMMENT ON COLUMN console_sessions.token_number IS 'The token that the browser acts as (tokens.number); when that ends, the session does';
COMMENT ON COLUMN console_sessions.created_at   IS 'When somebody logged in';
COMMENT ON COLUMN console_sessions.used_at      IS 'When it was last used, to the minute';
COMMENT ON COLUMN console_sessions.ends_at      IS 'When it ends unless it is used: 60 minutes after its last use, 12 hours after the log-in at the latest';

CREATE VIEW console_session_overview AS
    SELECT s.number, s.token_number, t.role, t.name, t.customer_id, s.created_at, s.used_at, s.ends_at
      FROM console_sessions AS s
      JOIN tokens AS t ON t.number = s.token_number
     WHERE s.ends_at > now() AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > now());
COMMENT ON VIEW console_session_overview IS 'Who is logged in to the console; ORDER BY used_at DESC';

-- Instances remember sessions as they remember tokens, and hear of changes in the same channel.
CREATE FUNCTION notify_session_end() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('waybill_tokens', OLD.token_number::text);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION notify_session_end() IS 'Sends the number of the token whose session was deleted to the channel waybill_tokens';
CREATE TRIGGER console_sessions_end_everywhere
    AFTER DELETE ON console_sessions FOR EACH ROW
    EXECUTE FUNCTION notify_session_end();

-- Opens a session of a valid token, and returns when it ends at the latest; NULL for any other token.
-- The session that the browser had before is closed: nobody who knew it gets the new one. A token has
-- at most 100 sessions; the one that was not used for longest makes room. The lock on the token's row
-- lets log-ins of one token come one after the other.
CREATE FUNCTION open_session(digest bytea, token bigint, replaced bytea) RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
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
COMMENT ON FUNCTION open_session(bytea, bigint, bytea) IS 'Logs a browser in as a token; returns when that ends at the latest, NULL when the token is not valid';

-- The sessions of these digests that have not ended, with whose they are, as find_tokens() tells it.
-- latest_at is when a session ends however much it is used.
CREATE FUNCTION find_sessions(digests bytea[])
    RETURNS TABLE (ordinal bigint, number bigint, role text, customer_id text, name text,
                   is_use_to_note boolean, ends_in interval, first_number bigint, latest_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
SELECT given.ordinal, t.number, t.role, t.customer_id, t.name,
       s.used_at < now() - interval '1 minute',
       least(s.ends_at, t.expires_at) - now(), coalesce(t.first_number, t.number),
       least(s.created_at + interval '12 hours', t.expires_at)
  FROM unnest(digests) WITH ORDINALITY AS given (digest, ordinal)
  JOIN console_sessions AS s ON s.hash = given.digest
  JOIN tokens AS t ON t.number = s.token_number
 WHERE s.ends_at > now() AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
$$;
COMMENT ON FUNCTION find_sessions(bytea[]) IS 'The sessions of these digests that hold, each with the ordinal of its digest';

-- Notes that sessions are used, and with them their tokens. Rows that another instance is updating
-- are passed over, as it notes the same.
CREATE FUNCTION note_sessions(digests bytea[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
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
COMMENT ON FUNCTION note_sessions(bytea[]) IS 'Notes that the sessions of these digests are used now';

CREATE FUNCTION close_session(digest bytea) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
WITH closed AS (DELETE FROM console_sessions WHERE hash = digest RETURNING 1)
SELECT EXISTS (SELECT FROM closed)
$$;
COMMENT ON FUNCTION close_session(bytea) IS 'Logs a browser out; whether it was logged in';

-- Any number of instances may call this at once: each skips the rows that another one is deleting.
CREATE FUNCTION prune_sessions(batch integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
WITH ended AS (
    SELECT number FROM console_sessions WHERE ends_at <= now()
     ORDER BY ends_at LIMIT batch FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM console_sessions WHERE number IN (SELECT number FROM ended) RETURNING 1
)
SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION prune_sessions(integer) IS 'Deletes up to batch sessions that have ended; returns how many';

-- How many orders each of these channels has in each of these statuses, counted up to a bound. Each
-- count reads a range of one index and stops at the bound, so it takes the same time over ten million
-- orders. Without the settings a plan could look through the whole table for a status that no order
-- has.
CREATE FUNCTION count_orders(channels text[], statuses text[], bound integer)
    RETURNS TABLE (channel text, status text, count bigint)
    LANGUAGE sql STABLE SET search_path = waybill, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off AS
$$
SELECT c.channel, s.status,
       (SELECT count(*)
          FROM (SELECT FROM orders AS o
                 WHERE o.channel = c.channel AND o.status = s.status AND o.hidden_at IS NULL
                 LIMIT bound) AS counted)
  FROM unnest(channels) WITH ORDINALITY AS c (channel, place)
 CROSS JOIN unnest(statuses) WITH ORDINALITY AS s (status, place)
 ORDER BY c.place, s.place
$$;
COMMENT ON FUNCTION count_orders(text[], text[], integer) IS 'Orders by channel and status, each counted up to a bound';

-- A saved view is a name for the state of a screen. It is the address's query, which the service does
-- not interpret. It belongs to a line of tokens, so that it survives a rotation.
CREATE TABLE saved_views (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY
                            CONSTRAINT saved_views_pkey PRIMARY KEY,
    owner       bigint      CONSTRAINT saved_views_owner_fkey REFERENCES tokens (number),
    is_shared   boolean     NOT NULL,
    screen      text        COLLATE "C" NOT NULL
                            CONSTRAINT saved_views_screen_form CHECK (screen ~ '^[a-z]{1,20}$'),
    name        text        NOT NULL
                            CONSTRAINT saved_views_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    query       text        NOT NULL
                            CONSTRAINT saved_views_query_length CHECK (char_length(query) <= 2000),
    who         text        NOT NULL,
    version     bigint      NOT NULL DEFAULT 1
                            CONSTRAINT saved_views_version_positive CHECK (version > 0),
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    updated_at  timestamptz(3) NOT NULL DEFAULT now()
);
-- A shared view is found by its name, whoever made it; 0 is no token's number.
CREATE UNIQUE INDEX saved_views_name_key
    ON saved_views (screen, (CASE WHEN is_shared THEN -1 ELSE coalesce(owner, 0) END), name);
CREATE INDEX saved_views_by_owner ON saved_views (owner);

COMMENT ON TABLE  saved_views            IS 'States of the console''s screens that people have saved under a name';
COMMENT ON COLUMN saved_views.id         IS 'Sequential number';
COMMENT ON COLUMN saved_views.owner      IS 'Whose it is: the first token of the line (tokens.number); NULL when no token was needed';
COMMENT ON COLUMN saved_views.is_shared  IS 'Whether everybody sees it';
COMMENT ON COLUMN saved_views.screen     IS 'The screen that it is of: orders, stock, ...';
COMMENT ON COLUMN saved_views.name       IS 'What it is called, 1 to 100 characters';
COMMENT ON COLUMN saved_views.query      IS 'The query of the screen''s address, up to 2000 characters';
COMMENT ON COLUMN saved_views.who        IS 'Who saved it last: a caller of the service';
COMMENT ON COLUMN saved_views.version    IS 'Grows by one with every change; the ETag';
COMMENT ON COLUMN saved_views.created_at IS 'When it was made';
COMMENT ON COLUMN saved_views.updated_at IS 'When it last changed';

CREATE TRIGGER saved_views_version
    BEFORE UPDATE ON saved_views FOR EACH ROW EXECUTE FUNCTION count_change();

-- An owner has at most 100 views, and all of them share at most 200. Those who save wait for each
-- other, so that two of them cannot pass the limit together; saving is rare.
CREATE FUNCTION limit_saved_views() RETURNS trigger
    LANGUAGE plpgsql SET search_path = waybill, pg_temp AS
$$
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
COMMENT ON FUNCTION limit_saved_views() IS 'Refuses more than 100 saved views of an owner, and more than 200 shared ones';
CREATE TRIGGER saved_views_limit
    BEFORE INSERT OR UPDATE OF is_shared, owner ON saved_views FOR EACH ROW
    EXECUTE FUNCTION limit_saved_views();

CREATE FUNCTION delete_saved_view(view bigint, expected bigint, line bigint, may_all boolean)
    RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
WITH gone AS (
    DELETE FROM saved_views
     WHERE id = view AND version = coalesce(expected, version)
       AND (owner IS NOT DISTINCT FROM line OR is_shared AND may_all)
    RETURNING 1
)
SELECT EXISTS (SELECT FROM gone)
$$;
COMMENT ON FUNCTION delete_saved_view(bigint, bigint, bigint, boolean) IS 'Deletes a saved view of this owner, or a shared one for somebody who may delete all; whether it did';

SELECT record_schema();
