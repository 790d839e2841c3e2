import HTTP
import OrderStore
import Orders
import Telemetry

extension Gate {
  /// By what a request shows who sends it.
  enum Proof {
    case token(BearerToken)
    /// The session of a browser, which sends the cookie by itself, whoever makes it do so.
    case session(SessionSecret)

    var isSession: Bool { if case .session = self { true } else { false } }
  }

  /// The proof in a request. A token is preferred: no page of another origin can send one. A
  /// session counts only for a request of our own page.
  func proof(of request: Request, admitsSessions: Bool) throws(Failure) -> Proof {
    guard admitsSessions, !request.hasField("authorization"),
      let session = try SessionCookie.secret(in: request)
    else { return .token(try request.bearerToken()) }
    try hosts.checkSession(request)
    return .session(session)
  }

  func known(_ proof: Proof) -> Caller? {
    switch proof {
    case .token(let token): tokens.known(token)
    case .session(let session): sessions.known(session)
    }
  }

  /// - Parameter isUse: Whether a session is prolonged.
  func find(_ proof: Proof, isUse: Bool = true) async throws(OrderError) -> Caller? {
    switch proof {
    case .token(let token): try await tokens.find(token)
    case .session(let session):
      try await isUse ? sessions.find(session) : sessions.find(unused: session)
    }
  }

  func badProof(_ proof: Proof, from address: ClientAddress) -> Failure {
    switch proof {
    case .token: badToken(from: address)
    case .session: endedSession(from: address)
    }
  }
}

// MARK: - Logging in and out

extension Gate {
  /// What a browser gets that has logged in.
  struct LogIn {
    let session: SessionSecret
    let caller: Caller
    let end: Timestamp
  }

  /// Logs a browser in as the bearer of a token. The session is always a new one, and one that the
  /// browser had before ends: whoever may have planted that does not get in with it.
  func logIn(
    _ token: BearerToken, by request: Request, from address: ClientAddress
  ) async throws -> LogIn {
    try checkPage(request)
    try SessionCookie.requireKept(request)
    guard let caller = try await tokens.find(token) else { throw badToken(from: address) }
    let old = try? SessionCookie.secret(in: request)
    // What is known of the token may be a second old; the session is opened only if it still holds.
    guard let (session, end) = try await sessions.open(as: caller.token, replacing: old) else {
      throw badToken(from: address)
    }
    state.logIns.add()
    return LogIn(session: session, caller: caller, end: end)
  }

  /// Refuses a request that names another host, or that a foreign page makes, where no token is
  /// needed.
  func checkHost(_ request: Request) throws(Failure) {
    try countingForeign { () throws(Failure) in try hosts.check(request, known: lastHost) }
    if !request.authority.elementsEqual(lastHost) { lastHost = Array(request.authority) }
  }

  /// Logs a browser out, if it is logged in.
  func logOut(_ request: Request) async throws {
    // A cookie that is no session has nothing that could be ended.
    guard let session = try? SessionCookie.secret(in: request) else { return }
    try checkPage(request)
    if try await sessions.close(session) { state.logOuts.add() }
  }

  private func checkPage(_ request: Request) throws(Failure) {
    try countingForeign { () throws(Failure) in try hosts.checkPage(request) }
  }

  private func countingForeign(_ check: () throws(Failure) -> Void) throws(Failure) {
    do throws(Failure) {
      try check()
    } catch {
      state.countDenial(.foreign)
      throw error
    }
  }
}

extension Failure {
  /// Whether the request does not come from our own page, or not in the form in which it would.
  var isForeign: Bool {
    switch self {
    case .foreignPage, .misdirected, .notJSON: true
    default: false
    }
  }
}
