import CCrypto
import CPQ
import EventLoop
import Glibc

/// Owns one of libpq's connections.
final class Link {
  let raw: OpaquePointer
  /// Whether it leads to a pooler, and from there to a server.
  fileprivate(set) var isPooled = false
  /// Whether what is prepared on it stays there.
  fileprivate(set) var keepsStatements = true
  /// What has to be set anew for each transaction.
  fileprivate(set) var atTransactionStart: SQL?

  init?(_ keywords: [(String, String)]) {
    // libpq copies what it is given.
    var names = keywords.map { strdup($0.0) }.map { UnsafePointer($0) }
    var values = keywords.map { strdup($0.1) }.map { UnsafePointer($0) }
    defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
    names.append(nil)
    values.append(nil)
    guard let raw = PQconnectStartParams(names, values, 0) else { return nil }
    self.raw = raw
    // Until it is connected: only so libpq tells by which state a server refuses us.
    PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
    // The server's notices would go to standard error.
    PQsetNoticeReceiver(raw, { _, _ in }, nil)
  }

  deinit { PQfinish(raw) }

  /// What the server reported of one of its settings; nil for one that it does not report.
  func parameter(_ name: String) -> String? {
    PQparameterStatus(raw, name).map { String(cString: $0) }
  }

  /// What libpq has to say about its last failure; for the log.
  var message: String {
    // libpq ends its sentences with line feeds and sets hints on lines of their own; where in its
    // source the server failed is of no use to anybody.
    String(cString: PQerrorMessage(raw)).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("LOCATION:") }.joined(separator: " ")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension ConnectionString {
  /// No server has this address, and no packet leaves for it.
  private static let nobody = "255.255.255.255"

  /// Refuses a value that libpq does not know: each attempt to connect would fail with it, as if
  /// the database were away for ever. Asks no server.
  package func refuseUnknownValues() throws(PostgresError) {
    try refuseUnknownNumbers()
    let candidate = ConnectPlan.Candidate(
      host: Host(name: Self.nobody, address: Self.nobody), sessionAttributes: sessionAttributes)
    let keywords = keywords(for: candidate, applicationName: "")
    guard let link = Link(keywords) else { throw .unavailable(reason: "out of memory") }
    // An attempt that comes as far as the network says where to, or has not failed yet.
    guard link.message.isEmpty || link.message.contains(Self.nobody) else {
      throw .configuration(link.message)
    }
  }
}

/// Opens connections without blocking: names are resolved off the loop, servers are tried in turn,
/// each with a deadline.
final class Connector {
  /// How often a handshake is repeated to see what is wrong with the server's certificate.
  private static let handshakesMax = 5

  private let target: ConnectionString
  private let settings: PostgresSettings
  private let session: SessionSettings
  let loop: EventLoop
  private let resolver: Resolver
  private var preferred: ConnectionString.Host?
  /// Whether the pooler before the server, if there is one, was seen to lend connections as whole
  /// sessions.
  private var knowsPooler = false

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

  /// A connection to the first server that will do, set up and non-blocking.
  func connect() async throws(PostgresError) -> Link {
    if let advice = ConnectAdvice(revocationListIn: target.options) {
      throw .unavailable(reason: "\(advice.cause); \(advice.cure)")
    }
    let addresses = await resolver.addresses(within: timeout)
    var plan = ConnectPlan(
      hosts: target.hosts, addresses: addresses, sessionAttributes: target.sessionAttributes,
      preferred: preferred)
    var failure: PostgresError?
    while let candidate = plan.next() {
      do throws(PostgresError) {
        let link = try await connect(to: candidate)
        preferred = candidate.host
        return link
      } catch {
        failure = failure?.and(error) ?? error
      }
    }
    throw failure ?? .unavailable(reason: "no host of the connection string has an address")
  }

  /// How long one server may take.
  private var timeout: Duration { target.connectTimeout ?? settings.connectTimeout }

  /// Looks again at the next connection what kind of pooler it is.
  func doubtPooler() { knowsPooler = false }

