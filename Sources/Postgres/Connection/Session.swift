import CPQ
package import EventLoop

/// A connection for administration, without pipelining: it runs whole scripts, and statements
/// without a time limit, one at a time. Migrations run on it.
package final class Session: Watcher {
  private let link: Link
  private var watch: Watch?
  private var waiting: UnsafeContinuation<Result<Rows?, PostgresError>, Never>?
  /// The last result of the current script, or its first error.
  private var result: Result<Rows?, PostgresError> = .success(nil)

  /// Connects; statements have no timeout unless one is set by a statement.
  package static func open(
    _ target: ConnectionString, settings: PostgresSettings = .administration,
    on loop: EventLoop
  ) async throws(PostgresError) -> Session {
    let connector = Connector(
      target, settings: settings,
      session: SessionSettings(preferred: [], for: target, scope: .session), on: loop)
    return Session(try await connector.connect(), on: loop)
  }

  init(_ link: Link, on loop: EventLoop) {
    self.link = link
    watch = loop.watch(PQsocket(link.raw), for: .read, self)
  }

  /// The process number that was reported when connecting; behind a pooler it is not that of the
  /// process that runs the statements.
  package var reportedProcessID: Int32 { PQbackendPID(link.raw) }

  /// Runs a script of any number of statements, as one transaction unless the script itself begins
  /// or ends transactions. The first error ends it.
  package func run(unsafeText text: String) async throws(PostgresError) {
    guard !text.utf8.contains(0) else { throw .parameter("a script with a NUL character") }
    _ = try await send { PQsendQuery(link.raw, text) }
  }

  package func rows(_ sql: SQL) async throws(PostgresError) -> Rows {
    var parameters = ParameterBuffer()
    try parameters.fill(with: sql.values)
    let (text, types) = sql.rendered()
    let rows = try await send {
      parameters.withPointers { count, values, lengths, formats in
        PQsendQueryParams(
          link.raw, text, count, types.map(\.oid), values, lengths, formats, sql.resultFormat)
      }
    }
    guard let rows else { throw .connectionLost(.unknown, reason: "no result") }
    return rows
  }

  /// Gives the connection to another owner; no statement may be running.
  func detach() {
    precondition(waiting == nil, "somebody waits for an answer")
    watch?.cancel()
    watch = nil
  }

  /// Closes the connection; the server rolls back what is not committed.
  package func close() { close(because: "closed") }

  func close(because reason: String) { lose(reason) }

  private func send(_ statement: () -> Int32) async throws(PostgresError) -> Rows? {
    precondition(waiting == nil, "a session does one thing at a time")
    guard watch != nil else { throw .connectionLost(.noEffect, reason: "closed before sending") }
    return try await withUnsafeContinuation { continuation in
      waiting = continuation
      result = .success(nil)
      if statement() == 1 { flush() } else { lose(link.message) }
    }.get()
  }

  private func flush() {
    switch PQflush(link.raw) {
    case 0: watch?.change(to: .read)
    case 1: watch?.change(to: [.read, .write])
    default: lose(link.message)
    }
  }

  private func lose(_ reason: String) {
    watch?.cancel()
    watch = nil
    finish(.failure(.connectionLost(.unknown, reason: reason)))
  }

  private func finish(_ result: Result<Rows?, PostgresError>) {
    waiting?.resume(returning: result)
    waiting = nil
  }
}

extension Session {
  package func ready(_ events: IOEvents) {
    if events.contains(.write) { flush() }
    guard watch != nil else { return }
    let isIntact = PQconsumeInput(link.raw) == 1
    while waiting != nil, PQisBusy(link.raw) == 0 {
      guard let result = PQgetResult(link.raw) else {
        finish(self.result)
        break
      }
      take(result)
    }
    if !isIntact { lose(link.message) }
  }

  private func take(_ result: OpaquePointer) {
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      let rows = Rows(result)
      if case .success = self.result { self.result = .success(rows) }
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      PQclear(result)
      lose("COPY to or from the client is not for a script")
    default:
      let error = ServerError(result)
      let text = String(cString: PQresultErrorMessage(result))
      PQclear(result)
      guard let error, !error.isFatal else { return lose(text) }
      if case .success = self.result { self.result = .failure(.server(error)) }
    }
  }
}
