package import HTTP
package import OrderStore
import Orders

/// Decides whether a request may reach its handler. The router asks it for every route, so no
/// contract can forget to. Which data the caller may see is the handler's responsibility.
package final class Gate {
  /// Which routes need a token.
  package enum Mode: Sendable {
    /// Only those for customers, as the token says whose orders are meant. On other routes the
    /// token is not read, as the request would be admitted without it. Pages of other origins are
    /// denied.
    case open
    /// All routes except those for anyone.
    case tokens
  }

  /// What an admitted request gets: its caller, and fields for the answer.
  struct Pass {
    let caller: Caller?
    var fields: [Field] = []
    /// Whether a browser's session was the proof. What it is answered must not be kept by the
    /// browser: the next person at the same machine could find it.
    var isBySession = false
  }

  /// Whether a request is admitted, and its caller, if known.
  struct Decision {
    var caller: Caller?
    let result: Result<Pass, Failure>
  }

  /// The result of the first look at a request.
  enum Verdict {
    case decided(Decision)
    /// The token must be looked up in the database. The closure may be called several times.
    case needsLookup(() async throws -> Decision)
  }

  let mode: Mode
  let hosts: OwnHosts
  package let tokens: TokenRepository
  let sessions: SessionRepository
  let state: AccessState
  private let now: () -> Duration
  /// The host that the last admitted request named; nearly all name the same.
  var lastHost: [UInt8] = []

  /// A gate of one event loop.
  ///
  /// - Parameters:
  ///   - hosts: The hosts that requests may name in open mode.
  ///   - state: Shared by the gates of all loops.
  ///   - now: A clock that never goes back.
  package init(
    _ mode: Mode, hosts: OwnHosts = OwnHosts(), tokens: TokenRepository,
    sessions: SessionRepository, state: AccessState, now: @escaping () -> Duration
  ) {
    self.mode = mode
    self.hosts = hosts
    self.tokens = tokens
    self.sessions = sessions
    self.state = state
    self.now = now
  }

  /// Decides about a request from what is in memory, if that is enough.
  ///
  /// - Parameter admitsSessions: Whether the contract is one that browsers may use by a session.
  func admit(
    _ request: Request, to access: Access, from address: ClientAddress,
    admitsSessions: Bool = false
  ) -> Verdict {
    switch access {
    case .anyone: return .decided(Decision(result: .success(Pass(caller: nil))))
    case .roles, .customer: break
    }
    if mode == .open {
      do throws(Failure) {
        try checkHost(request)
      } catch {
        return .decided(Decision(result: .failure(error)))
      }
      if case .roles = access {
        return .decided(Decision(result: pass(nil, as: .address(address))))
      }
    }
    do throws(Failure) {
      let proof = try proof(of: request, admitsSessions: admitsSessions)
      if let caller = known(proof) { return .decided(admit(caller, by: proof, to: access)) }
      return .needsLookup {
        guard let caller = try await self.find(proof) else {
          throw self.badProof(proof, from: address)
        }
        return self.admit(caller, by: proof, to: access)
      }
    } catch .unauthenticated(hasToken: true) {
      return .decided(Decision(result: .failure(badToken(from: address))))
    } catch .sessionEnded {
      return .decided(Decision(result: .failure(endedSession(from: address))))
    } catch {
      state.countDenial(error.isForeign ? .foreign : .withoutToken)
      return .decided(Decision(result: .failure(error)))
    }
  }

  /// Whether the caller of an admitted request of the own API would be admitted again. This does
  /// not count as a request. While the database cannot be asked, the answer is yes.
  package func stillAdmits(_ request: Request, to access: Access) async -> Bool {
    if mode == .open, case .roles = access { return true }
    do {
      let proof = try proof(of: request, admitsSessions: true)
      if let caller = known(proof) { return access.allows(caller.role) }
      guard let caller = try await find(proof, isUse: false) else { return false }
      return access.allows(caller.role)
    } catch is Failure {
      return false
    } catch {
      return true
    }
  }

  private func admit(_ caller: Caller, by proof: Proof, to access: Access) -> Decision {
    // Checked before the request is counted against the rate: a denial costs no more than an answer
    // that says the rate is used up.
    guard access.allows(caller.role) else {
      state.countDenial(.role)
      return Decision(caller: caller, result: .failure(.forbidden))
    }
    return Decision(
      caller: caller, result: pass(caller, as: .token(caller.token), isBySession: proof.isSession))
  }

  private func pass(
    _ caller: Caller?, as sender: Sender, isBySession: Bool = false
  ) -> Result<Pass, Failure> {
    guard let allowance = state.allowance(of: sender, at: now()) else {
      return .success(Pass(caller: caller, isBySession: isBySession))
    }
    guard allowance.isGranted else {
      state.countDenial(.rate)
      return .failure(.tooManyRequests(allowance))
    }
    return .success(Pass(caller: caller, fields: allowance.fields, isBySession: isBySession))
  }

  /// Counts a bad token of an address; the failure to answer with.
  func badToken(from address: ClientAddress) -> Failure {
    refusal(.unauthenticated(hasToken: true), as: .badToken, from: address)
  }

  /// The same for a session that is unknown or has ended.
  func endedSession(from address: ClientAddress) -> Failure {
    refusal(.sessionEnded, as: .endedSession, from: address)
  }

  private func refusal(
    _ failure: Failure, as denial: AccessState.Denial, from address: ClientAddress
  ) -> Failure {
    guard let wait = state.badToken(from: address, at: now()) else {
      state.countDenial(denial)
      return failure
    }
    state.countDenial(.badTokenTooSoon)
    return .tooManyBadTokens(wait: wait)
  }
}