  private func connect(to candidate: ConnectPlan.Candidate) async throws(PostgresError) -> Link {
    let link = try await open(candidate)
    let session = Session(link, on: loop)
    let process = try await limited(session) { () throws(PostgresError) in
      try await setUp(link, session)
    }
    // A pooler makes up the number that it gives us at the start.
    link.isPooled = process != Int(PQbackendPID(link.raw))
    if link.isPooled, !knowsPooler {
      try await refusePooler(lending: process, to: session, candidate, self.session.scope)
      knowsPooler = true
    }
    session.letGo()
    link.keepsStatements = self.session.scope == .session
    link.atTransactionStart = self.session.atTransactionStart
    return link
  }

  /// A connection as the server gives it.
  func open(_ candidate: ConnectPlan.Candidate) async throws(PostgresError) -> Link {
    let keywords = target.keywords(for: candidate, applicationName: settings.applicationName)
    var link: Link
    var failure: ConnectAttempt.Failure?
    var attempts = 0
    repeat {
      guard let next = Link(keywords) else { throw .unavailable(reason: "out of memory") }
      link = next
      failure = await ConnectAttempt(link, on: loop).run(within: timeout)
      attempts += 1
    } while failure?.lacksVerdict == true && attempts < Self.handshakesMax
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

  /// One sentence, which says of several servers which one is meant.
  private func reason(
    of failure: ConnectAttempt.Failure, at host: ConnectionString.Host
  ) -> String {
    let advice = ConnectAdvice(
      failure.message, verdict: failure.verdict, options: target.options)
    guard let advice else { return failure.message }
    let place = "\(host.name.isEmpty ? host.address : host.name):\(host.port): "
    return (target.hosts.count > 1 ? place : "") + "\(advice.cause); \(advice.cure)"
  }

  /// Sets what a connection needs, or refuses the server; the number of the server's process.
  private func setUp(_ link: Link, _ session: Session) async throws(PostgresError) -> Int {
    // Times would come as floating point numbers; no server since version 10 says anything else.
    if let form = link.parameter("integer_datetimes"), form != "on" {
      throw .refused(.settings, reason: "integer_datetimes is \(form) and not on")
    }
    do throws(PostgresError) {
      return try SessionSettings.check(try await session.rows(self.session.statement))
    } catch {
      throw error.whileSettingUp
    }
  }

  /// Runs `body`; a session that is not done in time is closed.
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
  /// Two failures to connect as one. A server that answers tells the cause, so its kind holds.
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

  /// What a failure of a new connection's first statement means.
  fileprivate var whileSettingUp: PostgresError {
    switch self {
    case .server(let error) where error.state.isUnavailable:
      .refused(.server(error.state), reason: error.debugDescription)
    // What is wrong with a setting is its value, which nobody's data is.
    case .server(let error):
      .refused(.settings, reason: "\(error.state.rawValue): \(error.message)")
    case .decoding: .refused(.settings, reason: debugDescription)
    default: self
    }
  }
}

/// Takes one connection through its handshake.
private final class ConnectAttempt: Watcher {
  /// Why it failed.
  struct Failure {
    let message: String
    /// What OpenSSL has against the server's certificate; 0 when nothing.
    var verdict = 0

    /// Whether the certificate did not pass and nobody saw why: a server that answers at once is
    /// refused before `tls` is held.
    var lacksVerdict: Bool { verdict == 0 && message.contains("certificate verify failed") }
  }

  private let link: Link
  private let loop: EventLoop
  private var watch: Watch?
  private var waiting: UnsafeContinuation<Failure?, Never>?
  /// OpenSSL's side of the connection. Held, because libpq lets go of it when it fails, and says
  /// only that the certificate did not pass.
  private var tls: OpaquePointer?

  init(_ link: Link, on loop: EventLoop) {
    self.link = link
    self.loop = loop
  }

  deinit { SSL_free(tls) }

  /// Why it failed; nil when the connection stands.
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
    // Before libpq goes on: it may close this socket and open another, under the same number.
    watch?.cancel()
    watch = nil
    proceed(PQconnectPoll(link.raw))
    if watch != nil, let current = PQsslStruct(link.raw, "OpenSSL") { hold(OpaquePointer(current)) }
  }

  /// The handshake waits for the server at least once before it sees its certificate.
  private func hold(_ current: OpaquePointer) {
    guard current != tls, SSL_up_ref(current) == 1 else { return }
    SSL_free(tls)
    tls = current
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
    waiting?.resume(
      returning: message.map {
        Failure(message: $0, verdict: tls.map { SSL_get_verify_result($0) } ?? 0)
      })
    waiting = nil
  }
}
