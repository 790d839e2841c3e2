public import Orders
public import Postgres

/// What a fresh service shows to somebody who tries it.
public struct DemoData {
  private let database: Database

  /// Demo data for the database behind `database`.
  public init(_ database: Database) { self.database = database }

  /// Fills an empty catalogue; leaves any other as it is. Answers whether it did.
  public func plant() async throws(OrderError) -> Bool {
    do {
      let planted = try await database.write(
        """
        INSERT INTO products (id, name, description, price, stock)
        SELECT id, name, description, price, stock
          FROM (VALUES
            ('product-1', 'Product 1',          'The first product of every example', 10.00, 1000),
            ('product-2', 'Product 2',          'The second product of every example', 20.00, 1000),
            ('keyboard',  'Keyboard',           'Full size, quiet keys',              49.90,  100),
            ('mouse',     'Mouse',              'Two buttons and a wheel',            19.90,  250),
            ('monitor',   'Monitor',            '27 inches, height adjustable',      249.00,   40),
            ('headset',   'Headset',            'With a microphone that folds away',  79.50,   60),
            ('webcam',    'Webcam',             'Sold out, to try refusals', 59.00, 0),
            ('cable-usb', 'USB cable',          'Two metres',                          6.95,  500),
            ('dock',      'Docking station',    'Eleven ports',                      139.00,   25),
            ('lamp',      'Desk lamp',          'Warm and cold light',                34.20,   80),
            ('chair',     'Office chair',       'Five wheels, no arms',              189.00,   15),
            ('notebook',  'Notebook',           'Paper, 96 pages',                     3.50, 2000)
          ) AS demo (id, name, description, price, stock)
         WHERE NOT EXISTS (SELECT FROM products)
        RETURNING id
        """)
      return !planted.isEmpty
    } catch {
      throw OrderError(error)
    }
  }
}
