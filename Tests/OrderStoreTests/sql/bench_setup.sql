-- What the pgbench scripts beside this file need: 10,000 products, 10,000 customers, and ids.
SET client_min_messages = warning;
SET search_path = waybill, public;
INSERT INTO products (id, name, price, stock)
SELECT 'product-' || i, 'Product ' || i, (i % 9000 + 99)::numeric / 100, 1000000000
  FROM generate_series(1, 10000) AS i;
INSERT INTO customers (id, name, email)
SELECT 'customer-' || i, 'Demo Name' || i % 50000, 'mail' || i || '@host' || i % 50 || '.example'
  FROM generate_series(1, 10000) AS i;

-- UUIDv7 as the service makes them: 48 bits of milliseconds, the rest by chance.
CREATE FUNCTION bench_uuid() RETURNS uuid
    LANGUAGE sql VOLATILE AS
$$
SELECT encode(overlay(
    set_byte(uuid_send(gen_random_uuid()), 6, 112 + (random() * 15)::integer)
    PLACING substr(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 3) FROM 1 FOR 6),
    'hex')::uuid
$$;
VACUUM ANALYZE products;
VACUUM ANALYZE customers;
