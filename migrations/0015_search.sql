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
-- punctuation within: jean-luc is found by luc as well.
CREATE FUNCTION words_of(given text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 5 AS
$$
WITH whole AS (
    SELECT waybill.word_of(piece) AS word
      FROM regexp_split_to_table(waybill.folded(given), '[\s\u0001-\u0020\u2000-\u200f\u2028-\u202f\u3000]+') AS piece
)
SELECT word FROM whole WHERE word <> ''
 UNION
SELECT part FROM whole, regexp_split_to_table(word, '[!-/:-@\[-`\u007b-\u00bf]+') AS part WHERE part <> ''
$$;
COMMENT ON FUNCTION words_of(text) IS 'The words by which a text is found';

CREATE FUNCTION customer_words_of(name text, email text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5 AS
$$
SELECT waybill.words_of(name)
 UNION
SELECT waybill.words_of(email)
 UNION
SELECT part FROM unnest(string_to_array(waybill.folded(email), '@')) AS part WHERE part <> ''
$$;
COMMENT ON FUNCTION customer_words_of(text, text) IS 'The words by which a customer is found: of the name, and the address as a whole and in parts';

-- One index leads from words to customers, the other says whether a customer has a word.
CREATE TABLE customer_words (
    word        text COLLATE "C" NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    CONSTRAINT customer_words_pkey PRIMARY KEY (word, customer_id)
);
CREATE INDEX customer_words_by_customer ON customer_words (customer_id, word);
COMMENT ON TABLE  customer_words             IS 'The words by which customers are found: a copy of their names and addresses';
COMMENT ON COLUMN customer_words.word        IS 'A word, folded';
COMMENT ON COLUMN customer_words.customer_id IS 'customers.id';

CREATE TABLE product_words (
    word       text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    CONSTRAINT product_words_pkey PRIMARY KEY (word, product_id)
);
CREATE INDEX product_words_by_product ON product_words (product_id, word);
COMMENT ON TABLE  product_words            IS 'The words by which products are found: a copy of their names and ids';
COMMENT ON COLUMN product_words.word       IS 'A word, folded';
COMMENT ON COLUMN product_words.product_id IS 'products.id';

-- The role of the service may not write the words: these functions have the rights of the owner.
CREATE FUNCTION copy_customer_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM customer_words
         WHERE customer_id = NEW.id
           AND word NOT IN (SELECT customer_words_of(NEW.name, NEW.email));
    END IF;
    INSERT INTO customer_words (word, customer_id)
    SELECT word, NEW.id FROM customer_words_of(NEW.name, NEW.email) AS word
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION copy_customer_words() IS 'Keeps customer_words a copy of the customer';

-- An order that introduces a customer gives it no name.
CREATE TRIGGER customers_words_begin
    AFTER INSERT ON customers FOR EACH ROW
    WHEN (NEW.name IS NOT NULL OR NEW.email IS NOT NULL)
    EXECUTE FUNCTION copy_customer_words();
CREATE TRIGGER customers_words_follow
    AFTER UPDATE OF name, email ON customers FOR EACH ROW
    WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.email IS DISTINCT FROM OLD.email)
    EXECUTE FUNCTION copy_customer_words();

CREATE FUNCTION copy_product_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = waybill, pg_temp AS
$$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM product_words
         WHERE product_id = NEW.id AND word IN (SELECT words_of(OLD.name))
           AND word NOT IN (SELECT words_of(NEW.name || ' ' || NEW.id));
    END IF;
    INSERT INTO product_words (word, product_id)
    SELECT word, NEW.id FROM words_of(NEW.name || ' ' || NEW.id) AS word
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION copy_product_words() IS 'Keeps product_words a copy of the product';

CREATE TRIGGER products_words_begin
    AFTER INSERT ON products FOR EACH ROW EXECUTE FUNCTION copy_product_words();
CREATE TRIGGER products_words_follow
    AFTER UPDATE OF name ON products FOR EACH ROW WHEN (NEW.name <> OLD.name)
    EXECUTE FUNCTION copy_product_words();

-- Written when an order is shipped, never when it is placed.
CREATE INDEX orders_by_tracking_number ON orders (tracking_number, created_at, number)
    WHERE tracking_number IS NOT NULL AND hidden_at IS NULL;

-- Customers who have all of these words, and one with this beginning, in the order of their ids. The
-- word that the fewest customers have is walked, and up to 2,000 of its entries are looked at: narrow
-- says that there are more.
CREATE FUNCTION search_customers(whole text[], beginning text, after text, size bigint,
                                 OUT ids text[], OUT narrow boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS
$$
DECLARE
    looked_at constant integer := 2000;
    past      constant text    := beginning || chr(1114111);
    driver    text;
    entries   text[];
BEGIN
    SELECT word
      INTO driver
      FROM unnest(whole) AS w (word)
     ORDER BY (SELECT count(*)
                 FROM (SELECT FROM customer_words AS c WHERE c.word = w.word LIMIT 1000) AS few)
     LIMIT 1;
    IF driver IS NULL THEN
        entries := ARRAY(SELECT customer_id FROM customer_words
                          WHERE word >= beginning AND word < past
                          ORDER BY word, customer_id LIMIT looked_at);
    ELSE
        entries := ARRAY(SELECT customer_id FROM customer_words
                          WHERE word = driver ORDER BY customer_id LIMIT looked_at);
    END IF;
    narrow := cardinality(entries) = looked_at;
    -- A customer with several words of this beginning has several entries.
    ids := ARRAY(SELECT DISTINCT id
                   FROM unnest(entries) AS id
                  WHERE id > after
                    AND (driver IS NULL OR beginning IS NULL
                         OR EXISTS (SELECT FROM customer_words
                                     WHERE customer_id = id AND word >= beginning AND word < past))
                    AND NOT EXISTS (SELECT FROM unnest(whole) AS other
                                     WHERE other <> driver
                                       AND NOT EXISTS (SELECT FROM customer_words
                                                        WHERE customer_id = id AND word = other))
                  ORDER BY id
                  LIMIT size);
END
$$;
COMMENT ON FUNCTION search_customers(text[], text, text, bigint)
    IS 'Customers who have all of these words of names, and one with this beginning, after an id';

-- The orders that match all words, newest first, before a position; the last word is a beginning.
-- A word that begins with #, ref:, track:, customer: or product: is what that says. Any other may be
-- each of these, or a word of the customer, or of a product in the order.
--
-- What is looked at has a limit: 200 customers, 50 products and 200 references of a word, 2,000 orders
-- of these customers and as many of these products. reach is the position down to which nothing is
-- missing, NULL when that is the end; narrow says that more customers, products or references match.
-- Of one customer only their own orders are looked at, and nothing is said of those of others.
CREATE FUNCTION search_orders(asked text[], of_customer text,
                              before_time timestamptz, before_number bigint, OUT numbers bigint[], OUT reach_time timestamptz,
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
    candidates bigint[] := '{}';
    share      integer;
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
                SELECT o.number FROM orders AS o
                 WHERE o.tracking_number = ANY (spellings) AND o.hidden_at IS NULL
                 LIMIT 200);
        END IF;
        narrow     := narrow OR cardinality(found) >= 200;
        candidates := candidates || found;

        named := CASE WHEN kind = 'product:' THEN ARRAY[given] ELSE '{}' END;
        IF kind = '' THEN
            named := ARRAY(SELECT product_id FROM product_words
                            WHERE word >= low[i] AND word < high[i]
                            ORDER BY word, product_id LIMIT 50);
            narrow := narrow OR cardinality(named) = 50;
        END IF;
        products := products || named;
        by_id[i] := CASE WHEN kind IN ('', 'customer:')
                         THEN (SELECT c.id FROM customers AS c WHERE c.id = given) END;
        of_names[i] := kind = '' AND EXISTS (SELECT FROM customer_words
                                              WHERE word >= low[i] AND word < high[i]);
        -- Punctuation alone is no word.
        is_nothing[i] := kind = '' AND low[i] IS NULL AND found = '{}' AND by_id[i] IS NULL;
    END LOOP;

    -- The customers of all words that are words of customers; the other words are looked for in their
    -- orders.
    IF true = ANY (of_names) THEN
        SELECT s.ids, s.narrow
          INTO entries
          FROM search_customers(
                   ARRAY(SELECT low[i] FROM generate_series(1, word_count - 1) AS i WHERE of_names[i]),
                   CASE WHEN of_names[word_count] THEN low[word_count] END, '', 201) AS s;
        customers := entries.ids[:200];
        narrow    := narrow OR entries.narrow OR cardinality(entries.ids) > 200;
    END IF;
    customers := ARRAY(SELECT DISTINCT id FROM unnest(customers || by_id) AS id WHERE id IS NOT NULL);
    products  := ARRAY(SELECT DISTINCT id FROM unnest(products) AS id);
    IF of_customer IS NOT NULL THEN
        customers := ARRAY[of_customer];
        products  := '{}';
        narrow    := false;
    END IF;

    -- Each customer, and each product, gives its newest orders; whoever has more than its share ends
    -- what the page can know.
    share := looked_at / greatest(cardinality(customers), 1);
    FOR entries IN
        SELECT array_agg(o.number ORDER BY o.created_at DESC, o.number DESC) AS numbers,
               (array_agg(o.created_at ORDER BY o.created_at DESC, o.number DESC))[share] AS last_time
          FROM unnest(customers) AS c (id)
         CROSS JOIN LATERAL (
             SELECT n.number, n.created_at FROM orders AS n
              WHERE n.customer_id = c.id AND n.hidden_at IS NULL
                AND (n.created_at, n.number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.number DESC LIMIT share) AS o
         GROUP BY c.id
    LOOP
        candidates := candidates || entries.numbers;
        IF entries.last_time IS NOT NULL
            AND (reach_time IS NULL
                 OR (entries.last_time, entries.numbers[share]) > (reach_time, reach_number))
        THEN
            reach_time   := entries.last_time;
            reach_number := entries.numbers[share];
        END IF;
    END LOOP;
    share := looked_at / greatest(cardinality(products), 1);
    FOR entries IN
        SELECT array_agg(o.number ORDER BY o.created_at DESC, o.number DESC) AS numbers,
               (array_agg(o.created_at ORDER BY o.created_at DESC, o.number DESC))[share] AS last_time
          FROM unnest(products) AS p (id)
         CROSS JOIN LATERAL (
             SELECT n.order_number AS number, n.created_at FROM order_products AS n
              WHERE n.product_id = p.id AND (n.created_at, n.order_number) < (before_time, before_number)
              ORDER BY n.created_at DESC, n.order_number DESC LIMIT share) AS o
         GROUP BY p.id
    LOOP
        candidates := candidates || entries.numbers;
        IF entries.last_time IS NOT NULL
            AND (reach_time IS NULL
                 OR (entries.last_time, entries.numbers[share]) > (reach_time, reach_number))
        THEN
            reach_time   := entries.last_time;
            reach_number := entries.numbers[share];
        END IF;
    END LOOP;

    numbers := ARRAY(
        SELECT o.number
          FROM (SELECT DISTINCT number FROM unnest(candidates) AS number) AS candidate
         CROSS JOIN LATERAL (SELECT * FROM orders AS n WHERE n.number = candidate.number LIMIT 1) AS o
         WHERE o.hidden_at IS NULL AND (o.created_at, o.number) < (before_time, before_number)
           AND (reach_time IS NULL OR (o.created_at, o.number) >= (reach_time, reach_number))
           AND NOT EXISTS (
               SELECT FROM generate_series(1, word_count) AS i
                WHERE NOT (is_nothing[i]
                           OR kinds[i] IN ('', '#') AND o.number::text = ltrim(words[i], '0')
                           OR kinds[i] IN ('', 'ref:')
                              AND EXISTS (SELECT
                                            FROM unnest(ARRAY[words[i], upper(words[i]), lower(words[i])]) AS spelling
                                           WHERE o.reference >= spelling
                                             AND o.reference < spelling || endings[i])
                           OR kinds[i] IN ('', 'track:')
                              AND o.tracking_number IN (words[i], upper(words[i]), lower(words[i])) IS TRUE
                           OR o.customer_id = by_id[i] IS TRUE
                           OR of_names[i]
                              AND EXISTS (SELECT FROM customer_words
                                           WHERE customer_id = o.customer_id
                                             AND word >= low[i] AND word < high[i])
                           OR kinds[i] IN ('', 'product:')
                              AND EXISTS (SELECT
                                            FROM json_array_elements(o.items) AS line
                                           CROSS JOIN LATERAL (SELECT line ->> 'product_id' AS id) AS product
                                           WHERE kinds[i] = 'product:' AND product.id = words[i]
                                              OR kinds[i] = ''
                                                 AND EXISTS (SELECT FROM product_words AS w
                                                              WHERE w.product_id = product.id
                                                                AND w.word >= low[i] AND w.word < high[i]))))
         ORDER BY o.created_at DESC, o.number DESC);
END
$$;
COMMENT ON FUNCTION search_orders(text[], text, timestamptz, bigint)
    IS 'Orders that match all words, newest first, before a position';

-- Products that have all of these words, and one with this beginning, by their ids. It looks as
-- search_customers() does.
CREATE FUNCTION search_products(whole text[], beginning text, size bigint,
                                OUT ids text[], OUT narrow boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = waybill, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS
$$
DECLARE
    looked_at constant integer := 2000;
    past      constant text    := beginning || chr(1114111);
    driver    text;
    entries   text[];
BEGIN
    SELECT word
      INTO driver
      FROM unnest(whole) AS w (word)
     ORDER BY (SELECT count(*)
                 FROM (SELECT FROM product_words AS p WHERE p.word = w.word LIMIT 1000) AS few)
     LIMIT 1;
    entries := ARRAY(SELECT product_id FROM product_words
                      WHERE word >= coalesce(driver, beginning)
                        AND word < coalesce(driver || chr(1), past)
                      ORDER BY word, product_id LIMIT looked_at);
    ids := ARRAY(SELECT DISTINCT id
                   FROM unnest(entries) AS id
                  WHERE (beginning IS NULL
                         OR EXISTS (SELECT FROM product_words
                                     WHERE product_id = id AND word >= beginning AND word < past))
                    AND NOT EXISTS (SELECT FROM unnest(whole) AS other
                                     WHERE NOT EXISTS (SELECT FROM product_words
                                                        WHERE product_id = id AND word = other))
                  ORDER BY id
                  LIMIT size);
    narrow := cardinality(entries) = looked_at OR cardinality(ids) = size;
END
$$;
COMMENT ON FUNCTION search_products(text[], text, bigint)
    IS 'Products that have all of these words of names, and one with this beginning';

SELECT record_schema();
