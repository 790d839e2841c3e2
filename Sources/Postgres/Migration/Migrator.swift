package import EventLoop

/// Migrates the schema to the newest version: runs every step once, in order, each in a
/// transaction.
///
/// Several instances may do this at the same time: one holds the advisory lock, the others wait and
/// then find nothing to do.
package struct Migrator: Sendable {
  /// The key of the advisory lock: the bytes of "waybill".
  static let lockKey: Int64 = 0x77_61_79_62_69_6c_6c

  package let files: [MigrationFile]

  package init(files: [MigrationFile]) { self.files = files }

  /// Applies the missing steps and returns them.
  package func migrate(
    _ target: ConnectionString, on loop: EventLoop
  ) async throws(MigrationError) -> [MigrationFile] {
    let session: Session
    do {
      session = try await Session.open(target, on: loop)
    } catch {
      throw .unreachable(reason: String(reflecting: error))
    }
    defer { session.close() }
    return try await migrate(session)
  }

  /// The same on a given session.
  package func migrate(_ session: Session) async throws(MigrationError) -> [MigrationFile] {
    let pending = try await plan(session)
    for file in pending { try await apply(file, session) }
    return pending
  }

  /// Throws for a database that this program must not change; changes nothing.
  package func check(_ target: ConnectionString, on loop: EventLoop) async throws(MigrationError) {
    do {
      let session = try await Session.open(target, on: loop)
      defer { session.close() }
      try await refuseOtherEncodings(session)
      guard try await hasSteps(session) else { return }
      _ = try await pending(session)
    } catch let error as MigrationError {
      throw error
    } catch {
      throw .unreachable(reason: String(reflecting: error))
    }
  }

  private func plan(_ session: Session) async throws(MigrationError) -> [MigrationFile] {
    do {
      _ = try await session.rows("SELECT pg_advisory_lock(\(Self.lockKey))")
      try await refuseOtherEncodings(session)
      if try await !hasSteps(session) { try await makeTable(session) }
      try await refuseOtherRoles(session)
      return try await pending(session)
    } catch let error as MigrationError {
      throw error
    } catch {
      throw .unreachable(reason: String(reflecting: error))
    }
  }

  /// Whether any step has been applied; throws for a schema from before the first release.
  private func hasSteps(_ session: Session) async throws -> Bool {
    let found = try await session.rows(
      """
      SELECT to_regclass(\(PostgresSettings.schema + ".schema_migrations")) IS NOT NULL,
             to_regclass('public.schema_migrations') IS NOT NULL
               AND to_regclass('public.order_events') IS NOT NULL
      """)
    if try found[0].bool(0) { return true }
    if try found[0].bool(1) { throw MigrationError.olderLayout }
    return false
  }

  /// SQL_ASCII, which a server without a locale has by default, stores bytes without checking them,
  /// and counts bytes where our constraints count characters. Others refuse some characters.
  private func refuseOtherEncodings(_ session: Session) async throws {
    let encoding = try await session.rows("SELECT current_setting('server_encoding')")[0].text(0)
    guard encoding != "UTF8" else { return }
    throw MigrationError.otherEncoding(encoding)
  }

  /// Checks the rights of the role once, instead of failing in each statement with another message.
  private func refuseOtherRoles(_ session: Session) async throws {
    let rows = try await session.rows(
      """
      SELECT current_user::text, pg_get_userbyid(nspowner)::text, pg_has_role(nspowner, 'USAGE')
        FROM pg_namespace WHERE nspname = \(PostgresSettings.schema)
      """)
    guard let row = rows.first, try !row.bool(2) else { return }
    throw MigrationError.notOwner(role: try row.text(0), owner: try row.text(1))
  }

  private func makeTable(_ session: Session) async throws {
    let rows = try await session.rows(
      """
      SELECT to_regnamespace(\(PostgresSettings.schema)) IS NOT NULL, current_user::text,
             has_database_privilege(current_database(), 'CREATE')
      """)
    if try !rows[0].bool(0) {
      guard try rows[0].bool(2) else {
        throw MigrationError.mayNotCreate(role: try rows[0].text(1))
      }
      try await session.run(unsafeText: "CREATE SCHEMA \(PostgresSettings.schema)")
    } else {
      try await refuseOtherRoles(session)
    }
    try await session.run(
      unsafeText: """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version    integer     NOT NULL CONSTRAINT schema_migrations_pkey PRIMARY KEY,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_migrations IS 'Which steps of the schema were applied, and when';
        COMMENT ON COLUMN schema_migrations.version IS 'The number of the file in migrations/';
        COMMENT ON COLUMN schema_migrations.name IS 'The name of the file';
        COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of the text that was run';
        COMMENT ON COLUMN schema_migrations.applied_at IS 'When the step was applied';
        """)
  }

  /// The database computes the checksums, so that both sides use the same function.
  private func pending(_ session: Session) async throws -> [MigrationFile] {
    let texts = files.map(\.text)
    let checksums = try await session.rows(
      """
      SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
        FROM unnest(\(texts)) WITH ORDINALITY AS file (text, place)
       ORDER BY place
      """)
    let applied = try await session.rows("SELECT version, checksum FROM schema_migrations")
    return try MigrationPlan.pending(
      files, checksums: try checksums.map { try $0.text(0) },
      applied: try applied.map {
        AppliedMigration(version: Int(try $0.int(0)), checksum: try $0.text(1))
      })
  }

  private func apply(_ file: MigrationFile, _ session: Session) async throws(MigrationError) {
    do {
      try await session.run(unsafeText: "BEGIN")
      let before = try await transaction(session)
      try await run(file, session)
      guard try await transaction(session) == before else {
        throw MigrationError.endedTransaction(fileName: file.fileName)
      }
      _ = try await session.rows(
        """
        INSERT INTO schema_migrations (version, name, checksum)
        VALUES (\(Int32(file.version)), \(file.name),
                encode(sha256(convert_to(\(file.text), 'UTF8')), 'hex'))
        """)
      try await session.run(unsafeText: "COMMIT")
    } catch let error as MigrationError {
      throw error
    } catch {
      let reason = String(reflecting: error)
      // Only an answer of the server proves that the step was rolled back.
      guard (error as? PostgresError)?.serverError != nil else {
        throw .interrupted(fileName: file.fileName, reason: reason)
      }
      throw .failed(fileName: file.fileName, reason: reason)
    }
  }

  /// Runs the step itself. A step that fails can be rolled back only if its transaction is still
  /// open; then the savepoint still exists.
  private func run(_ file: MigrationFile, _ session: Session) async throws {
    try await session.run(unsafeText: "SAVEPOINT waybill_step")
    do {
      try await session.run(unsafeText: file.text)
    } catch {
      guard await hasLostSavepoint(session) else { throw error }
      throw MigrationError.endedTransaction(fileName: file.fileName)
    }
  }

  /// Whether the server says that the savepoint does not exist; false when it does not answer.
  private func hasLostSavepoint(_ session: Session) async -> Bool {
    do throws(PostgresError) {
      try await session.run(unsafeText: "ROLLBACK TO SAVEPOINT waybill_step")
      return false
    } catch {
      return error.serverError != nil
    }
  }

  private func transaction(_ session: Session) async throws -> String {
    try await session.rows("SELECT pg_current_xact_id()::text")[0].text(0)
  }
}
