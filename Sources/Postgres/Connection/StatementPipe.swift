import CPQ

/// Sends and receives on one connection in libpq's pipeline mode. No call blocks; `false` means
/// that the connection is broken.
struct StatementPipe: ~Copyable {
  let link: Link
  private var statements = StatementCache()
  private var parameters = ParameterBuffer()

  init(_ link: Link) {
    self.link = link
    let entered = PQenterPipelineMode(link.raw)
    assert(entered == 1, "a new connection is idle")
  }
}

// MARK: - Sending

extension StatementPipe {
  /// Takes the parameters of the statement that is sent next.
  mutating func fill(with values: [SQLValue]) throws(PostgresError) {
    try parameters.fill(with: values)
  }

  /// Sends a statement with the parameters that were filled in.
  mutating func send(_ sql: SQL, as statement: PreparedStatement?) -> Bool {
    guard let statement else {
      let (text, types) = sql.rendered()
      return parameters.withPointers { count, values, lengths, formats in
        PQsendQueryParams(
          link.raw, text, count, types.map(\.oid), values, lengths, formats, sql.resultFormat)
      } == 1
    }
    return parameters.withPointers { count, values, lengths, formats in
      PQsendQueryPrepared(
        link.raw, statement.name, count, values, lengths, formats, sql.resultFormat)
    } == 1
  }

  /// Sends a statement without parameters.
  func sendPlain(_ sql: SQL, as statement: PreparedStatement?) -> Bool {
    if let statement {
      PQsendQueryPrepared(link.raw, statement.name, 0, nil, nil, nil, sql.resultFormat) == 1
    } else {
      PQsendQueryParams(
        link.raw, sql.rendered().text, 0, nil, nil, nil, nil, sql.resultFormat) == 1
    }
  }

  func sendPreparation(of sql: SQL, as statement: PreparedStatement) -> Bool {
    let (text, types) = sql.rendered()
    return PQsendPrepare(link.raw, statement.name, text, Int32(types.count), types.map(\.oid)) == 1
  }

  /// Ends a batch: its statements fail or succeed together.
  func sendSync() -> Bool { PQpipelineSync(link.raw) == 1 }

  /// Sends what libpq has buffered; nil when the connection is broken.
  func flush() -> Flushed? {
    switch PQflush(link.raw) {
    case 0: .all
    case 1: .some
    default: nil
    }
  }

  enum Flushed {
    case all
    /// The socket takes no more for now.
    case some
  }
}

// MARK: - Prepared statements

extension StatementPipe {
  func prepared(_ sql: SQL) -> PreparedStatement? { statements.find(sql) }

  /// A new statement for `sql`, which has to be sent; nil when it is not to be prepared.
  mutating func newStatement(for sql: SQL) -> PreparedStatement? {
    link.keepsStatements ? statements.add(sql) : nil
  }

  /// Whether this is still the statement to use.
  func holds(_ statement: PreparedStatement) -> Bool { statements.holds(statement) }

  mutating func forget(_ statement: PreparedStatement) { statements.forget(statement) }

  /// Prepares every statement anew at its next use.
  mutating func forgetAll() { statements.forgetAll() }
}

// MARK: - Receiving

extension StatementPipe {
  enum Received {
    case rows(Rows)
    case failure(ServerError)
    /// The end of a batch.
    case sync
    /// The statement was not executed, because one before it in its batch failed.
    case skipped
    /// The server has closed the connection, or libpq does not understand its reply.
    case end(String)
  }

  /// Reads what has arrived; false when the connection is broken.
  func read() -> Bool { PQconsumeInput(link.raw) == 1 }

  /// The next complete reply; nil when there is none yet.
  func nextReply() -> Received? {
    // libpq answers nil after each statement's result; nil twice in a row means the end.
    for _ in 0..<2 {
      guard PQisBusy(link.raw) == 0 else { return nil }
      if let result = PQgetResult(link.raw) { return received(result) }
    }
    return nil
  }

  private func received(_ result: OpaquePointer) -> Received {
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      return .rows(Rows(result))
    case PGRES_PIPELINE_SYNC:
      PQclear(result)
      return .sync
    case PGRES_PIPELINE_ABORTED:
      PQclear(result)
      return .skipped
    default:
      defer { PQclear(result) }
      // After a fatal error the server closes the connection: no other request gets an answer.
      guard let error = ServerError(result), !error.isFatal else {
        return .end(String(cString: PQresultErrorMessage(result)))
      }
      return .failure(error)
    }
  }

  /// The next notification that has arrived; nil when there is none.
  func nextNotification() -> (channel: String, payload: String)? {
    guard let notification = PQnotifies(link.raw) else { return nil }
    defer { PQfreemem(notification) }
    let (channel, payload) = (notification.pointee.relname, notification.pointee.extra)
    return (channel.map { String(cString: $0) } ?? "", payload.map { String(cString: $0) } ?? "")
  }
}

extension SQL {
  /// The format of all columns, as libpq wants it.
  var resultFormat: Int32 { isBinary ? 1 : 0 }
}
