import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

/// Lists over data that no statistics describe: half of the orders are of one customer, most
/// contain one product, and what is rare is at the far end of the list. `READ_BOUND_ORDERS` is
/// the number of orders.
@Suite("A page of a list") struct ReadBoundTests {
  /// The page that every statement here asks for, and the rows that it reads for it.
  private static let size = PageSize(50)!
  private static let pageRows = 51

  @Test("looks at a bounded number of rows, whatever the filters, the sort and the data")
  func orders() async throws {
    try await Self.asking { database in
      for filter in ReadBoundData.filters {
        let looked = try await Self.look(
          at: filter.statement(after: nil, size: Self.size), database)
        #expect(looked.isBounded(hasWindow: filter.hasWindow), "\(looked) for \(filter)")
        if !filter.hasWindow {
          let stamps = try await Self.look(at: filter.stampStatement(size: Self.size), database)
          #expect(stamps.isBounded(hasWindow: false), "stamps: \(stamps) for \(filter)")
        }
      }
    }
  }

  @Test("of stock movements looks at a bounded number of orders, also if none took stock")
  func movements() async throws {
    try await Self.asking { database in
      for product in ReadBoundData.products {
        let looked = try await Self.look(
          at: ProductRepository.movements(of: product, after: nil, size: Self.size), database)
        #expect(looked.isBounded(hasWindow: true), "\(looked) for \(product)")
      }
    }
  }

  @Test("of counts looks at no more orders than it counts")
  func counts() async throws {
    try await Self.asking { database in
      let counts = try await OrderRepository(database).counts()
      let rows = counts.reduce(0) { $0 + $1.count + ($1.isMore ? 1 : 0) }
      let plan = try await database.read(
        """
        EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON)
        SELECT * FROM count_orders(\(Channel.allCases.map(\.rawValue)),
                                   \(OrderStatus.allCases.map(\.rawValue)),
                                   \(Int32(OrderCount.bound + 1)))
        """)[0].text(0)
      let blocks = try plan.matches(of: /"Shared (?:Hit|Read) Blocks": (\d+)/).prefix(2)
        .reduce(0) { $0 + (try #require(Int($1.1))) }

      #expect(counts.count == 25 && rows > OrderCount.bound)
      // For each row a block of the table, unless the index is enough; for each count the way
      // through the index; and what is read of the catalogue.
      #expect(blocks <= rows + rows / 10 + 25 * 8 + 200, "\(plan)")
    }
  }

  // The plain query that this is compared with reads the whole table each time.
  @Test(
    "may be short, and following `next` finds every order once",
    .enabled(if: ReadBoundData.wantedOrders == nil))
  func everyOrder() async throws {
    try await Self.asking { database in
      let repository = OrderRepository(database)
      for filter in ReadBoundData.filters where filter.product == ReadBoundData.rare {
        let expected = try await database.read(
          "SELECT o.number FROM orders AS o WHERE \(filter.plainCondition) ORDER BY 1"
        ).map { row throws(PostgresError) in try row.int(0) }
        var found: [OrderPosition] = []
        var position: OrderPosition?
        repeat {
          let page = try await repository.list(filter, after: position, size: Self.size)
          found += page.entries.map { OrderPosition(createdAt: $0.createdAt, number: $0.number) }
          position = page.next
        } while position != nil
        let inOrder = found.sorted()
        #expect(found == (filter.sort == .oldestFirst ? inOrder : inOrder.reversed()))
        #expect(found.map(\.number).sorted() == expected, "\(filter)")
      }
    }
  }

  // MARK: - Plans

  /// What a statement looked at.
  private struct Looked: CustomStringConvertible {
    let returned, rows, blocks: Int
    let plan: String

    /// Without a window, a scan may read one row that another scan's rows come before. With one,
    /// two windows are measured, and one is walked with one look-up for each of its rows. A row is
    /// found through four blocks of an index and one of the table.
    func isBounded(hasWindow: Bool) -> Bool {
      let rowsMax = hasWindow ? 4 * 1000 + 4 * ReadBoundTests.pageRows : returned + 25
      return rows <= rowsMax && blocks <= 5 * (rowsMax + 25)
    }

    var description: String {
      "\(rows) rows and \(blocks) blocks looked at, \(returned) returned\n\(plan)\n"
    }
  }

  /// Runs a statement with the plan that the service has, which is one for all parameters.
  private static func look(at statement: SQL, _ database: Database) async throws -> Looked {
    let (text, types) = statement.rendered()
    let values = statement.values.enumerated().map { $1.literal(as: types[$0]) }
    let plan = try await database.transaction { transaction throws(PostgresError) in
      _ = try await transaction.run(SQL(unsafeText: "PREPARE list AS " + text))
      let arguments = values.isEmpty ? "" : "(\(values.joined(separator: ", ")))"
      let plan = try await transaction.run(
        SQL(
          unsafeText:
            "EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) EXECUTE list" + arguments)
      )[0].text(0)
      _ = try await transaction.run(SQL(unsafeText: "DEALLOCATE list"))
      return plan
    }
    // Rows are counted for each loop. Those that a condition removed were looked at too.
    let row = try await database.read(
      """
      SELECT sum(((node ->> 'Actual Rows')::numeric
                  + coalesce((node ->> 'Rows Removed by Filter')::numeric, 0))
                 * (node ->> 'Actual Loops')::numeric)::bigint,
             max((root ->> 'Shared Hit Blocks')::bigint + (root ->> 'Shared Read Blocks')::bigint),
             max((root ->> 'Actual Rows')::numeric)::bigint
        FROM (SELECT \(plan)::jsonb #> '{0,Plan}' AS root) AS plan,
             jsonb_path_query(root, 'strict $.**') AS node
       WHERE jsonb_typeof(node) = 'object' AND node ? 'Relation Name'
      """)[0]
    return Looked(
      returned: try row.int(2), rows: try row.int(0), blocks: try row.int(1), plan: plan)
  }

  private static func asking(
    _ body: @escaping @Sendable (Database) async throws -> Void
  ) async throws {
    let conninfo = try await ReadBoundData.database()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await body(database)
      await database.close()
    }
  }
}

extension SQLValue {
  /// The value as it is written in a statement.
  fileprivate func literal(as type: SQLType) -> String {
    switch self {
    case .text(let text): "'\(text)'"
    case .int64(let number) where type == .timestamp:
      "'2000-01-01Z'::timestamptz + \(number) * interval '1 microsecond'"
    case .int64(let number): "\(number)"
    case .array(_, let elements):
      "ARRAY[\(elements.map { $0.literal(as: .text) }.joined(separator: ", "))]"
    default: preconditionFailure("no list has such a parameter")
    }
  }
}
