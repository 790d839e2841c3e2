-- A record of all objects of the schema, so that anybody can check that they are unchanged.
--
-- A restored dump can lack a function, a trigger can be disabled, an index can be invalid, and the
-- number of the newest step does not show it. So each step that changes the schema ends by
-- recording every object with a hash of its definition, and a view compares the record with the
-- objects.
SET LOCAL search_path = waybill, pg_temp;

CREATE TABLE schema_contents (
    kind        text    COLLATE "C" NOT NULL,
    name        text    COLLATE "C" NOT NULL,
    hash        text    NOT NULL,
    -- Some major versions of PostgreSQL print the definitions of views, indexes, triggers and
    -- constraints differently. Such a hash can only be compared in the version that made it.
    is_portable boolean NOT NULL,
    made_by     integer NOT NULL,
    CONSTRAINT schema_contents_pkey PRIMARY KEY (kind, name)
);
COMMENT ON TABLE  schema_contents             IS 'Every object of the schema as its steps left it; the view schema_differences compares it with the objects';
COMMENT ON COLUMN schema_contents.kind        IS 'table, view, function, type, constraint, index or trigger';
COMMENT ON COLUMN schema_contents.name        IS 'The object''s name; of a function with its argument types';
COMMENT ON COLUMN schema_contents.hash        IS 'Hash of its definition';
COMMENT ON COLUMN schema_contents.is_portable IS 'Whether another major version of PostgreSQL makes the same hash';
COMMENT ON COLUMN schema_contents.made_by     IS 'The major version that made the hash';

-- With an empty search_path, definitions name every schema, whoever calls this.
CREATE FUNCTION schema_objects()
    RETURNS TABLE (kind text, name text, hash text, is_portable boolean)
    LANGUAGE sql STABLE SET search_path = '' AS
$$
SELECT 'function', oid::regprocedure::text,
       md5(concat_ws('|', prosrc, pg_get_function_result(oid), pg_get_function_arguments(oid),
                     provolatile, proparallel, prosecdef, proisstrict, proconfig)), true
  FROM pg_proc
 WHERE pronamespace = 'waybill'::regnamespace
 UNION ALL
SELECT CASE WHEN relkind IN ('v', 'm') THEN 'view' WHEN relkind = 'c' THEN 'type' ELSE 'table' END,
       c.oid::regclass::text,
       md5(string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
                                attcollation::regcollation), ',' ORDER BY attnum)), true
  FROM pg_class AS c JOIN pg_attribute AS a ON attrelid = c.oid
 WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'c')
   AND attnum > 0 AND NOT attisdropped
 GROUP BY c.oid, relkind
 UNION ALL
SELECT 'view definition', oid::regclass::text, md5(pg_get_viewdef(oid)), false
  FROM pg_class
 WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('v', 'm')
 UNION ALL
SELECT 'constraint',
       conname || ' on ' || CASE conrelid WHEN 0 THEN contypid::regtype::text
                                 ELSE conrelid::regclass::text END,
       md5(concat_ws(' ', pg_get_constraintdef(oid), convalidated)), false
  FROM pg_constraint
 WHERE connamespace = 'waybill'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
 UNION ALL
SELECT 'index', indexrelid::regclass::text, md5(concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)), false
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE relnamespace = 'waybill'::regnamespace
 UNION ALL
SELECT 'trigger', tgname || ' on ' || tgrelid::regclass,
       md5(concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled)), false
  FROM pg_trigger AS t JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace = 'waybill'::regnamespace AND NOT tgisinternal
$$;
COMMENT ON FUNCTION schema_objects() IS 'Every object of the schema as it is now, with a hash of its definition';

CREATE VIEW schema_differences AS
    SELECT coalesce(wanted.kind, found.kind) AS kind, coalesce(wanted.name, found.name) AS name,
           CASE WHEN found.name IS NULL THEN 'missing'
                WHEN wanted.name IS NULL THEN 'added' ELSE 'changed' END AS difference
      FROM schema_contents AS wanted
      FULL JOIN schema_objects() AS found ON found.kind = wanted.kind AND found.name = wanted.name
     WHERE found.name IS NULL OR wanted.name IS NULL
        OR found.hash <> wanted.hash
           AND (wanted.is_portable
                OR wanted.made_by = current_setting('server_version_num')::integer / 10000);
COMMENT ON VIEW schema_differences IS 'Objects that are not as the steps of the schema left them: missing, changed, or added; no row when all is well';

CREATE FUNCTION record_schema() RETURNS void
    LANGUAGE sql SET search_path = waybill, pg_temp AS
$$
DELETE FROM schema_contents;
INSERT INTO schema_contents (kind, name, hash, is_portable, made_by)
SELECT kind, name, hash, is_portable, current_setting('server_version_num')::integer / 10000
  FROM schema_objects()
$$;
COMMENT ON FUNCTION record_schema() IS 'Records the schema as it is; the last statement of each step that changes it';

SELECT record_schema();
