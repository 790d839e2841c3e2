package import Orders
package import Postgres

/// Demo data for a new service: a catalogue, customers, and orders in every status, so that the
/// first report is not empty.
package struct DemoData {
  private let database: Database

  /// Demo data for the database behind `database`.
  package init(_ database: Database) { self.database = database }

  /// Inserts the demo data if the catalogue is empty; returns whether it was.
  package func insert() async throws(OrderError) -> Bool {
    do {
      return try await database.transaction { (transaction) throws(PostgresError) in
        // Two instances that start at the same time do this one after the other, and the second one
        // finds a catalogue that is not empty.
        _ = try await transaction.run(
          "SELECT pg_advisory_xact_lock(hashtextextended('waybill.demo', 0))")
        guard try await !transaction.run(Self.products).isEmpty else { return false }
        _ = try await transaction.run(Self.customers)
        _ = try await transaction.run(Self.orders)
        for move in Self.moves { _ = try await transaction.run(move) }
        return true
      }
    } catch {
      throw OrderError(error)
    }
  }

  private static let products: SQL = """
    SELECT made.id
      FROM (VALUES
        ('product-1', 'Product 1',          'The first product of every example', 10.00, 1000),
        ('product-2', 'Product 2',          'The second product of every example', 20.00, 1000),
        ('keyboard',  'Keyboard',           'Full size, quiet keys',              49.90,  100),
        ('mouse',     'Mouse',              'Two buttons and a wheel',            19.90,  250),
        ('monitor',   'Monitor',            '27 inches, height adjustable',      249.00,   40),
        ('headset',   'Headset',            'With a microphone that folds away',  79.50,   60),
        ('webcam',    'Webcam',             'Sold out, to try refusals',          59.00,    0),
        ('cable-usb', 'USB cable',          'Two metres',                          6.95,  500),
        ('dock',      'Docking station',    'Eleven ports',                      139.00,   25),
        ('lamp',      'Desk lamp',          'Warm and cold light',                34.20,   80),
        ('chair',     'Office chair',       'Five wheels, no arms',              189.00,   15),
        ('notebook',  'Notebook',           'Paper, 96 pages',                     3.50, 2000)
      ) AS demo (id, name, description, price, stock)
     CROSS JOIN LATERAL create_product(demo.id, demo.name, demo.description, demo.price, demo.stock,
                                       'demo') AS made
     WHERE NOT EXISTS (SELECT FROM products)
    """

  private static let customers: SQL = """
    INSERT INTO customers (id, name, email)
    SELECT 'demo-' || n, 'Demo Customer ' || n, 'demo-' || n || '@example.org'
      FROM generate_series(1, 5) AS n
     ORDER BY n
        ON CONFLICT DO NOTHING
    """

  /// The ids are made from the positions, as the examples in the OpenAPI document contain them.
  private static let orders: SQL = """
    WITH placed AS (
        SELECT position,
               format('01900000-0000-7000-8000-%s', lpad(position::text, 12, '0'))::uuid AS id,
               channel, customer, reference
          FROM (VALUES
            (1, 'api',        'demo-1', 'DEMO-1'),
            (2, 'api',        'demo-2', 'DEMO-2'),
            (3, 'api',        'demo-1', 'DEMO-3'),
            (4, 'api',        'demo-3', 'DEMO-4'),
            (5, 'api',        'demo-4', 'DEMO-5'),
            (6, 'api',        'demo-2', 'DEMO-6'),
            (7, 'api',        'demo-5', 'DEMO-7'),
            (8, 'api',        'demo-4', 'DEMO-8'),
            (9, 'fulfilment', NULL,     'DEMO-9'),
            (10, 'shop',      'demo-1', 'DEMO-10'),
            (11, 'storefront', 'demo-2', 'DEMO-11')
          ) AS demo (position, channel, customer, reference)
    ), line AS (
        SELECT * FROM (VALUES
            (1, 'keyboard', 2), (1, 'mouse', 2), (2, 'monitor', 1), (2, 'cable-usb', 3),
            (3, 'notebook', 20), (4, 'chair', 1), (4, 'lamp', 1), (5, 'product-1', 3),
            (5, 'product-2', 1), (6, 'headset', 1), (7, 'dock', 1), (7, 'monitor', 2),
            (8, 'product-1', 1), (10, 'keyboard', 5), (11, 'product-1', 2)
          ) AS demo (position, product, quantity)
    ), orders AS (
        SELECT array_agg(id ORDER BY position) AS ids,
               array_agg(channel ORDER BY position) AS channels,
               array_agg(customer ORDER BY position) AS customers,
               array_agg(reference ORDER BY position) AS order_refs,
               array_agg('refuse'::text) AS shortages, array_agg('demo'::text) AS actors
          FROM placed
    ), lines AS (
        SELECT array_agg(position ORDER BY position, product) AS line_orders,
               array_agg(product ORDER BY position, product) AS products,
               array_agg(NULL::text) AS names,
               array_agg(quantity ORDER BY position, product) AS quantities,
               array_agg(NULL::numeric) AS prices
          FROM line
    )
    SELECT outcome
      FROM orders CROSS JOIN lines
     CROSS JOIN place_orders(ids, channels, customers, order_refs, shortages, actors,
                             line_orders, products, names, quantities, prices)
    """

  private static let moves: [SQL] = [
    moves(to: "in_progress", ["DEMO-1", "DEMO-2", "DEMO-3", "DEMO-4", "DEMO-5"]),
    moves(to: "completed", ["DEMO-1", "DEMO-2", "DEMO-3", "DEMO-4"]),
    moves(to: "cancelled", ["DEMO-8"]),
    moves(to: "failed", ["DEMO-9"], in: "fulfilment"),
  ]

  private static func moves(to status: String, _ orders: [String], in channel: String? = nil) -> SQL
  {
    """
    SELECT moved.outcome
      FROM (SELECT array_agg(id) AS ids, count(*)::integer AS orders
              FROM orders WHERE reference = ANY (\(orders))) AS demo
     CROSS JOIN move_orders(ids, array_fill(NULL::bigint, ARRAY[orders]),
                            array_fill(\(channel)::text, ARRAY[orders]),
                            array_fill(NULL::text, ARRAY[orders]),
                            array_fill(NULL::bigint, ARRAY[orders]),
                            array_fill(\(status)::text, ARRAY[orders]),
                            array_fill('demo'::text, ARRAY[orders])) AS moved
    """
  }
}
