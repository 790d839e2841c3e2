package import EventLoop

/// Receives notifications (LISTEN) on its own connection, which is opened again when it breaks.
package final class Notifications {
  package enum Event: Equatable, Sendable {
    /// Listening from now on. Notifications before this are lost, at the start and after a gap, so
    /// the receiver has to read the tables.
    case listening
    case notified(channel: String, payload: String)
    /// All notifications that were sent before this instant have been received.
    case upToDate(asOf: Instant)
  }

  private let loop: EventLoop
  private let settings: PostgresSettings
  private let target: ConnectionString
  private let connector: Connector
  private let channels: [String]
  private let checkInterval: Duration?
  private let receive: (Event) -> Void
  private var connection: Connection?
  private var backOff: BackOff
  private var timer: Timer?
  private var checkTimer: Timer?
  private var isClosed = false

  /// Listens to `channels` until closed; to be called on `loop`, on which `receive` is called.
  ///
  /// With a `checkInterval`, the connection is tested that often, because a broken network
  /// connection looks like one without notifications.
  package init(
    _ target: ConnectionString, channels: [String], checkInterval: Duration? = nil,
    settings: PostgresSettings = PostgresSettings(),
    on loop: EventLoop, receive: @escaping (Event) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.target = target
    self.channels = channels
    self.checkInterval = checkInterval
    self.receive = receive
    connector = Connector(
      target, settings: settings,
      session: SessionSettings(
        preferred: settings.serverSettings, for: target, scope: .session), on: loop)
    backOff = BackOff(settings.backOff, generator: SystemRandomNumberGenerator())
    timer = Timer(on: loop) { [self] in start() }
    checkTimer = Timer(on: loop) { [self] in loop.spawn { await self.checkConnection() } }
    start()
  }

  package func close() {
    isClosed = true
    timer?.disarm()
    timer = nil
    checkTimer?.disarm()
    checkTimer = nil
    connection?.close()
  }

  private func start() { loop.spawn { await self.listen() } }

  private func listen() async {
    do throws(PostgresError) {
      let link = try await connector.connect()
      guard !isClosed else { return }
      let connection = Connection(link, answerTimeout: settings.answerTimeout, on: loop)
      self.connection = connection
      connection.owner = self
      connection.notified = { [self] in receive(.notified(channel: $0, payload: $1)) }
      for channel in channels {
        // LISTEN takes no parameters. A quoted name with its quotes doubled can only be a name.
        let name = channel.split(separator: "\"", omittingEmptySubsequences: false)
        let statement = SQL(unsafeText: "LISTEN \"\(name.joined(separator: "\"\""))\"")
        _ = try await Request(statement, .write).answer { connection.submit($0) }
      }
      backOff.succeeded()
      receive(.listening)
      await checkConnection()
    } catch {
      // The end of a connection arms the timer, in `lost`.
      if let connection { connection.close() } else if timer?.isArmed == false { tryLater() }
    }
  }

  /// Tests the connection with a statement. The server sends earlier notifications before the
  /// answer.
  private func checkConnection() async {
    guard let checkInterval, let connection else { return }
    let asked = loop.now
    // A primary that another one has replaced without its knowledge answers, but commits nothing.
    let sign: SQL = """
      SELECT pg_catalog.pg_is_in_recovery(),
             CASE WHEN \(SQL.commitsWaitForStandby) THEN \(SQL.waitForStandby) END
      """
    let answer = try? await Request(sign, .write).answer { connection.submit($0) }
    guard let answer, connection === self.connection, !isClosed else { return }
    // On a server that has become read-only there are no more notifications.
    if target.wantsWritableServer, (try? answer[0].bool(0)) != false { return connection.close() }
    receive(.upToDate(asOf: asked))
    checkTimer?.arm(after: checkInterval)
  }

  private func tryLater() {
    checkTimer?.disarm()
    connection = nil
    if !isClosed { timer?.arm(after: backOff.failed()) }
  }
}

extension Notifications: ConnectionOwner {
  func finished(on connection: Connection) {}

  func statementsChanged() {}

  func foundReadOnly(_ connection: Connection) {}

  func sendAgain(_ request: Request) {
    request.finish(.failure(.connectionLost(.noEffect, reason: "broken before sending")))
  }

  func lost(_ connection: Connection, unanswered: [Request], because reason: ConnectionLoss) {
    if case .overdue = reason { connector.mistrust(connection.host) }
    for request in unanswered { request.finish(.failure(reason.error(request.outcome))) }
    if self.connection === connection { tryLater() }
  }
}
