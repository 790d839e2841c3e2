INSERT INTO products (id, name, price, stock)
SELECT 'product-' || i, 'Product ' || i, i + 0.99, 40 FROM generate_series(1, 20) AS i;
