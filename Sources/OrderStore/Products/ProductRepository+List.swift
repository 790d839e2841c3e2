package import Orders
import Postgres

extension ProductRepository {
  /// How many products one page reads at most, so that a search for something rare does not read
  /// the whole catalogue. It takes some milliseconds.
  private static let window: SQL = "LIMIT 2000"
  /// The last of those products, and the next one if there is one.
  private static let endOfWindow: SQL = "OFFSET 1999 LIMIT 2"

  /// One page of products in the order of their numbers, after `position`.
  package func list(
    _ filter: ProductFilter = ProductFilter(), after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(Self.list(filter, after: position, size: size))
      let products = try rows.map(Self.product)
      let page = Page(reading: products, size: size, position: \.number)
      if page.next != nil { return page }
      return Page(entries: page.entries, next: try await endOfWindow(after: position))
    }
  }

  /// How many products a filter lets through.
  package func total(
    _ filter: ProductFilter, _ count: ListCount
  ) async throws(OrderError) -> ListTotal {
    try await mappingErrors { () throws(PostgresError) in
      switch count {
      case .exact:
        try ListTotal(
          counted: try await database.read(
            """
            SELECT count(*) FILTER (WHERE \(filter.condition)), count(*)
              FROM (SELECT * FROM products
                     WHERE number > 0 ORDER BY number \(ListTotal.limit)) AS looked_at
            """)[0])
      case .estimate:
        try await database.expectedRows(
          of: "SELECT FROM products WHERE \(filter.condition)")
      }
    }
  }

  /// The first products that have all of these words in their name or id; no retired ones.
  package func search(
    _ words: SearchWords, size: PageSize
  ) async throws(OrderError) -> SearchResult<Product, NamePosition> {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns), \(SQL.foundNameColumns)
          FROM \(SQL.found("p", Array(words.words.dropLast()), words.words.last, size: size))
          LEFT JOIN products ON products.id = n.found_id
         ORDER BY n.position
        """)
      return try rows.found(at: Self.columnCount, size: size, Self.product)
    }
  }

  static func list(_ filter: ProductFilter, after position: Int?, size: PageSize) -> SQL {
    """
    SELECT \(columns)
      FROM (SELECT * FROM products
             WHERE number > \(position ?? 0) ORDER BY number \(window)) AS looked_at
     WHERE \(filter.condition)
     ORDER BY number
     \(size.limitClause)
    """
  }

  /// The number of the last product that a page has read; nil when it is the last of all.
  private func endOfWindow(after position: Int?) async throws(PostgresError) -> Int? {
    let rows = try await database.read(
      """
      SELECT number FROM products
       WHERE number > \(position ?? 0) ORDER BY number \(Self.endOfWindow)
      """)
    return rows.count == 2 ? try rows[0].int(0) : nil
  }
}

extension ProductFilter {
  /// The filter as a condition; `strpos` looks for the text itself, which is no pattern.
  fileprivate var condition: SQL {
    let text = text ?? ""
    return """
      coalesce((retired_at IS NOT NULL) = \(retired), true)
         AND coalesce((stock > 0) = \(inStock), true)
         AND coalesce(coalesce(stock <= reorder_level, false) = \(isLow), true)
         AND (\(text) = '' OR strpos(lower(name), lower(\(text))) > 0
              OR strpos(lower(id), lower(\(text))) > 0
              OR strpos(lower(description), lower(\(text))) > 0)
      """
  }
}
