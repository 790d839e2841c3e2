-- The queue of orders that an external order process has to fulfil.
--
-- An order of the channel fulfilment has a row here as long as it is not final: triggers add and
-- delete the row in the order's own transaction, also for a change in psql. So the queue is as
-- small as the work that is left. What became of an order is in its history.
--
-- A worker visits orders: it claims rows that are due, calls the process service about each, and
-- records what it learned. A claim is a lease: due_at is then the time from which any worker may
-- claim the row again, as the first may be dead. The number of the visit identifies the claim, so a
-- worker whose lease ran out can no longer record anything. Only the first visit may start an order
-- process without asking the process service about it first.
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
    unchanged_visits integer NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_unchanged_visits_counted
                           CHECK (unchanged_visits >= 0),
    unknown_visits integer NOT NULL DEFAULT 0
                           CONSTRAINT order_processes_unknown_visits_counted
                           CHECK (unknown_visits >= 0),
    problem    text        CONSTRAINT order_processes_problem_length
                           CHECK (char_length(problem) BETWEEN 1 AND 200)
);
-- Every visit moves a row along this index and leaves a dead entry at its left edge. So the table
-- is vacuumed sooner than the defaults would.
CREATE INDEX order_processes_by_due ON order_processes (due_at);
ALTER TABLE order_processes SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 80);

COMMENT ON TABLE  order_processes            IS 'Orders that the process service still has to fulfil; the view order_process_overview shows more';
COMMENT ON COLUMN order_processes.order_id   IS 'orders.id';
COMMENT ON COLUMN order_processes.due_at     IS 'When the next visit is due; while claimed, when the claim runs out';
COMMENT ON COLUMN order_processes.claimed_at IS 'When a worker claimed it; NULL when none has';
COMMENT ON COLUMN order_processes.hinted_at  IS 'The time to which the newest callback moved the next visit; NULL when none came';
COMMENT ON COLUMN order_processes.visits     IS 'How often a worker has claimed it; the number of the current claim';
COMMENT ON COLUMN order_processes.starts     IS 'How often the process service was told to start the process';
COMMENT ON COLUMN order_processes.unchanged_visits IS 'Visits in a row that brought nothing new; the pauses grow with it';
COMMENT ON COLUMN order_processes.unknown_visits   IS 'Visits in a row in which the process service did not know an order it had accepted';
COMMENT ON COLUMN order_processes.problem    IS 'What went wrong in the last visit; NULL when nothing did';
COMMENT ON INDEX  order_processes_by_due     IS 'Finds what is due next';

CREATE FUNCTION queue_order_process() RETURNS trigger
    LANGUAGE plpgsql AS
$$
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
COMMENT ON FUNCTION queue_order_process() IS 'Adds a new order to the queue, and wakes the workers';

CREATE FUNCTION dequeue_order_process() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    DELETE FROM waybill.order_processes WHERE order_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION dequeue_order_process() IS 'Takes a final order out of the queue';

-- Orders of other channels only cost the conditions. By shape_holds() these orders, and no others, are
-- those without units; to ask channel_kind() would cost each statement a look into its text.
CREATE TRIGGER orders_have_process
    AFTER INSERT ON orders FOR EACH ROW
    WHEN (NEW.total_quantity = 0 AND NEW.status IN ('new', 'in_progress'))
    EXECUTE FUNCTION queue_order_process();
COMMENT ON TRIGGER orders_have_process ON orders IS 'An order of the channel fulfilment is in the queue as soon as it is placed';
CREATE TRIGGER orders_end_process
    AFTER UPDATE OF status ON orders FOR EACH ROW
    WHEN (NEW.total_quantity = 0 AND NEW.status IN ('completed', 'failed'))
    EXECUTE FUNCTION dequeue_order_process();
COMMENT ON TRIGGER orders_end_process ON orders IS 'A final order is not in the queue';

-- Records what visits have learned: one row for each, in the order given. is_recorded is false when
-- the claim had run out; then nothing was recorded. statuses has the new status of each order, or
-- NULL. due_in is the number of milliseconds until the next visit is due, or NULL when there will
-- be none. Orders are locked before their rows in the queue, as an UPDATE of an order does it too.
CREATE FUNCTION record_visits(ids uuid[], numbers integer[], statuses text[], begun integer[],
                              unchanged integer[], unknown integer[], pauses bigint[],
                              problems text[])
    RETURNS TABLE (is_recorded boolean, due_in bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
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
COMMENT ON FUNCTION record_visits(uuid[], integer[], text[], integer[], integer[], integer[], bigint[],
                                  text[])
    IS 'Records what visits of orders in the queue have learned; one row for each, in the order given';

CREATE VIEW order_process_overview AS
    SELECT o.number, o.reference AS order_id,
           CASE o.status WHEN 'new' THEN 'CREATED' ELSE 'PROCESSING' END AS status,
           now() - o.created_at AS age, p.starts, p.visits, p.problem,
           greatest(p.due_at - now(), interval '0') AS next_visit_in,
           p.claimed_at IS NOT NULL AND p.due_at > now() AS being_visited, o.id
      FROM order_processes AS p
      JOIN orders AS o ON o.id = p.order_id;
COMMENT ON VIEW order_process_overview IS 'Orders that are not fulfilled yet, how long they have waited and why; WHERE status = ''CREATED'' ORDER BY age DESC';
