-- What was answered to requests that carried a key, so that a repetition has no second effect.
--
-- The row is written in the transaction of the effect: both are there, or neither is, at whatever
-- instruction the service or the server dies. It is written once, at the end. What makes a twin of a
-- request under way wait is an advisory lock on the name: a row that is written first and completed
-- later would be two writes instead of one, and a version for vacuum to remove.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE idempotency_keys (
    -- One name for whose, where and which: the parts can be longer than an index entry may be.
    id           bytea   NOT NULL
                         CONSTRAINT idempotency_keys_pkey PRIMARY KEY
                         CONSTRAINT idempotency_keys_id_length CHECK (octet_length(id) = 32),
    -- No foreign key: tokens are never deleted, and the check would lock the token's row each time.
    token        bigint,
    contract     text    COLLATE "C" NOT NULL,
    method       text    COLLATE "C" NOT NULL,
    path         text    COLLATE "C" NOT NULL,
    key          text    COLLATE "C" NOT NULL
                         CONSTRAINT idempotency_keys_key_form CHECK (key ~ '^[ -~]{1,255}$'),
    fingerprint  bytea   NOT NULL
                         CONSTRAINT idempotency_keys_fingerprint_length
                         CHECK (octet_length(fingerprint) = 32),
    -- Nothing is said of a failure: the next try may do better.
    status       integer NOT NULL
                         CONSTRAINT idempotency_keys_status_definite CHECK (status BETWEEN 200 AND 499),
    content_type text    COLLATE "C",
    fields       text    COLLATE "C" NOT NULL,
    body         bytea   NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Finds those that are old enough to go. Rows come in this order, so only its right edge is written.
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

COMMENT ON TABLE  idempotency_keys              IS 'Answers to requests with an Idempotency-Key, kept for 24 hours and then pruned';
COMMENT ON COLUMN idempotency_keys.id           IS 'SHA-256 of token, contract, method, path and key: answer_id()';
COMMENT ON COLUMN idempotency_keys.token        IS 'tokens.number of who asked; NULL when nobody said';
COMMENT ON COLUMN idempotency_keys.contract     IS 'Which contract was asked';
COMMENT ON COLUMN idempotency_keys.method       IS 'POST, PATCH or DELETE';
COMMENT ON COLUMN idempotency_keys.path         IS 'The path below the contract''s mount, as it was sent';
COMMENT ON COLUMN idempotency_keys.key          IS 'The client''s key, 1 to 255 printable ASCII characters';
COMMENT ON COLUMN idempotency_keys.fingerprint  IS 'SHA-256 of the query, a line feed and the body: another request may not use the key';
COMMENT ON COLUMN idempotency_keys.status       IS 'Status of the answer: success, or a refusal by the state of things';
COMMENT ON COLUMN idempotency_keys.content_type IS 'Content-Type of the answer; NULL when it has none';
COMMENT ON COLUMN idempotency_keys.fields       IS 'Further fields of the answer, a line for each';
COMMENT ON COLUMN idempotency_keys.body         IS 'The answer''s bytes: convert_from(body, ''UTF8'') shows them';
COMMENT ON COLUMN idempotency_keys.created_at   IS 'When it was answered first';
COMMENT ON INDEX  idempotency_keys_created      IS 'In the order in which they are pruned';

CREATE TRIGGER idempotency_keys_stay
    BEFORE UPDATE ON idempotency_keys FOR EACH ROW
    EXECUTE FUNCTION refuse_change('what was answered is not rewritten; delete the row to forget it');
COMMENT ON TRIGGER idempotency_keys_stay ON idempotency_keys IS 'What was answered stays answered';

-- Only the key can hold a blank, and it stands last, so no two requests have one name.
CREATE FUNCTION answer_id(token bigint, contract text, method text, path text, key text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
SELECT sha256(convert_to(coalesce(token::text, '-') || ' ' || contract || ' ' || method || ' '
                         || path || ' ' || key, 'UTF8'))
$$;
COMMENT ON FUNCTION answer_id(bigint, text, text, text, text) IS 'The name of a request''s answer: idempotency_keys.id';

-- Takes the name for this transaction, waiting for whoever has it, and says what was answered. Each
-- statement here sees what was committed before it, so a twin that waited sees its sibling's answer.
CREATE FUNCTION claim_answer(token bigint, contract text, method text, path text, key text,
                             content bytea)
    RETURNS TABLE (id bytea, fingerprint bytea, is_answered boolean, is_same boolean,
                   status integer, content_type text, fields text, body bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    asked     constant bytea := answer_id(token, contract, method, path, key);
    contained constant bytea := sha256(content);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(asked, 'hex'), 0));
    RETURN QUERY
    SELECT asked, contained, kept.id IS NOT NULL, kept.fingerprint = contained, kept.status,
           kept.content_type, kept.fields, kept.body
      FROM (SELECT asked AS id) AS name
      LEFT JOIN idempotency_keys AS kept USING (id);
END
$$;
COMMENT ON FUNCTION claim_answer(bigint, text, text, text, text, bytea)
    IS 'Locks the name of an answer and shows the answer that is kept under it, if any';

-- Any number of instances may do this at once: what one is deleting the others pass over.
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
COMMENT ON FUNCTION prune_answers(interval, integer) IS 'Deletes up to batch answers older than age; how many it were';
