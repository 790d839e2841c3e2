/// How many bytes the tables, the indexes and the server's log of changes have.
struct DatabaseWeight {
  let tables: Int
  let indexes: Int
  /// All that was ever written to the log, which is kept only until it is archived or not needed.
  let log: Int

  /// What reads it, as one row.
  static let query = """
    SELECT sum(pg_table_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint,
           pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
      FROM pg_class AS c
     WHERE relkind IN ('r', 'm') AND relnamespace = 'waybill'::regnamespace
    """

  /// Reads what psql printed.
  init(reading row: String) throws {
    let numbers = row.split { !$0.isNumber }.compactMap { Int($0) }
    guard numbers.count == 3 else { throw LabError("no weight: \(row)") }
    (tables, indexes, log) = (numbers[0], numbers[1], numbers[2])
  }

  /// By how much each of so many requests has added to what was there before.
  func growth(since before: DatabaseWeight, requests: Double) -> String {
    func each(_ part: KeyPath<DatabaseWeight, Int>) -> String {
      "\(Int(Double(self[keyPath: part] - before[keyPath: part]) / max(requests, 1)))"
    }
    return "bytes a request: \(each(\.tables)) of tables, \(each(\.indexes)) of indexes, "
      + "\(each(\.log)) of log"
  }

  /// What an order weighs when there are so many and little else.
  func shares(of orders: Int) -> String {
    "\(gibibytes(tables)) GiB of tables, \(gibibytes(indexes)) GiB of indexes; bytes an order: "
      + "\(tables / orders) + \(indexes / orders)"
  }

  private func gibibytes(_ bytes: Int) -> String { (Double(bytes) / Double(1 << 30)).twoDecimals }
}
