-- Rows of all kinds and shapes, by the functions that the service calls; a test puts a number for SEED.
SET search_path = waybill;
SELECT setseed(SEED);
SELECT create_product('p' || n, (ARRAY['Pen', '=1+1', 'Café "x"', E'two\nlines'])[1 + n % 4],
         (ARRAY[NULL, '', 'A thing, with a comma'])[1 + n % 3], round((random() * 100)::numeric, 2),
         100000, 'test', CASE WHEN n % 2 = 0 THEN n END)
  FROM generate_series(1, 30) AS n;
UPDATE products SET retired_at = now() WHERE id IN ('p3', 'p4');
INSERT INTO customers (id, name, email, ship_to)
SELECT (ARRAY['c', '-c', '''=c'])[1 + n % 3] || n, (ARRAY['Demo Customer', '''@x', NULL, 'Zoë'])[1 + n % 4],
       CASE WHEN n % 2 = 0 THEN 'c' || n || '@example.org' END,
       CASE WHEN n % 5 = 0 THEN '{"name":"A \"B\"","company":null,"lines":["x"],"postal_code":null,' ||
         '"city":"Übach","region":null,"country":"DE","phone":"+49"}' END::json
  FROM generate_series(1, 40) AS n;
DO $$
DECLARE
    made record;
    lines integer;
BEGIN
    FOR n IN 1 .. 300 LOOP
        lines := 1 + trunc(random() * 4);
        SELECT * INTO made FROM place_orders(
            ARRAY[gen_random_uuid()], ARRAY[(ARRAY['api', 'shop', 'store', 'storefront'])[1 + n % 4]],
            ARRAY[(SELECT id FROM customers WHERE number = 1 + n % 40)],
            ARRAY[CASE WHEN n % 3 = 0 THEN '+R' || n END], '{refuse}', '{test}',
            array_fill(1, ARRAY[lines]),
            ARRAY(SELECT (ARRAY['p' || (5 + trunc(random() * 20)), NULL])[1 + trunc(random() * 1.2)::int]
                    FROM generate_series(1, lines)),
            array_fill('Free "item"'::text, ARRAY[lines]), array_fill(2, ARRAY[lines]),
            ARRAY(SELECT round((random() * 9)::numeric, 2) FROM generate_series(1, lines)),
            extras => ARRAY[CASE WHEN n % 6 = 0 THEN
                '{"note":"-Ring\ntwice","tags":["a","b é"],"metadata":{"k":"v"}}' END]::json[]);
        IF made.number % 2 = 0 THEN
            UPDATE orders SET status = 'in_progress' WHERE number = made.number;
        END IF;
        IF made.number % 4 = 0 THEN
            UPDATE orders SET tracking_number = '=T' || n, shipping_carrier = 'Cart'
             WHERE number = made.number;
            IF n % 5 > 1 THEN
                PERFORM ship_goods(NULL, made.number, NULL, NULL, NULL, '=C', 'P' || n,
                                   NULL, NULL, NULL, 'test');
            END IF;
            UPDATE orders SET status = 'completed' WHERE number = made.number;
        END IF;
        IF made.number % 8 = 0 AND made.items -> 0 ->> 'product_id' IS NOT NULL THEN
            PERFORM return_order(NULL, made.number, NULL, NULL, NULL,
                ARRAY[made.items -> 0 ->> 'product_id'], '{1}', '{true}', 'too "small"', 'test');
            PERFORM return_order(NULL, made.number, NULL, NULL, NULL,
                ARRAY[made.items -> 0 ->> 'product_id'], '{1}', '{false}', NULL, 'test');
        END IF;
        IF made.number % 7 = 1 AND made.number % 2 = 1 THEN
            UPDATE orders SET status = 'cancelled' WHERE number = made.number;
        END IF;
    END LOOP;
    PERFORM place_orders(ARRAY[gen_random_uuid(), gen_random_uuid()], '{fulfilment,fulfilment}', '{NULL,NULL}',
        '{F1,F2}', '{refuse,refuse}', '{test,test}', '{}', '{}', '{}', '{}', '{}');
    UPDATE orders SET status = 'completed' WHERE reference = 'F2';
END
$$;
