import CPQ
import EventLoop
import Glibc

/// Owns a libpq connection.
final class Link {
  let raw: OpaquePointer
  /// Whether there is a pooler before the server.
  fileprivate(set) var isPooled = false
  /// Whether prepared statements can be used.
  fileprivate(set) var keepsStatements = true
  /// The statement that sets the settings in each transaction; nil when they last for the session.
  fileprivate(set) var atTransactionStart: SQL?
  /// The server it was opened to, with its address.
  fileprivate(set) var host = ConnectionString.Host()

  init?(_ keywords: [(String, String)]) {
    // libpq copies the texts.
    var names = keywords.map { strdup($0.0) }.map { UnsafePointer($0) }
    var values = keywords.map { strdup($0.1) }.map { UnsafePointer($0) }
    defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
    names.append(nil)
    values.append(nil)
    guard let raw = PQconnectStartParams(names, values, 0) else { return nil }
    self.raw = raw
    // While connecting: libpq reports the SQLSTATE of a server's refusal only in verbose messages.
    PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
    // By default the server's notices go to standard error.
    PQsetNoticeReceiver(raw, { _, _ in }, nil)
  }

  deinit { PQfinish(raw) }

  /// The value of a server setting; nil for one that the server does not report.
  func parameter(_ name: String) -> String? {
    PQparameterStatus(raw, name).map { String(cString: $0) }
  }

  /// libpq's last error message, in one line, for the log.
  var message: String {
    // libpq puts hints on separate lines. LOCATION is a line in the server's source code.
    String(cString: PQerrorMessage(raw)).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("LOCATION:") }.joined(separator: " ")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension ConnectionString {
  /// No server has this address, and no packet is sent to it.
  private static let unusableAddress = "255.255.255.255"

  /// Refuses option values that libpq does not know: every attempt to connect would fail with them,
  /// as if the database were away. Contacts no server.
  package func refuseUnknownValues() throws(PostgresError) {
    try refuseUnknownNumbers()
    let candidate = ConnectPlan.Candidate(
      host: Host(name: Self.unusableAddress, address: Self.unusableAddress),
      sessionAttributes: sessionAttributes)
    let keywords = keywords(for: candidate, applicationName: "")
    guard let link = Link(keywords) else { throw .unavailable(reason: "out of memory") }
    // If the options are valid, there is no error yet, or the error is about the address.
    guard link.message.isEmpty || link.message.contains(Self.unusableAddress) else {
      throw .configuration(link.message)
    }
  }
}

/// Opens connections without blocking: names are looked up on another thread, servers are tried in
/// turn, each with a deadline.
final class Connector {

  private let target: ConnectionString
  private let settings: PostgresSettings
  private let session: SessionSettings
  let loop: EventLoop
  private let resolver: Resolver
  private var preferred: ConnectionString.Host?
  /// The server that was last slow to connect to; others are tried before it.
  private var slow: ConnectionString.Host?
  /// The server that last left a statement without an answer. It may be hung, or be a primary that
  /// another one has replaced and that waits for its standby. That it accepts a connection does
  /// not speak for it, so it is tried last until another server is mistrusted.
  private(set) var mistrusted: ConnectionString.Host?
  /// Whether the mode of the pooler, if there is one, was found to be usable.
  private var hasCheckedPooler = false

  init(
    _ target: ConnectionString, settings: PostgresSettings, session: SessionSettings,
    on loop: EventLoop
  ) {
    self.target = target
    self.settings = settings
    self.session = session
    self.loop = loop
    let names = Set(target.hosts.filter(\.needsResolving).map(\.name))
    resolver = Resolver(names: names.sorted(), on: loop)
  }

  /// A connection to the first suitable server, with all settings made.
  func connect() async throws(PostgresError) -> Link {
    if let advice = ConnectAdvice(revocationListIn: target.options) {
      throw .unavailable(reason: "\(advice.cause); \(advice.cure)")
    }
    let addresses = await resolver.addresses(within: timeout)
    var plan = ConnectPlan(
      hosts: target.hosts, addresses: addresses, sessionAttributes: target.sessionAttributes,
      preferred: preferred,
      silent: [slow, mistrusted].compactMap(\.self))
    var failure: PostgresError?
    while let candidate = plan.next() {
      let since = loop.now
      do throws(PostgresError) {
        let link = try await connect(to: candidate)
        link.host = candidate.host
        preferred = candidate.host
        if slow == candidate.host { slow = nil }
        return link
      } catch {
        if loop.now >= since + timeout { slow = candidate.host }
        failure = failure?.and(error) ?? error
      }
    }
    throw failure ?? .unavailable(reason: "no host of the connection string has an address")
  }

  /// How long one server may take.
  private var timeout: Duration { target.connectTimeout ?? settings.connectTimeout }

  /// Tries others before this server from now on.
  func mistrust(_ host: ConnectionString.Host) { mistrusted = host }

  /// Checks the mode of the pooler again at the next connection.
  func recheckPooler() { hasCheckedPooler = false }

  private func connect(to candidate: ConnectPlan.Candidate) async throws(PostgresError) -> Link {
    let link = try await open(candidate)
    let session = Session(link, on: loop)
    let process = try await limited(session) { () throws(PostgresError) in
      try await setUp(link, session)
    }
    // A pooler invents the process number that it reports at the start of a connection.
    link.isPooled = process != Int(PQbackendPID(link.raw))
    if link.isPooled, !hasCheckedPooler {
      try await refusePooler(lending: process, to: session, candidate, self.session.scope)
      hasCheckedPooler = true
    }
    session.detach()
    link.keepsStatements = self.session.scope == .session
    link.atTransactionStart = self.session.atTransactionStart
    return link
  }

