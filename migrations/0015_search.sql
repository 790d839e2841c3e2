-- Search: orders, customers and products by words that people say on the telephone.
--
-- There is no index of texts on orders, so placing an order pays nothing for this. An order is found
-- by its number, its reference, its tracking number, its customer or a product: the words that are
-- searched for lead to customers and products, which have tables of words, and from there the indexes
-- of lists lead to the orders.
SET LOCAL search_path = waybill, pg_temp;

-- Upper and lower case, accents and ligatures make no difference. What Unicode does not take apart is
-- listed. The collation decides what lower() knows, and that of the argument may be "C".
CREATE FUNCTION folded(given text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
SELECT translate(
           replace(replace(replace(
               lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE "default"),
               'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
           'łøđðıŧħ', 'loddith')
$$;
COMMENT ON FUNCTION folded(text) IS 'A text as it is searched for: without case and accents';

-- A word of a name, as it is stored and as it is searched for: Ltd. is ltd.
CREATE FUNCTION word_of(given text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$
SELECT regexp_replace(waybill.folded(given), '^[!-/:-@\[-`\u007b-\u00bf]+|[!-/:-@\[-`\u007b-\u00bf]+$', '', 'g')
$$;
COMMENT ON FUNCTION word_of(text) IS 'A word of a name as it is searched for: without case, accents, and punctuation around it';

-- What stands between blanks, without punctuation around it; and its parts, where there is
-- punctuation within: jean-luc is found by luc as well. Most texts are ASCII, where there is nothing to
-- fold but upper case: that costs a fraction.
CREATE FUNCTION pieces_of(given text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
$$
DECLARE
    plain text := lower(given COLLATE "C");
    whole text[];
BEGIN
    IF plain !~ '[^ a-z0-9]' THEN
        RETURN string_to_array(plain, ' ');
    ELSIF plain !~ '[^!-~]' THEN
        RETURN btrim(plain, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~') || regexp_split_to_array(plain, '[^a-z0-9]+');
    ELSIF plain !~ '[^ -~]' THEN
        RETURN ARRAY(SELECT btrim(piece, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~')
                       FROM unnest(string_to_array(plain, ' ')) AS piece)
               || regexp_split_to_array(plain, '[^a-z0-9]+');
    END IF;
    whole := ARRAY(SELECT waybill.word_of(piece)
                     FROM regexp_split_to_table(waybill.folded(given), '[\s\u0001-\u0020\u2000-\u200f\u2028-\u202f\u3000]+') AS piece);
    RETURN whole || ARRAY(SELECT regexp_split_to_table(word, '[!-/:-@\[-`\u007b-\u00bf]+')
                            FROM unnest(whole) AS word);
END
$$;
COMMENT ON FUNCTION pieces_of(text) IS 'The words by which a text is found; some of them twice, or empty';

-- An address is found as a whole, by each side of its @, and by their parts; but not by com or org, which
-- half of all customers may have.
CREATE FUNCTION words_of(name text, email text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$
DECLARE
    address text;
    ending  text;
    pieces  text[] := waybill.pieces_of(name);
    piece   text;
    found   text[];
BEGIN
    IF email IS NOT NULL THEN
        address := CASE WHEN email ~ '[^!-~]' THEN waybill.folded(email) ELSE lower(email COLLATE "C") END;
        ending  := split_part(split_part(address, '@', -1), '.', -1);
        pieces  := pieces || array_remove(waybill.pieces_of(email), ending) || string_to_array(address, '@');
    END IF;
    IF pieces IS NULL THEN
        RETURN NULL;
    END IF;
    -- For as few as these a loop is the cheapest way to keep each once.
    found := '{}';
    FOREACH piece IN ARRAY pieces LOOP
        IF piece <> '' AND piece <> ALL (found) THEN
            found := found || piece;
        END IF;
    END LOOP;
    RETURN found;
END
$$;
COMMENT ON FUNCTION words_of(text, text)
    IS 'The words by which a name, and an address of which there may be none, is found; NULL when there is neither';

-- NULL when neither name nor address is known.
ALTER TABLE customers ADD words text[] COLLATE "C"
    GENERATED ALWAYS AS (words_of(name, email)) STORED;
COMMENT ON COLUMN customers.words IS 'The words by which the customer is found, as customer_words has them';

-- From words to customers and products. Which words a customer has, customers.words says.
CREATE TABLE customer_words (
    word text COLLATE "C" NOT NULL,
    id   text COLLATE "C" NOT NULL,
    CONSTRAINT customer_words_pkey PRIMARY KEY (word, id)
);
COMMENT ON TABLE  customer_words      IS 'The words by which customers are found: a copy of names and addresses';
COMMENT ON COLUMN customer_words.word IS 'A word, folded';
COMMENT ON COLUMN customer_words.id   IS 'customers.id';

CREATE TABLE product_words (
    word text COLLATE "C" NOT NULL,
    id   text COLLATE "C" NOT NULL,
    CONSTRAINT product_words_pkey PRIMARY KEY (word, id)
);
CREATE INDEX product_words_by_id ON product_words (id, word);
COMMENT ON TABLE  product_words      IS 'The words by which products are found: a copy of names and ids';
COMMENT ON COLUMN product_words.word IS 'A word, folded';
COMMENT ON COLUMN product_words.id   IS 'products.id';

CREATE VIEW search_words AS
SELECT 'c'::"char" AS kind, word, id FROM customer_words
 UNION ALL
SELECT 'p'::"char", word, id FROM product_words;
COMMENT ON VIEW   search_words      IS 'The words by which customers and products are found';
COMMENT ON COLUMN search_words.kind IS 'c for a customer, p for a product';
COMMENT ON COLUMN search_words.word IS 'A word, folded';
COMMENT ON COLUMN search_words.id   IS 'customers.id or products.id';

-- The role of the service may not write the words: these functions have the rights of the owner.
CREATE FUNCTION copy_customer_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    stale text[] := '{}';
    fresh text[] := coalesce(NEW.words, '{}');
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.words IS NOT NULL THEN
        stale := OLD.words;
        DELETE FROM customer_words WHERE word = ANY (stale) AND id = NEW.id AND word <> ALL (fresh);
    END IF;
    INSERT INTO customer_words (word, id)
    SELECT word, NEW.id FROM unnest(fresh) AS word WHERE word <> ALL (stale);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION copy_customer_words() IS 'Keeps customer_words a copy of the customer';

CREATE FUNCTION copy_product_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
DECLARE
    stale text[] := '{}';
    fresh text[] := words_of(NEW.name || ' ' || NEW.id, NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        stale := words_of(OLD.name || ' ' || OLD.id, NULL);
        DELETE FROM product_words WHERE word = ANY (stale) AND id = NEW.id AND word <> ALL (fresh);
    END IF;
    INSERT INTO product_words (word, id)
    SELECT word, NEW.id FROM unnest(fresh) AS word WHERE word <> ALL (stale);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION copy_product_words() IS 'Keeps product_words a copy of the product';

-- An order that introduces a customer gives it no name. import_customers() writes the words of all its
-- customers together.
CREATE TRIGGER customers_words_begin
    AFTER INSERT ON customers FOR EACH ROW
    WHEN (NEW.words IS NOT NULL
          AND coalesce(current_setting('waybill.internal_write', true), '') <> 'importing')
    EXECUTE FUNCTION copy_customer_words();
CREATE TRIGGER customers_words_follow
    AFTER UPDATE OF name, email ON customers FOR EACH ROW
    WHEN (NEW.words IS DISTINCT FROM OLD.words)
    EXECUTE FUNCTION copy_customer_words();
CREATE TRIGGER products_words_begin
    AFTER INSERT ON products FOR EACH ROW EXECUTE FUNCTION copy_product_words();
CREATE TRIGGER products_words_follow
    AFTER UPDATE OF name ON products FOR EACH ROW WHEN (NEW.name <> OLD.name)
    EXECUTE FUNCTION copy_product_words();

-- Customers, or products that are not retired, that have all of these words, and one with this beginning,
-- after a word and an id. They come in the order of the word that is walked, and of their ids: that is
-- the word that the fewest have, or all words with the beginning if there are fewer of these.
--
-- Up to 2,000 entries are looked at, and no more than it takes to find as many as are wanted: narrow
-- says that there may be more, and reach is where they begin, when these gave less than a page.
CREATE FUNCTION search_names(of_kind "char", whole text[], beginning text, after_word text, after_id text,
                             size bigint, OUT ids text[], OUT words text[], OUT reach_word text,
                             OUT reach_id text, OUT narrow boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS
$$
#variable_conflict use_column
DECLARE
    looked_at constant integer := 2000;
    past      constant text    := beginning || chr(1114111);
    -- The word that is walked, or NULL when that is the beginning; and from where to where.
    driver    text;
    low       text    := beginning;
    high      text    := past;
    goes_on   boolean := false;
    span      bigint  := least(2 * size, looked_at);
    entries   record;
BEGIN
    IF whole <> '{}' THEN
        -- The next page walks the same word, also if another one has become rarer. Whoever has a whole
        -- word that begins so has the beginning, too.
        SELECT w.driver, w.low, w.high
          INTO driver, low, high
          FROM (SELECT word, word, word || chr(1) FROM unnest(whole) AS word
                 UNION ALL
                SELECT NULL, beginning, past
                 WHERE beginning IS NOT NULL
                   AND NOT EXISTS (SELECT FROM unnest(whole) AS word
                                    WHERE word >= beginning COLLATE "C" AND word < past COLLATE "C")
               ) AS w (driver, low, high)
         ORDER BY (after_word >= w.low COLLATE "C" AND after_word < w.high COLLATE "C") IS TRUE DESC,
                  (SELECT count(*)
                     FROM (SELECT FROM search_words AS s
                            WHERE s.kind = of_kind AND s.word >= w.low AND s.word < w.high
                            LIMIT 1000) AS few),
                  w.driver NULLS FIRST
         LIMIT 1;
    END IF;
    IF after_word >= low COLLATE "C" THEN
        goes_on := true;
    ELSE
        after_word := low;
        after_id   := '';
    END IF;
    LOOP
        SELECT array_agg(word ORDER BY word, id) AS words, array_agg(id ORDER BY word, id) AS ids
          INTO entries
          FROM (SELECT word, id
                  FROM search_words AS s
                 WHERE s.kind = of_kind AND (word, id) > (after_word, after_id) AND word < high
                 ORDER BY word, id
                 LIMIT span) AS walked;
        -- Whoever has several words of the beginning is found by the first of them. CASE keeps these
        -- look-ups in the order of the entries, so that they end with the page. OFFSET 0 keeps each of
        -- them a look-up: PostgreSQL 18 would rather read the whole table into a hash.
        SELECT coalesce(array_agg(id ORDER BY place), '{}'), array_agg(word ORDER BY place)
          INTO ids, words
          FROM (SELECT id, word, place
                  FROM (SELECT e.id, min(e.word) AS word, min(e.place) AS place
                          FROM unnest(entries.ids, entries.words) WITH ORDINALITY AS e (id, word, place)
                         GROUP BY e.id
                         ORDER BY min(e.place)
                        OFFSET 0) AS first
                 WHERE CASE WHEN of_kind = 'p'
                            THEN EXISTS (SELECT FROM products AS p
                                          WHERE p.id = first.id AND p.retired_at IS NULL OFFSET 0)
                            ELSE true END
                   AND CASE WHEN driver IS NULL AND goes_on OR cardinality(whole) > 1
                                 OR whole <> '{}' AND beginning IS NOT NULL
                            THEN EXISTS (
                                SELECT
                                  FROM (SELECT CASE of_kind
                                               WHEN 'c' THEN (SELECT c.words FROM customers AS c WHERE c.id = first.id)
                                               ELSE ARRAY(SELECT s.word FROM product_words AS s
                                                           WHERE s.id = first.id)
                                               END
                                        OFFSET 0) AS has (words)
                                 WHERE has.words @> whole
                                   AND (beginning IS NULL
                                        OR EXISTS (SELECT FROM unnest(has.words) AS own (word)
                                                    WHERE own.word >= beginning AND own.word < past)
                                           AND NOT (driver IS NULL AND goes_on
                                                    AND EXISTS (SELECT FROM unnest(has.words) AS own (word)
                                                                 WHERE own.word >= beginning
                                                                   AND own.word < first.word)))
                                OFFSET 0)
                            ELSE true END
                 LIMIT size) AS fitting;
        EXIT WHEN cardinality(ids) = size OR span = looked_at OR cardinality(entries.ids) = span IS NOT TRUE;
        span := looked_at;
    END LOOP;
    narrow := cardinality(ids) = size OR cardinality(entries.ids) = looked_at IS TRUE;
    IF narrow AND cardinality(ids) < size THEN
        reach_word := entries.words[looked_at];
        reach_id   := entries.ids[looked_at];
    END IF;
END
$$;
COMMENT ON FUNCTION search_names("char", text[], text, text, text, bigint)
    IS 'Customers or products that have all of these words of names, and one with this beginning';

-- The orders that match all words, newest first, before a position; the last word is a beginning.
-- A word that begins with #, ref:, track:, customer: or product: is what that says. Any other may be
-- each of these, or a word of the customer, or of a product in the order.
--
-- What is looked at has a limit: 200 customers, 50 products and 200 references of a word, 2,000 orders
-- of these customers and as many of these products. reach is the position down to which nothing is
-- missing, NULL when that is the end; narrow says that more customers, products or references match.
-- Of one customer only their own orders are looked at, and nothing is said of those of others.
--
-- Which orders customers and products have is read from indexes alone; the orders themselves are read
-- newest first, until as many match as are wanted, or all if that is NULL. Where more than 200 customers
-- match, those of the first 50 are looked at.
CREATE FUNCTION search_orders(asked text[], of_customer text, before_time timestamptz,
                              before_number bigint, wanted bigint, OUT numbers bigint[], OUT reach_time timestamptz,
                              OUT reach_number bigint, OUT narrow boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS
$$
DECLARE
    looked_at  constant integer := 2000;
    channels   constant text[]  := ARRAY['api', 'storefront', 'fulfilment', 'shop', 'store'];
    word_count constant integer := cardinality(asked);
    kind       text;
    given      text;
    spellings  text[];
    ending     text;
    -- What each word leads to: folded words from low up to high, if customers have such; the customer
    -- of that id; products; orders themselves.
    kinds      text[];
    words      text[];
    endings    text[];
    low        text[];
    high       text[];
    of_names   boolean[];
    by_id      text[];
    is_nothing boolean[];
    named      text[];
    found      bigint[];
    customers  text[]   := '{}';
    products   text[]   := '{}';
    -- Words that only customers have, as names; the customer whom a word names, and nothing else.
    only_names    boolean[];
    asked_names   boolean[];
    only_customer text;
    -- Whether the orders of one word are known, and whether these customers have all words.
    is_settled boolean := false;
    have_all   boolean;
    -- Orders that may match, and when they were created.
    candidates bigint[] := '{}';
    moments    timestamptz[] := '{}';
    entries    record;
BEGIN
    narrow := false;
    FOR i IN 1 .. word_count LOOP
        kind      := coalesce(substring(asked[i] FROM '^(?:#|ref:|track:|customer:|product:)'), '');
        given     := substr(asked[i], length(kind) + 1);
        -- As it was written, and as such things often are.
        spellings := ARRAY[given, upper(given), lower(given)];
        ending    := CASE WHEN i = word_count THEN chr(1114111) ELSE chr(1) END;
        kinds[i]   := kind;
        words[i]   := given;
        endings[i] := ending;
        low[i]     := nullif(word_of(given), '');
        high[i]    := low[i] || ending;

        found := '{}';
        IF kind IN ('', '#') AND given ~ '^[0-9]{1,18}$' THEN
            found := ARRAY(SELECT o.number FROM orders AS o WHERE o.number = given::bigint);
        END IF;
        IF kind IN ('', 'ref:') THEN
            found := found || ARRAY(
                SELECT DISTINCT o.number
                  FROM unnest(channels) AS c (channel)
                 CROSS JOIN unnest(spellings) AS spelling
                 CROSS JOIN LATERAL (
                     SELECT r.number FROM orders AS r
                      WHERE r.channel = c.channel AND r.reference >= spelling
                        AND r.reference < spelling || ending
                      LIMIT 200) AS o
                 LIMIT 200);
        END IF;
        IF kind IN ('', 'track:') THEN
            found := found || ARRAY(
                SELECT t.order_number FROM order_tracked AS t
                 WHERE t.tracking_number = ANY (spellings)
                 LIMIT 200);
        END IF;

        named := CASE WHEN kind = 'product:' THEN ARRAY[given] ELSE '{}' END;
        IF kind = '' THEN
            named := ARRAY(SELECT id FROM product_words
                            WHERE word >= low[i] AND word < high[i]
                            ORDER BY word, id LIMIT 50);
        END IF;
        by_id[i] := CASE WHEN kind IN ('', 'customer:')
                         THEN (SELECT c.id FROM customers AS c WHERE c.id = given) END;
        of_names[i] := kind = '' AND EXISTS (SELECT FROM customer_words AS w
                                              WHERE w.word >= low[i] AND w.word < high[i]);
        -- Punctuation alone is no word.
        is_nothing[i] := kind = '' AND low[i] IS NULL AND found = '{}' AND by_id[i] IS NULL;
        -- An order that matches all words is among those that match one of them. Where a word leads to a
        -- few orders, or to a few customers, and to nothing else, no others are looked at.
        CONTINUE WHEN is_settled;
        only_names[i] := of_names[i] AND by_id[i] IS NULL AND named = '{}' AND found = '{}';
        IF by_id[i] IS NOT NULL AND NOT of_names[i] AND named = '{}' AND found = '{}' THEN
            only_customer := by_id[i];
        END IF;
        is_settled := NOT of_names[i] AND by_id[i] IS NULL AND named = '{}' AND NOT is_nothing[i]
            AND cardinality(found) < 200;
        IF is_settled THEN
            candidates := '{}';
            moments    := '{}';
        ELSE
            products := products || named;
            narrow   := narrow OR cardinality(found) >= 200 OR kind = '' AND cardinality(named) = 50;
        END IF;
        SELECT array_agg(o.number) AS numbers, array_agg(o.created_at) AS times
          INTO entries
          FROM unnest(found) AS f (number)
         CROSS JOIN LATERAL (SELECT * FROM orders AS n WHERE n.number = f.number LIMIT 1) AS o;
        candidates := candidates || entries.numbers;
        moments    := moments || entries.times;
    END LOOP;

    IF is_settled OR of_customer IS NOT NULL OR only_customer IS NOT NULL THEN
        customers := CASE WHEN NOT is_settled THEN ARRAY[coalesce(of_customer, only_customer)] ELSE '{}' END;
        products  := '{}';
        narrow    := false;
        have_all  := word_count = 1 AND of_customer IS NULL;
    ELSIF true = ANY (of_names) THEN
        -- The customers of those words, else of all that are words of customers; the other words are
        -- looked for in their orders.
        asked_names := CASE WHEN true = ANY (only_names) THEN only_names ELSE of_names END;
        LOOP
            SELECT s.ids, s.narrow
              INTO entries
              FROM search_names(
                       'c', ARRAY(SELECT low[i] FROM generate_series(1, word_count - 1) AS i WHERE asked_names[i]),
                       CASE WHEN asked_names[word_count] THEN low[word_count] END, NULL, NULL, 201) AS s;
            EXIT WHEN asked_names = of_names OR NOT entries.narrow;
            asked_names := of_names;
        END LOOP;
        have_all := true = ALL (asked_names);
        IF asked_names = only_names AND NOT entries.narrow THEN
            customers  := entries.ids;
            products   := '{}';
            candidates := '{}';
            moments    := '{}';
            narrow     := false;
        ELSE
            -- Where more than 200 match, any of them would be as good, and few cost less.
            customers := entries.ids[:CASE WHEN cardinality(entries.ids) > 200 THEN 50 ELSE 200 END]
                || array_remove(by_id, NULL);
            narrow    := narrow OR entries.narrow;
            have_all  := word_count = 1 OR have_all AND array_remove(by_id, NULL) = '{}';
        END IF;
    ELSE
        customers := array_remove(by_id, NULL);
        have_all  := word_count = 1;
    END IF;
    customers := ARRAY(SELECT DISTINCT id FROM unnest(customers) AS id);
    products  := ARRAY(SELECT DISTINCT id FROM unnest(products) AS id);

    -- Each customer, and each product, gives its newest orders; whoever has more than its share ends
    -- what the page can know.
    WITH walked AS MATERIALIZED (
        SELECT have_all AS is_match, o.created_at, o.number, o.place = s.share AS is_last
          FROM (SELECT looked_at / greatest(cardinality(customers), 1)) AS s (share)
         CROSS JOIN unnest(customers) AS c (id)
         CROSS JOIN LATERAL (
             SELECT n.number, n.created_at,
                    row_number() OVER (ORDER BY n.created_at DESC, n.number DESC) AS place
               FROM orders AS n
              WHERE n.customer_id = c.id AND n.hidden_at IS NULL
                AND (n.created_at, n.number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.number DESC LIMIT s.share) AS o
         UNION ALL
        SELECT false, o.created_at, o.order_number, o.place = s.share
          FROM (SELECT looked_at / greatest(cardinality(products), 1)) AS s (share)
         CROSS JOIN unnest(products) AS p (id)
         CROSS JOIN LATERAL (
             SELECT n.order_number, n.created_at,
                    row_number() OVER (ORDER BY n.created_at DESC, n.order_number DESC) AS place
               FROM order_products AS n
              WHERE n.product_id = p.id
                AND (n.created_at, n.order_number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.order_number DESC LIMIT s.share) AS o
    ), reach AS MATERIALIZED (
        SELECT created_at, number FROM walked WHERE is_last ORDER BY created_at DESC, number DESC LIMIT 1
    ), named AS MATERIALIZED (
        SELECT created_at, number, bool_or(is_match) AS is_match
          FROM (SELECT created_at, number, is_match FROM walked
                 UNION ALL
                SELECT created_at, number, false
                  FROM unnest(moments, candidates) AS found (created_at, number)) AS every
         WHERE (created_at, number) < (before_time, before_number)
           AND NOT EXISTS (SELECT FROM reach AS r WHERE (every.created_at, every.number) < (r.created_at, r.number))
         GROUP BY created_at, number
    )
    SELECT ARRAY(
        SELECT candidate.number
          FROM (SELECT * FROM named ORDER BY created_at DESC, number DESC) AS candidate
         -- CASE looks at one order after the other, by OFFSET 0 as above, until there are enough. Those
         -- of customers who have all words match, and the index has said that they are not hidden.
         WHERE CASE WHEN candidate.is_match THEN true ELSE EXISTS (
             SELECT FROM orders AS o
              WHERE o.number = candidate.number AND o.hidden_at IS NULL
                AND (of_customer IS NULL OR o.customer_id = of_customer)
                AND NOT EXISTS (
                    SELECT FROM generate_series(1, word_count) AS i
                     WHERE NOT (is_nothing[i]
                     OR kinds[i] IN ('', '#') AND o.number::text = ltrim(words[i], '0')
                     OR kinds[i] IN ('', 'ref:')
                        AND EXISTS (SELECT
                                      FROM unnest(ARRAY[words[i], upper(words[i]), lower(words[i])]) AS spelling
                                     WHERE o.reference >= spelling
                                       AND o.reference < spelling || endings[i])
                     OR o.customer_id = by_id[i] IS TRUE
                     OR of_names[i]
                        AND EXISTS (SELECT FROM customers AS c
                                     CROSS JOIN LATERAL unnest(c.words) AS own (word)
                                     WHERE c.id = o.customer_id
                                       AND own.word >= low[i] AND own.word < high[i] OFFSET 0)
                     OR kinds[i] IN ('', 'track:')
                        AND EXISTS (SELECT FROM order_tracked AS t
                                     WHERE t.tracking_number
                                           = ANY (ARRAY[words[i], upper(words[i]), lower(words[i])])
                                       AND t.created_at = o.created_at AND t.order_number = o.number OFFSET 0)
                     OR kinds[i] IN ('', 'product:')
                        AND EXISTS (SELECT
                                      FROM json_array_elements(o.items) AS line
                                     CROSS JOIN LATERAL (SELECT line ->> 'product_id' AS id) AS product
                                     WHERE kinds[i] = 'product:' AND product.id = words[i]
                                        OR kinds[i] = ''
                                           AND EXISTS (SELECT FROM product_words AS w
                                                        WHERE w.id = product.id
                                                          AND w.word >= low[i] AND w.word < high[i] OFFSET 0)))) OFFSET 0) END
         ORDER BY candidate.created_at DESC, candidate.number DESC
         LIMIT wanted), reach.created_at, reach.number
      INTO numbers, reach_time, reach_number
      FROM (SELECT) AS always LEFT JOIN reach ON true;
END
$$;
COMMENT ON FUNCTION search_orders(text[], text, timestamptz, bigint, bigint)
    IS 'Orders that match all words, newest first, before a position';

SELECT record_schema();
