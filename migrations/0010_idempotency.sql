-- Answers to requests with an Idempotency-Key, so that a repeated request has no second effect.
--
-- The row is written in the transaction of the effect: both are stored or neither is, whenever the
-- service or the server dies. It is written once, at the end of the transaction. An advisory lock
-- on the name makes a repetition wait while the first request is under way. A row that is inserted
-- first and updated at the end would be two writes instead of one, and leave a dead row for vacuum.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE idempotency_keys (
    -- One hash of who, where and which: the parts can be longer than an index entry may be.
    id           bytea   NOT NULL
                         CONSTRAINT idempotency_keys_pkey PRIMARY KEY
                         CONSTRAINT idempotency_keys_id_length CHECK (octet_length(id) = 32),
    -- No foreign key: tokens are never deleted, and its check would lock the token's row each time.
    token        bigint,
    contract     text    COLLATE "C" NOT NULL,
    method       text    COLLATE "C" NOT NULL,
    path         text    COLLATE "C" NOT NULL,
    key          text    COLLATE "C" NOT NULL
                         -- In two parts: counting up to 255 inside the pattern takes 38 us a row.
                         CONSTRAINT idempotency_keys_key_form
                         CHECK (key <> '' AND octet_length(key) <= 255 AND key !~ '[^ -~]'),
    fingerprint  bytea   NOT NULL
                         CONSTRAINT idempotency_keys_fingerprint_length
                         CHECK (octet_length(fingerprint) = 32),
    -- A failure (5xx) is not stored, as the next attempt may succeed.
    status       integer NOT NULL
                         CONSTRAINT idempotency_keys_status_definite CHECK (status BETWEEN 200 AND 499),
    content_type text    COLLATE "C",
    fields       text    COLLATE "C" NOT NULL,
    body         bytea   NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Finds the rows that are old enough to be deleted. New rows are added at its right edge only.
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

COMMENT ON TABLE  idempotency_keys              IS 'Answers to requests with an Idempotency-Key, kept for 24 hours and then pruned';
COMMENT ON COLUMN idempotency_keys.id           IS 'SHA-256 of token, contract, method, path and key: answer_id()';
COMMENT ON COLUMN idempotency_keys.token        IS 'tokens.number of the first token of the caller''s line, so that a key survives a rotation; NULL when the request had no token';
COMMENT ON COLUMN idempotency_keys.contract     IS 'The contract that the request was sent to';
COMMENT ON COLUMN idempotency_keys.method       IS 'POST, PATCH or DELETE';
COMMENT ON COLUMN idempotency_keys.path         IS 'The path below the contract''s mount, as it was sent';
COMMENT ON COLUMN idempotency_keys.key          IS 'The client''s key, 1 to 255 printable ASCII characters';
COMMENT ON COLUMN idempotency_keys.fingerprint  IS 'SHA-256 of the query, a line feed and the body; a different request may not use the key';
COMMENT ON COLUMN idempotency_keys.status       IS 'Status of the answer: a success, or a refusal because of the state of the data';
COMMENT ON COLUMN idempotency_keys.content_type IS 'Content-Type of the answer; NULL when it has none';
COMMENT ON COLUMN idempotency_keys.fields       IS 'Further header fields of the answer, one on each line';
COMMENT ON COLUMN idempotency_keys.body         IS 'The answer''s bytes: convert_from(body, ''UTF8'') shows them';
COMMENT ON COLUMN idempotency_keys.created_at   IS 'When the request was answered first';
COMMENT ON INDEX  idempotency_keys_created      IS 'Finds what is to be pruned';

CREATE TRIGGER idempotency_keys_stay
    BEFORE UPDATE ON idempotency_keys FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a stored answer is not changed; delete the row to forget it');
COMMENT ON TRIGGER idempotency_keys_stay ON idempotency_keys IS 'A stored answer never changes';

-- Only the key can contain a blank, and it comes last, so no two requests have the same name. The
-- service computes the same hash itself.
CREATE FUNCTION answer_id(token bigint, contract text, method text, path text, key text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
SELECT sha256(convert_to(coalesce(token::text, '-') || ' ' || contract || ' ' || method || ' '
                         || path || ' ' || key, 'UTF8'))
$$;
COMMENT ON FUNCTION answer_id(bigint, text, text, text, text) IS 'The name under which the answer to a request is stored: idempotency_keys.id';

-- Locks the names of requests until the end of the transaction, and returns what is stored under
-- them: a row for each request, in the order given. A name that another transaction has locked is
-- waited for if may_wait; otherwise its row says is_held, and it is not locked. A caller with
-- several requests must not wait: two callers could wait for each other.
--
-- The names are locked by a statement of their own. The next statement sees what was committed
-- before it began, so a repetition sees the answer to the first request.
CREATE FUNCTION claim_answers(ids bytea[], fingerprints bytea[], may_wait boolean)
    RETURNS TABLE (is_held boolean, is_answered boolean, is_same boolean, status integer,
                   content_type text, fields text, body bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp
    -- The plan is made while the table is small, and kept. So it must not scan the table.
    SET enable_seqscan = off AS
$$
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
COMMENT ON FUNCTION claim_answers(bytea[], bytea[], boolean)
    IS 'Locks the names of answers and returns the answers that are stored under them, if any';

-- Any number of instances may call this at once: each skips the rows that another one is deleting.
CREATE FUNCTION prune_answers(age interval, batch integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
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
COMMENT ON FUNCTION prune_answers(interval, integer) IS 'Deletes up to batch answers older than age; returns how many';
