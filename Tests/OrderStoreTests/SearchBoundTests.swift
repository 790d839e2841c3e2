import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

/// Searches over the data of `ReadBoundTests`, with words that half of it has. What their functions
/// look at is counted by the server, as no plan shows it.
@Suite("A search") struct SearchBoundTests {
  /// What everybody is called, whose orders are half of all, what most orders hold, and numbers.
  private static let searches = [
    "demo", "demo 1", "dem", "big", "few", "none", "demo big", "big product-hot", "hot", "product",
    "product:product-hot", "customer:customer-big", "product-rare", "big product-rare",
    "track:hot", "track:rare", "track:none", "track:hot big", "#7", "7", "ref:x", "demo hot",
    "nobody", "big nobody", "demo d de product p hot",
  ]
  /// Candidates: 2,000 orders of customers and of products, 200 orders by references and tracking
  /// numbers each for every word. Names: 2,000 entries, each with a look at each other word.
  private static func looksMax(_ words: Int) -> Int {
    (2 * 2000 + 2 * 200 * words) * (2 + 3 * words) + 2000 * (2 + words)
  }

  @Test("looks at a bounded number of rows, and scans neither orders nor names")
  func searches() async throws {
    let conninfo = try await ReadBoundData.database()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      // The server does count.
      let scan = try await Self.look(at: "SELECT count(note) FROM orders", database)
      #expect(scan.scans == 1 && scan.rows > 10_000)
      var most = 0
      for text in Self.searches {
        let words = try #require(SearchWords(text))
        for customer in [nil, "big", "few"] {
          var filter = OrderFilter()
          filter.customer = customer.flatMap { CustomerID("customer-\($0)") }
          let statement = filter.statement(finding: words, after: nil, size: .standard)
          let looked = try await Self.look(at: statement, database)
          #expect(looked.scans == 0, "\(text) of \(customer ?? "all")")
          #expect(looked.rows <= Self.looksMax(words.words.count), "\(looked) for \(text)")
          most = max(most, looked.rows)
        }
        for kind in ["c", "p"] as [SQL] {
          let names = SQL.found(
            kind, Array(words.words.dropLast()), words.words.last, size: .standard)
          let looked = try await Self.look(at: "SELECT * FROM \(names)", database)
          #expect(looked.scans == 0 && looked.rows <= Self.looksMax(1), "\(looked) for \(text)")
        }
      }
      #expect(most > 2000, "there is much to look at")
      await database.close()
    }
  }

  @Test("of one name reads no more orders than its page shows, however many the customers have")
  func newestFirst() async throws {
    let conninfo = try await ReadBoundData.database()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      // An index says which rows all can see only after a vacuum that no older snapshot holds up.
      try await eventually("all can see every order") {
        _ = try await database.write("VACUUM orders")
        return try await database.write(
          "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'orders'::regclass"
        )[0].bool(0)
      }
      for text in ["demo", "customer:customer-big"] {
        for statuses in [[], [.completed]] as [Set<OrderStatus>] {
          let words = try #require(SearchWords(text))
          var filter = OrderFilter()
          filter.statuses = statuses
          let statement = filter.statement(finding: words, after: nil, size: .standard)
          let read = try await database.transaction { transaction throws(PostgresError) in
            let before = try await Self.ordersRead(transaction)
            #expect(try await transaction.run(statement).count == PageSize.standard.value + 1)
            return try await Self.ordersRead(transaction) - before
          }
          // A few are not completed.
          #expect(read <= 2 * (PageSize.standard.value + 1), "\(read) for \(text)")
        }
      }
      await database.close()
    }
  }

  @Test("of a name that few have, and what most orders have, looks at the orders of these few")
  func fewest() async throws {
    let conninfo = try await ReadBoundData.database()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      // Three orders; products of most orders, a word of all customers, a number of no order.
      let few = ["few product", "few demo", "demo few", "big #99999", "customer:customer-few hot"]
      for text in few {
        let words = try #require(SearchWords(text))
        let statement = OrderFilter().statement(finding: words, after: nil, size: .standard)
        let looked = try await Self.look(at: statement, database)
        // What is rare is known after a look at 1,000 of each word, in the index and the table.
        #expect(looked.rows < 5_000, "\(looked) for \(text)")
      }
      await database.close()
    }
  }

  private static func ordersRead(_ transaction: Transaction) async throws(PostgresError) -> Int {
    // The server counts a row that an index leads to with the index.
    let row = try await transaction.run(
      """
      SELECT sum(pg_stat_get_xact_tuples_fetched(indexrelid))::bigint
        FROM pg_index WHERE indrelid = 'orders'::regclass
      """)[0]
    return try row.int(0)
  }

  /// How often a statement scans a whole table, and how many rows and entries of indexes it reads.
  /// The products of these data fit on a page, which a plan may well scan.
  private static func look(
    at statement: SQL, _ database: Database
  ) async throws -> (scans: Int, rows: Int) {
    try await database.transaction { transaction throws(PostgresError) in
      // The plan is the one of the service: the same for all parameters.
      _ = try await transaction.run("SET LOCAL plan_cache_mode = force_generic_plan")
      let before = try await counts(transaction)
      _ = try await transaction.run(statement)
      let after = try await counts(transaction)
      return (after.scans - before.scans, after.rows - before.rows)
    }
  }

  private static func counts(
    _ transaction: Transaction
  ) async throws(PostgresError) -> (scans: Int, rows: Int) {
    let row = try await transaction.run(
      """
      SELECT sum(pg_stat_get_xact_numscans(oid)) FILTER (WHERE relkind = 'r'
                                                           AND relname <> 'products'),
             sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))
        FROM pg_class
       WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('r', 'i')
      """)[0]
    return (try row.int(0), try row.int(1))
  }
}
