-- The current schema as text, one row for each object, in the order of docs/schema.sql.
--
-- It reads the catalogue with search_path = waybill, pg_temp, so names of the schema stand alone.
-- Everything is sorted by name, so the text does not depend on how the schema came to be. Version
-- 18 lists NOT NULL as constraints; it stands at the column here.
WITH namespace AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = 'waybill'
), relation AS (
    SELECT c.oid, c.relname, c.relkind, c.reloptions, c.relacl,
           obj_description(c.oid, 'pg_class') AS comment
      FROM pg_class AS c JOIN namespace ON namespace.oid = c.relnamespace
), field AS (
    -- The columns of tables, views and types, each as CREATE TABLE has it.
    SELECT attrelid, attnum, attname, col_description(attrelid, attnum) AS comment,
           concat_ws(' ',
               rpad(quote_ident(attname),
                    max(length(quote_ident(attname))) OVER (PARTITION BY attrelid)),
               format_type(atttypid, atttypmod),
               'COLLATE ' || (SELECT quote_ident(collname) FROM pg_collation
                               WHERE pg_collation.oid = attcollation
                                 AND attcollation <> typcollation),
               CASE WHEN attnotnull THEN 'NOT NULL' END,
               'GENERATED ALWAYS AS IDENTITY'
                   || (SELECT CASE WHEN seqstart <> 1 THEN ' (START WITH ' || seqstart || ')' ELSE '' END
                         FROM pg_sequence
                        WHERE seqrelid = pg_get_serial_sequence(attrelid::regclass::text, attname)::regclass
                          AND attidentity = 'a'),
               'DEFAULT ' || pg_get_expr(adbin, adrelid, true)) AS line
      FROM pg_attribute
      JOIN pg_type ON pg_type.oid = atttypid
      JOIN relation ON relation.oid = attrelid AND relkind IN ('r', 'v', 'm', 'c')
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attnum > 0 AND NOT attisdropped
), entry AS (
    -- What stands between the parentheses: columns with their comments, then constraints.
    SELECT attrelid AS relid, 1 AS part, attnum::text AS key, attnum AS place,
           coalesce('    -- ' || comment || E'\n', '') || '    ' || line AS text
      FROM field
     UNION ALL
    SELECT conrelid, 2, conname, position(contype::text IN 'pufc')::smallint,
           '    CONSTRAINT ' || quote_ident(conname) || E'\n        '
           || regexp_replace(pg_get_constraintdef(oid, true), E'\n', E'\n        ', 'g')
      FROM pg_constraint
     WHERE contype IN ('p', 'u', 'f', 'c') AND conrelid <> 0
), body AS (
    SELECT relid, string_agg(text, E',\n' ORDER BY part, place, key) AS text
      FROM entry GROUP BY relid
), attached AS (
    -- Indexes that no constraint makes, then triggers.
    SELECT indrelid AS relid, 1 AS part, relation.relname,
           coalesce('-- ' || comment || E'\n', '') || pg_get_indexdef(indexrelid, 0, true) || ';' AS text
      FROM pg_index
      JOIN relation ON relation.oid = indexrelid
     WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
     UNION ALL
    SELECT tgrelid, 2, tgname,
           coalesce('-- ' || obj_description(t.oid, 'pg_trigger') || E'\n', '')
           || regexp_replace(pg_get_triggerdef(t.oid, true), ' (?=WHEN |EXECUTE )', E'\n    ', 'g')
           || ';'
      FROM pg_trigger AS t
     WHERE NOT tgisinternal
), attachments AS (
    SELECT relid, E'\n\n' || string_agg(text, E'\n' ORDER BY part, relname) AS text
      FROM attached GROUP BY relid
), routine AS (
    SELECT oid, proname, pg_get_function_identity_arguments(oid) AS parameters,
           obj_description(oid, 'pg_proc') AS comment,
           pg_get_function_arguments(oid) AS arguments,
           pg_get_function_result(oid) AS result,
           concat_ws(' ',
               'LANGUAGE ' || (SELECT lanname FROM pg_language WHERE pg_language.oid = prolang),
               CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
               CASE proparallel WHEN 's' THEN 'PARALLEL SAFE' END,
               CASE WHEN proisstrict THEN 'STRICT' END,
               CASE WHEN prosecdef THEN 'SECURITY DEFINER' END) AS properties,
           coalesce((SELECT string_agg(E'\n    SET ' || replace(setting, '=', ' = '), '' ORDER BY place)
                       FROM unnest(proconfig) WITH ORDINALITY AS s (setting, place)), '') AS settings,
           prosrc, prorettype = 'trigger'::regtype AS is_trigger, proacl
      FROM pg_proc
     WHERE pronamespace = (SELECT oid FROM namespace)
), privilege AS (
    -- What roles other than the owner may do, an object and its columns a line.
    SELECT 1 AS part, 'SCHEMA ' || nspname AS object, a.*
      FROM pg_namespace CROSS JOIN aclexplode(nspacl) AS a
     WHERE pg_namespace.oid = (SELECT oid FROM namespace) AND grantee <> grantor
     UNION ALL
    SELECT 2, relname, a.* FROM relation CROSS JOIN aclexplode(relacl) AS a WHERE grantee <> grantor
     UNION ALL
    SELECT 4, proname || '(' || oidvectortypes(proargtypes) || ')', a.*
      FROM pg_proc CROSS JOIN aclexplode(proacl) AS a
     WHERE pronamespace = (SELECT oid FROM namespace) AND grantee <> grantor
), granted AS (
    SELECT part, grantee, object, string_agg(privilege_type, ', ' ORDER BY privilege_type) AS rights
      FROM privilege GROUP BY part, grantee, object
     UNION ALL
    SELECT 3, grantee, relname, string_agg(rights, ', ' ORDER BY rights)
      FROM (SELECT grantee, relname,
                   privilege_type || ' (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' AS rights
              FROM pg_attribute
              JOIN relation ON relation.oid = attrelid
             CROSS JOIN aclexplode(attacl)
             GROUP BY grantee, relname, privilege_type) AS columns
     GROUP BY grantee, relname
), object AS (
    SELECT 1 AS section, domain.typname::text AS name,
           '-- ' || obj_description(domain.oid, 'pg_type') || E'\n'
           || 'CREATE DOMAIN ' || domain.typname || ' AS ' || format_type(typbasetype, typtypmod)
           || coalesce(' COLLATE ' || (SELECT quote_ident(collname) FROM pg_collation
                                        WHERE pg_collation.oid = typcollation), '')
           || coalesce((SELECT string_agg(E'\n    CONSTRAINT ' || conname || ' '
                                          || pg_get_constraintdef(oid, true), '' ORDER BY conname)
                          FROM pg_constraint
                         WHERE contypid = domain.oid AND contype = 'c'), '') || ';' AS text
      FROM pg_type AS domain
     WHERE typnamespace = (SELECT oid FROM namespace) AND typtype = 'd'
     UNION ALL
    SELECT 1, relname,
           coalesce('-- ' || obj_description((SELECT t.oid FROM pg_type AS t WHERE typrelid = relation.oid),
                                             'pg_type') || E'\n', '')
           || 'CREATE TYPE ' || relname || E' AS (\n' || body.text || E'\n);'
      FROM relation JOIN body ON relid = oid
     WHERE relkind = 'c'
     UNION ALL
    SELECT 2, relname,
           coalesce('-- ' || comment || E'\n', '') || 'CREATE TABLE ' || relname || E' (\n' || body.text || E'\n)'
           || coalesce(E'\nWITH (' || array_to_string(reloptions, ', ') || ')', '') || ';'
           || coalesce(attachments.text, '')
      FROM relation
      JOIN body ON body.relid = oid
      LEFT JOIN attachments ON attachments.relid = oid
     WHERE relkind = 'r'
     UNION ALL
    SELECT 3, relname,
           coalesce('-- ' || comment || E'\n', '')
           || CASE relkind WHEN 'm' THEN 'CREATE MATERIALIZED VIEW ' ELSE 'CREATE VIEW ' END || relname
           || E' AS\n' || pg_get_viewdef(oid, true) || coalesce(attachments.text, '')
      FROM relation LEFT JOIN attachments ON relid = oid
     WHERE relkind IN ('v', 'm')
     UNION ALL
    SELECT CASE WHEN is_trigger THEN 5 ELSE 4 END, proname || '(' || parameters || ')',
           coalesce('-- ' || comment || E'\n', '') || 'CREATE FUNCTION ' || proname || '('
           || CASE WHEN length(arguments) < 60 THEN arguments
                   ELSE E'\n    ' || replace(arguments, ', ', E',\n    ') || E'\n' END || ')'
           || E'\n    RETURNS '
           || CASE WHEN length(result) < 85 THEN result
                   ELSE replace(replace(result, ', ', E',\n        '), '(', E'(\n        ') END
           || E'\n    ' || properties || settings || E'\nAS $$' || prosrc || '$$;'
      FROM routine
     UNION ALL
    SELECT 6, pg_get_userbyid(grantee) || ' ' || part || rights,
           'GRANT ' || rights || ' ON' || CASE part WHEN 4 THEN ' FUNCTION' ELSE '' END
           || CASE count(*) WHEN 1 THEN ' ' ELSE E'\n    ' END
           || string_agg(object, E',\n    ' ORDER BY object)
           || E'\n    TO ' || pg_get_userbyid(grantee) || ';'
      FROM granted
     GROUP BY grantee, part, rights
)
-- The server adds words to its own definitions that a reader does not need.
SELECT section, name,
       CASE WHEN section IN (4, 5) THEN text ELSE
           replace(replace(replace(replace(text, '''::text', ''''), ' USING btree', ''),
               'timestamp(3) with time zone', 'timestamptz(3)'),
               'timestamp with time zone', 'timestamptz')
       END AS text
  FROM object
 ORDER BY section, name COLLATE "C"
