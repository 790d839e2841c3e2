-- What must be true of the feed, whatever was committed in whatever order: every row is a fault,
-- what is wrong and where. All that is committed must have a position.
WITH whole AS MATERIALIZED (SELECT * FROM feed(0, 1000000))
SELECT 'position with a gap before it', feed_position::text
  FROM (SELECT feed_position, row_number() OVER (ORDER BY feed_position) AS place
          FROM whole) AS placed
 WHERE feed_position <> place
 UNION ALL
SELECT 'events in the tables and in the feed',
       (SELECT count(*) FROM events) || ' and ' || (SELECT count(*) FROM whole)
 WHERE (SELECT count(*) FROM events) <> (SELECT count(*) FROM whole)
 UNION ALL
SELECT 'event with two positions', n::text
  FROM feed_ticks, unnest(numbers) AS span, generate_series(lower(span), upper(span) - 1) AS n
 GROUP BY n HAVING count(*) > 1
 UNION ALL
SELECT 'version out of order', order_number || ' ' || version
  FROM (SELECT order_number, version, row_number() OVER (
                   PARTITION BY order_id ORDER BY feed_position) AS place
          FROM whole WHERE order_id IS NOT NULL) AS steps
 WHERE version <> place
