import CPQ
import EventLoop
import Glibc

/// Owns one of libpq's connections.
final class Link {
  let raw: OpaquePointer

  fileprivate init?(_ keywords: [(String, String)]) {
    // libpq copies what it is given.
    var names = keywords.map { strdup($0.0) }.map { UnsafePointer($0) }
    var values = keywords.map { strdup($0.1) }.map { UnsafePointer($0) }
    defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
    names.append(nil)
    values.append(nil)
    guard let raw = PQconnectStartParams(names, values, 0) else { return nil }
    self.raw = raw
    // The server's notices would go to standard error.
    PQsetNoticeReceiver(raw, { _, _ in }, nil)
  }

  deinit { PQfinish(raw) }

  /// What libpq has to say about its last failure; for the log.
  var message: String {
    // libpq ends its sentences with line feeds and sets hints on lines of their own.
    String(cString: PQerrorMessage(raw)).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }
}

extension ConnectionString {
  /// No server has this address, and no packet leaves for it.
  private static let nobody = "255.255.255.255"

  /// Refuses a value that libpq does not know: each attempt to connect would fail with it, as if
  /// the database were away for ever. Asks no server.
  public func refuseUnknownValues() throws(PostgresError) {
    let candidate = ConnectPlan.Candidate(
      host: Host(name: Self.nobody, address: Self.nobody), sessionAttributes: sessionAttributes)
    let keywords = keywords(for: candidate, serverOptions: "", applicationName: "")
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
  private let target: ConnectionString
  private let settings: PostgresSettings
  private let serverOptions: String
  private let loop: EventLoop
  private let resolver: Resolver
  private var preferred: ConnectionString.Host?

  init(
    _ target: ConnectionString, settings: PostgresSettings, serverOptions: String,
    on loop: EventLoop
  ) {
    self.target = target
    self.settings = settings
    self.serverOptions = serverOptions
    self.loop = loop
    let names = Set(target.hosts.filter(\.needsResolving).map(\.name))
    resolver = Resolver(names: names.sorted(), on: loop)
  }

  /// A connection to the first server that will do, ready and non-blocking.
  func connect() async throws(PostgresError) -> Link {
    let addresses = await resolver.addresses(within: settings.connectTimeout)
    var plan = ConnectPlan(
      hosts: target.hosts, addresses: addresses, sessionAttributes: target.sessionAttributes,
      preferred: preferred)
    var reason = "no host of the connection string has an address"
    while let candidate = plan.next() {
      let keywords = target.keywords(
        for: candidate, serverOptions: serverOptions, applicationName: settings.applicationName)
      guard let link = Link(keywords) else { throw .unavailable(reason: "out of memory") }
      let attempt = ConnectAttempt(link, on: loop)
      guard let failure = await attempt.run(within: settings.connectTimeout) else {
        preferred = candidate.host
        return link
      }
      reason = failure
    }
    throw .unavailable(reason: reason)
  }
}

/// Takes one connection through its handshake.
private final class ConnectAttempt: Watcher {
  private let link: Link
  private let loop: EventLoop
  private var watch: Watch?
  private var waiting: UnsafeContinuation<String?, Never>?

  init(_ link: Link, on loop: EventLoop) {
    self.link = link
    self.loop = loop
  }

  /// Why it failed; nil when the connection stands.
  func run(within timeout: Duration) async -> String? {
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

  func ready(_ readiness: Readiness) {
    // Before libpq goes on: it may close this socket and open another, under the same number.
    watch?.cancel()
    watch = nil
    proceed(PQconnectPoll(link.raw))
  }

  private func proceed(_ status: PostgresPollingStatusType) {
    switch status {
    case PGRES_POLLING_READING: watch = loop.watch(PQsocket(link.raw), for: .read, self)
    case PGRES_POLLING_WRITING: watch = loop.watch(PQsocket(link.raw), for: .write, self)
    case PGRES_POLLING_OK: finish(PQsetnonblocking(link.raw, 1) == 0 ? nil : link.message)
    default: finish(link.message)
    }
  }

  private func finish(_ failure: String?) {
    watch?.cancel()
    watch = nil
    waiting?.resume(returning: failure)
    waiting = nil
  }
}
