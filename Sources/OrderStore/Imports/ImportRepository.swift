package import Orders
package import Postgres

/// Writes files into the database, batch by batch.
package final class ImportRepository {
  /// How often a batch is tried when somebody else has just taken an id or a reference of it.
  private static let attemptsMax = 5

  private let database: Database
  private let introducesCustomers: Bool

  /// The imports, over the connections of one loop.
  package init(_ database: Database, unknownCustomers: UnknownCustomers = .create) {
    self.database = database
    introducesCustomers = unknownCustomers == .create
  }

  /// What the database knows of a file; nil when it is new.
  package func find(_ file: ImportFile) async throws(OrderError) -> ImportRecord? {
    try await mappingErrors { () throws(PostgresError) in
      try await database.read(
        """
        SELECT \(ImportRecord.columns) FROM imports
         WHERE kind = \(file.kind.rawValue) AND sha256 = \(file.sha256)
        """
      ).first.map(ImportRecord.init)
    }
  }

  /// Begins an import, or finds where it stands.
  package func begin(
    _ file: ImportFile, _ mode: ImportMode, _ stock: ImportStock, rows: Int
  ) async throws(OrderError) -> ImportRecord {
    try await mappingErrors { () throws(PostgresError) in
      let found = try await database.write(
        """
        SELECT \(ImportRecord.columns)
          FROM begin_import(\(file.kind.rawValue), \(file.name), \(file.sha256), \(mode.rawValue),
                            \(stock.rawValue), \(file.bytes), \(rows))
        """)
      return try ImportRecord(found[0])
    }
  }

  /// Keeps the numbers up to one from being given to others.
  package func reserve(_ number: Int, of kind: ImportKind) async throws(OrderError) {
    _ = try await mappingErrors { () throws(PostgresError) in
      try await database.write("SELECT reserve_numbers(\(kind.rawValue), \(number))")
    }
  }

  /// The next numbers.
  func drawNumbers(_ count: Int, of kind: ImportKind) async throws(ImportFailure) -> [Int] {
    let draw: SQL = "SELECT unnest(draw_numbers(\(kind.rawValue), \(Int32(count))))"
    return try await step { () throws(PostgresError) in
      let rows: Rows
      do throws(PostgresError) {
        rows = try await database.write(draw)
      } catch {
        // Numbers that were drawn in vain are only a gap.
        rows = try await database.write(draw)
      }
      return try rows.map { row throws(PostgresError) in try row.int(0) }
    }
  }

  /// What the database has against rows; writes nothing.
  package func check(
    _ batch: ImportBatch, mode: ImportMode
  ) async throws(OrderError) -> [ImportRefusal] {
    guard !batch.rows.isEmpty else { return [] }
    do {
      return try await database.transaction { (transaction) throws(PostgresError) in
        let writer = ImportWriter(
          transaction: transaction, number: 0, changes: mode == .upsert, takesStock: false,
          introducesCustomers: introducesCustomers, numbers: [])
        return try await writer.write(batch.rows).faults.map { $0.refusal(batch.lines) }
      }
    } catch {
      throw OrderError(error)
    }
  }

  /// Writes a batch, and moves the import behind it, in one transaction.
  ///
  /// - Parameters:
  ///   - skips: Whether rows that the database does not take are left out. If not, nothing of the
  ///     batch is written when there is one.
  ///   - previous: The batch before, which may still be under way; this one is committed after it.
  package func write(
    _ batch: ImportBatch, of record: ImportRecord, from byte: Int, skips: Bool,
    after previous: BatchUnderWay? = nil
  ) async throws(ImportFailure) -> WrittenBatch {
    if let previous {
      if let written = try await writeAhead(batch, of: record, from: byte, previous) {
        return written
      }
      guard await previous.isCommitted() else { throw .notReached }
    }
    var attempt = 1
    while true {
      do throws(ImportFailure) {
        return try await database.transaction { (transaction) throws(ImportFailure) in
          try await hold(record, at: byte, in: transaction)
          return try await write(batch, of: record, skips: skips, in: transaction)
        }
      } catch {
        guard attempt < Self.attemptsMax, case .database(let cause) = error,
          cause.serverError?.state == .uniqueViolation
        else { throw error }
        attempt += 1
      }
    }
  }

  /// Writes the rows of a batch before the import stands where it begins, and moves the import when
  /// it does. Returns nil if that did not work, for whatever reason, and nothing was written: then
  /// the batch has to be written in its turn. Throws when it is not known whether it was written.
  ///
  /// If others wait for this batch, and the batch before waits for these, PostgreSQL does not see
  /// that this batch waits, too. It ends the transaction when it has been idle for 5 s.
  private func writeAhead(
    _ batch: ImportBatch, of record: ImportRecord, from byte: Int, _ previous: BatchUnderWay
  ) async throws(ImportFailure) -> WrittenBatch? {
    do throws(ImportFailure) {
      return try await database.transaction(attempts: 1) { (transaction) throws(ImportFailure) in
        let writer = writer(transaction, record, batch)
        let outcome = try await step { () throws(PostgresError) in
          try await writer.write(batch.rows)
        }
        guard outcome.faults.isEmpty, await previous.isCommitted() else { throw .notReached }
        try await hold(record, at: byte, in: transaction)
        let written = WrittenBatch(outcome, of: batch.rows.count)
        try await move(record, behind: batch, written, in: transaction)
        return written
      }
    } catch {
      if case .database(let cause) = error, cause.isOutcomeUnknown { throw error }
      return nil
    }
  }

  private func hold(
    _ record: ImportRecord, at byte: Int, in transaction: Transaction
  ) async throws(ImportFailure) {
    let isHeld = try await step { () throws(PostgresError) in
      try await transaction.run("SELECT hold_import(\(record.number), \(byte))")[0].bool(0)
    }
    guard isHeld else { throw .movedElsewhere }
  }

  private func write(
    _ batch: ImportBatch, of record: ImportRecord, skips: Bool, in transaction: Transaction
  ) async throws(ImportFailure) -> WrittenBatch {
    let writer = writer(transaction, record, batch)
    var rows = batch.rows
    var lines = batch.lines
    var written = WrittenBatch()
    while !rows.isEmpty {
      let asked = rows
      let outcome = try await step { () throws(PostgresError) in try await writer.write(asked) }
      guard !outcome.faults.isEmpty else {
        written = WrittenBatch(outcome, of: rows.count, refusals: written.refusals)
        break
      }
      // Nothing was written yet: the rows are tried again without those that are refused.
      written.refusals += outcome.faults.map { $0.refusal(lines) }
      guard skips else { throw .refused(written.refusals) }
      let places = Set(outcome.faults.map(\.place))
      let kept = rows.indices.filter { !places.contains($0) }
      rows = kept.map { rows[$0] }
      lines = kept.map { lines[$0] }
    }
    try await move(record, behind: batch, written, in: transaction)
    return written
  }

  private func move(
    _ record: ImportRecord, behind batch: ImportBatch, _ written: WrittenBatch,
    in transaction: Transaction
  ) async throws(ImportFailure) {
    let refusals = written.refusals
    _ = try await step { () throws(PostgresError) in
      try await transaction.run(
        """
        SELECT move_import(\(record.number), \(batch.endByte), \(batch.endLine), \(written.created),
                           \(written.changed), \(written.unchanged),
                           \(batch.refused + refusals.count), \(refusals.map(\.line)),
                           \(refusals.map(\.fault.column)), \(refusals.map(\.fault.problem)),
                           \(batch.isLast))
        """)
    }
  }

  /// Refusals of an import that was written, in the order of their lines, after a line.
  package func refusals(
    of record: ImportRecord, after line: Int
  ) async throws(OrderError) -> [ImportRefusal] {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT line, column_name, problem FROM import_refusals
         WHERE import = \(record.number) AND line > \(line)
         ORDER BY line
         LIMIT 500
        """)
      return try rows.map { row throws(PostgresError) in
        ImportRefusal(
          line: try row.int(0), fault: ImportFault(try row.text(1), try row.text(2)))
      }
    }
  }

  private func writer(
    _ transaction: Transaction, _ record: ImportRecord, _ batch: ImportBatch
  ) -> ImportWriter {
    ImportWriter(
      transaction: transaction, number: record.number, changes: record.mode == .upsert,
      takesStock: record.stock == .take, introducesCustomers: introducesCustomers,
      numbers: batch.numbers)
  }

  private func step<Value>(
    _ body: () async throws(PostgresError) -> Value
  ) async throws(ImportFailure) -> Value {
    do throws(PostgresError) {
      return try await body()
    } catch {
      throw .database(error)
    }
  }
}

/// What became of a batch.
package struct WrittenBatch: Sendable {
  package var created = 0
  package var changed = 0
  package var unchanged = 0
  /// The rows that were left out because of what the database has.
  package var refusals: [ImportRefusal] = []

  init() {}

  fileprivate init(
    _ outcome: ImportWriter.Outcome, of rows: Int, refusals: [ImportRefusal] = []
  ) {
    created = outcome.created
    changed = outcome.changed
    unchanged = rows - outcome.created - outcome.changed
    self.refusals = refusals
  }
}
