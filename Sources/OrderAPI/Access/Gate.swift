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

  private let mode: Mode
  private let hosts: OwnHosts
  private let tokens: TokenRepository
  private let state: AccessState
  private let now: () -> Duration

  /// A gate of one event loop.
  ///
  /// - Parameters:
  ///   - hosts: The hosts that requests may name in open mode.
  ///   - state: Shared by the gates of all loops.
  ///   - now: A clock that never goes back.
  package init(
    _ mode: Mode, hosts: OwnHosts = OwnHosts(), tokens: TokenRepository, state: AccessState,
    now: @escaping () -> Duration
  ) {
    self.mode = mode
    self.hosts = hosts
    self.tokens = tokens
    self.state = state
    self.now = now
  }

  /// Decides about a request from what is in memory, if that is enough.
  func admit(_ request: Request, to access: Access, from address: ClientAddress) -> Verdict {
    switch access {
    case .anyone: return .decided(Decision(result: .success(Pass(caller: nil))))
    case .roles, .customer: break
    }
    if mode == .open {
      do throws(Failure) {
        try hosts.check(request)
      } catch {
        state.countDenial(.foreign)
        return .decided(Decision(result: .failure(error)))
      }
      if case .roles = access {
        return .decided(Decision(result: pass(nil, as: .address(address))))
      }
    }
    do throws(Failure) {
      let token = try request.bearerToken()
      if let caller = tokens.known(token) { return .decided(admit(caller, to: access)) }
      return .needsLookup {
        guard let caller = try await self.tokens.find(token) else {
          throw self.badToken(from: address)
        }
        return self.admit(caller, to: access)
      }
    } catch .unauthenticated(hasToken: true) {
      return .decided(Decision(result: .failure(badToken(from: address))))
    } catch {
      state.countDenial(.withoutToken)
      return .decided(Decision(result: .failure(error)))
    }
  }

  /// Whether the caller of an admitted request would be admitted again. This does not count as a
  /// request. While the database cannot be asked, the answer is yes.
  package func stillAdmits(_ request: Request, to access: Access) async -> Bool {
    if mode == .open, case .roles = access { return true }
    do {
      let token = try request.bearerToken()
      if let caller = tokens.known(token) { return access.allows(caller.role) }
      guard let caller = try await tokens.find(token) else { return false }
      return access.allows(caller.role)
    } catch is Failure {
      return false
    } catch {
      return true
    }
  }

  private func admit(_ caller: Caller, to access: Access) -> Decision {
    // Checked before the request is counted against the rate: a denial costs no more than an answer
    // that says the rate is used up.
    guard access.allows(caller.role) else {
      state.countDenial(.role)
      return Decision(caller: caller, result: .failure(.forbidden))
    }
    return Decision(caller: caller, result: pass(caller, as: .token(caller.token)))
  }

  private func pass(_ caller: Caller?, as sender: Sender) -> Result<Pass, Failure> {
    guard let allowance = state.allowance(of: sender, at: now()) else {
      return .success(Pass(caller: caller))
    }
    guard allowance.isGranted else {
      state.countDenial(.rate)
      return .failure(.tooManyRequests(allowance))
    }
    return .success(Pass(caller: caller, fields: allowance.fields))
  }

  private func badToken(from address: ClientAddress) -> Failure {
    guard let wait = state.badToken(from: address, at: now()) else {
      state.countDenial(.badToken)
      return .unauthenticated(hasToken: true)
    }
    state.countDenial(.badTokenTooSoon)
    return .tooManyBadTokens(wait: wait)
  }
}
