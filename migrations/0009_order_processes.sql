-- The queue of orders that a process outside has to fulfil.
--
-- An order of the channel fulfilment has a row here for exactly as long as it is not final: triggers
-- see to both ends in the order's own transaction, whoever writes it. So the queue stays as small as
-- the work that is left, and what became of an order is told by its history.
--
-- A worker claims rows that are due, does its calls, and records what it learned. A claim is a lease:
-- due_at is then the moment from which anybody may claim the row again, as the worker may be dead. It
-- is known by the number of the visit, so that a worker whose lease ran out can record nothing any
-- more. Only the first visit may start the process without looking: no visit, no start.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE order_processes (
    -- orders.id. No foreign key: orders are never deleted, and only triggers write rows here.
    order_id   uuid        NOT NULL
                           CONSTRAINT order_processes_pkey PRIMARY KEY,
    due_at     timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    hinted_at  timestamptz,
    visits     integer     NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_visits_counted CHECK (visits >= 0),
    starts     integer     NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_starts_counted CHECK (starts BETWEEN 0 AND visits),
    quiet      integer     NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_quiet_counted CHECK (quiet >= 0),
    missing    integer     NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_missing_counted CHECK (missing >= 0),
    problem    text        CONSTRAINT order_processes_problem_length
                           CHECK (char_length(problem) BETWEEN 1 AND 200)
);
-- A row moves along this index with every visit; the dead entries it leaves are at its left edge, and
-- are vacuumed sooner than a table of this size would be by itself.
CREATE INDEX order_processes_by_due ON order_processes (due_at);
ALTER TABLE order_processes SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 80);

COMMENT ON TABLE  order_processes            IS 'Orders that the process service has still to fulfil; the view process_overview shows more';
COMMENT ON COLUMN order_processes.order_id   IS 'orders.id';
COMMENT ON COLUMN order_processes.due_at     IS 'When the next visit may be made; while claimed, when the claim runs out';
COMMENT ON COLUMN order_processes.claimed_at IS 'Since when a worker is at it; NULL when none is';
COMMENT ON COLUMN order_processes.hinted_at  IS 'When the newest callback had or will have somebody look; NULL when none came';
COMMENT ON COLUMN order_processes.visits     IS 'How often a worker has claimed it; the number of the claim that holds';
COMMENT ON COLUMN order_processes.starts     IS 'How often the process service was told to start the process';
COMMENT ON COLUMN order_processes.quiet      IS 'Visits in a row that brought nothing new; the pauses grow with it';
COMMENT ON COLUMN order_processes.missing    IS 'How often in a row the process service did not know an order it had accepted';
COMMENT ON COLUMN order_processes.problem    IS 'What stood in the way of the last visit; NULL when nothing did';
COMMENT ON INDEX  order_processes_by_due     IS 'What is due next';

CREATE FUNCTION queue_process() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO waybill.order_processes (order_id) VALUES (NEW.id);
    -- Told when the transaction commits, once however many orders it placed.
    PERFORM pg_notify('order_processes', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION queue_process() IS 'Has the process of a new order started, and wakes who does that';

CREATE FUNCTION unqueue_process() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    DELETE FROM waybill.order_processes WHERE order_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION unqueue_process() IS 'Leaves an order alone from now on';

-- Orders of other channels pay for the conditions alone.
CREATE TRIGGER orders_have_process
    AFTER INSERT ON orders FOR EACH ROW
    WHEN (NEW.channel = 'fulfilment' AND NEW.status IN ('new', 'in_progress'))
    EXECUTE FUNCTION queue_process();
COMMENT ON TRIGGER orders_have_process ON orders IS 'An order to be fulfilled has its place in the queue from its first moment';
CREATE TRIGGER orders_end_process
    AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN (NEW.channel = 'fulfilment' AND NEW.status IN ('completed', 'failed'))
    EXECUTE FUNCTION unqueue_process();
COMMENT ON TRIGGER orders_end_process ON orders IS 'A final order is in nobody''s queue';

-- Records what visits have brought, one row for each whose claim still holds; of the others nothing
-- is believed. A status is the order's new one, or NULL; the answer says in how many milliseconds the
-- next visit is due, which is NULL when there will be none. Orders are locked before their rows here, as
-- a person's UPDATE of an order does it too.
CREATE FUNCTION record_visits(ids uuid[], numbers integer[], statuses text[], begun integer[],
                              quiets integer[], missings integer[], pauses bigint[], problems text[])
    RETURNS TABLE (id uuid, due_in bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    held uuid[];
BEGIN
    PERFORM set_config('waybill.who', 'order process', true);
    PERFORM FROM orders WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM order_processes WHERE order_id = ANY (ids) ORDER BY order_id FOR UPDATE;
    WITH recorded AS (
        UPDATE order_processes AS p
           SET claimed_at = NULL, starts = p.starts + v.begun, quiet = v.quiet, missing = v.missing,
               problem = v.problem,
               -- A callback that came during the visit wants another look; least() passes over NULL.
               due_at = least(now() + v.pause * interval '1 millisecond',
                              CASE WHEN p.hinted_at > p.claimed_at THEN p.hinted_at END)
          FROM unnest(ids, numbers, begun, quiets, missings, pauses, problems)
               AS v (id, number, begun, quiet, missing, pause, problem)
         WHERE p.order_id = v.id AND p.visits = v.number AND p.claimed_at IS NOT NULL
        RETURNING p.order_id
    )
    SELECT array_agg(order_id) INTO held FROM recorded;
    UPDATE orders AS o
       SET status = v.status
      FROM unnest(ids, statuses) AS v (id, status)
     WHERE o.id = v.id AND o.id = ANY (held) AND may_move('fulfilment', o.status, v.status);
    RETURN QUERY
    SELECT h.id, ceil(extract(epoch FROM p.due_at - now()) * 1000)::bigint
      FROM unnest(held) AS h (id) LEFT JOIN order_processes AS p ON p.order_id = h.id;
END
$$;
COMMENT ON FUNCTION record_visits(uuid[], integer[], text[], integer[], integer[], integer[], bigint[], text[])
    IS 'Records what visits of orders'' processes have brought; answers whose claims still held, and when they are due again';

CREATE VIEW process_overview AS
    SELECT o.number, o.reference AS order_id,
           CASE o.status WHEN 'new' THEN 'CREATED' ELSE 'PROCESSING' END AS status,
           now() - o.created_at AS age, p.starts, p.visits, p.problem,
           greatest(p.due_at - now(), interval '0') AS next_visit_in,
           p.claimed_at IS NOT NULL AND p.due_at > now() AS being_visited, o.id
      FROM order_processes AS p
      JOIN orders AS o ON o.id = p.order_id;
COMMENT ON VIEW process_overview IS 'Orders that are not fulfilled yet, how long they wait and why; WHERE status = ''CREATED'' ORDER BY age DESC';