  /// A connection on which no setting has been made yet.
  func open(_ candidate: ConnectPlan.Candidate) async throws(PostgresError) -> Link {
    let keywords = target.keywords(for: candidate, applicationName: settings.applicationName)
    guard let link = Link(keywords) else { throw .unavailable(reason: "out of memory") }
    let failure = await ConnectAttempt(link, on: loop).run(within: timeout)
    if let failure {
      let reason = reason(of: failure, at: candidate.host)
      guard let refusal = ServerRefusal(connectMessage: failure.message) else {
        throw .unavailable(reason: reason)
      }
      throw .refused(refusal, reason: reason)
    }
    PQsetErrorVerbosity(link.raw, PQERRORS_DEFAULT)
    return link
  }

  /// One sentence; names the server if there are several.
  private func reason(
    of failure: ConnectAttempt.Failure, at host: ConnectionString.Host
  ) -> String {
    let advice = ConnectAdvice(
      failure.message, verdict: failure.verdict, options: target.options)
    guard let advice else { return failure.message }
    let place = "\(host.name.isEmpty ? host.address : host.name):\(host.port): "
    return (target.hosts.count > 1 ? place : "") + "\(advice.cause); \(advice.cure)"
  }

  /// Makes the settings of a connection; returns the number of the server process.
  private func setUp(_ link: Link, _ session: Session) async throws(PostgresError) -> Int {
    // Times would be sent as floating point numbers. Since version 10 it is always "on".
    if let form = link.parameter("integer_datetimes"), form != "on" {
      throw .refused(.settings, reason: "integer_datetimes is \(form) and not on")
    }
    do throws(PostgresError) {
      return try SessionSettings.check(try await session.rows(self.session.statement))
    } catch {
      throw error.whileSettingUp
    }
  }

  /// Runs `body`; closes the session if that takes too long.
  func limited<Value>(
    _ session: Session, _ body: () async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    let timeout = self.timeout
    let deadline = Timer(on: loop) {
      session.close(because: "no answer from the server within \(timeout)")
    }
    deadline.arm(after: timeout)
    defer { deadline.disarm() }
    do throws(PostgresError) {
      return try await body()
    } catch {
      session.close()
      guard case .connectionLost(_, let reason) = error else { throw error }
      throw .unavailable(reason: reason)
    }
  }
}

extension PostgresError {
  /// Combines two failures to connect. A refusal by a server says more than a failure to reach one,
  /// so it determines the kind.
  fileprivate func and(_ other: PostgresError) -> PostgresError {
    func joined(_ first: String, _ second: String) -> String {
      first.split(separator: " / ").contains(second[...]) ? first : "\(first) / \(second)"
    }
    return switch (self, other) {
    case (.unavailable(let first), .unavailable(let second)):
      .unavailable(reason: joined(first, second))
    case (.refused(let refusal, let first), .unavailable(let second)),
      (.unavailable(let first), .refused(let refusal, let second)),
      (.refused(_, let first), .refused(let refusal, let second)):
      .refused(refusal, reason: joined(first, second))
    default: other
    }
  }

  /// Converts the error of a new connection's first statement.
  fileprivate var whileSettingUp: PostgresError {
    switch self {
    case .server(let error) where error.state.isUnavailable:
      .refused(.server(error.state), reason: error.debugDescription)
    // The message may contain the value of a setting, which is not confidential.
    case .server(let error):
      .refused(.settings, reason: "\(error.state.rawValue): \(error.message)")
    case .decoding: .refused(.settings, reason: debugDescription)
    default: self
    }
  }
}

/// Performs the handshake of one connection.
private final class ConnectAttempt: Watcher {
  struct Failure {
    let message: String
    /// OpenSSL's result of verifying the server's certificate; 0 when it is valid.
    var verdict = 0
  }

  private let link: Link
  private let loop: EventLoop
  private var watch: Watch?
  private var waiting: UnsafeContinuation<Failure?, Never>?
  private var verdict = 0

  init(_ link: Link, on loop: EventLoop) {
    self.link = link
    self.loop = loop
  }

  /// Returns the failure; nil when the connection is established.
  func run(within timeout: Duration) async -> Failure? {
    let deadline = Timer(on: loop) { [unowned self] in
      finish("no answer from the server within \(timeout)")
    }
    defer { deadline.disarm() }
    return await withUnsafeContinuation { continuation in
      waiting = continuation
      deadline.arm(after: timeout)
      proceed(PQstatus(link.raw) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING)
    }
  }

  func ready(_ events: IOEvents) {
    // Before libpq continues: it may close this socket and open another with the same number.
    watch?.cancel()
    watch = nil
    let (status, refusal) = CertificateVerdict.recordingRefusal { PQconnectPoll(link.raw) }
    if refusal != 0 { verdict = refusal }
    proceed(status)
  }

  private func proceed(_ status: PostgresPollingStatusType) {
    switch status {
    case PGRES_POLLING_READING: watch = loop.watch(PQsocket(link.raw), for: .read, self)
    case PGRES_POLLING_WRITING: watch = loop.watch(PQsocket(link.raw), for: .write, self)
    case PGRES_POLLING_OK: finish(PQsetnonblocking(link.raw, 1) == 0 ? nil : link.message)
    default: finish(link.message)
    }
  }

  private func finish(_ message: String?) {
    watch?.cancel()
    watch = nil
    waiting?.resume(returning: message.map { Failure(message: $0, verdict: verdict) })
    waiting = nil
  }
}
