import HTTP
package import OrderStore
import Orders

/// Decides who comes through to a handler. It stands in the router, before every route, so that no
/// contract can forget it; what a bearer sees behind it is the handler's business.
package final class Gate {
  /// Whether a token is asked for.
  package enum Mode: Sendable {
    /// Only where it must be known whose things are meant. A token is not even looked at elsewhere:
    /// whoever is not let through with it would be without it. Foreign pages are kept out.
    case open
    /// Everywhere but on routes that are open to anyone.
    case tokens
  }

  /// Who came through, and what he is told beside the answer.
  struct Pass {
    let caller: Caller?
    var fields: [Field] = []
  }

  /// Whether somebody comes through, and who it is, if that is known.
  struct Decision {
    var caller: Caller?
    let result: Result<Pass, Failure>
  }

  /// What becomes of a request.
  enum Verdict {
    case decided(Decision)
    /// The token must be looked up, which says more; that may be done several times.
    case unknown(look: () async throws -> Decision)
  }

  private let mode: Mode
  private let hosts: OwnHosts
  private let tokens: TokenRepository
  private let visitors: Visitors
  private let now: () -> Duration

  /// A gate of one loop, whose clock never goes back. The visitors are those of all loops; the
  /// hosts matter in open mode only.
  package init(
    _ mode: Mode, hosts: OwnHosts = OwnHosts(), tokens: TokenRepository, visitors: Visitors,
    now: @escaping () -> Duration
  ) {
    self.mode = mode
    self.hosts = hosts
    self.tokens = tokens
    self.visitors = visitors
    self.now = now
  }

  /// Looks at a request, and at nothing outside the process.
  func admit(_ request: Request, to access: Access, from address: ClientAddress) -> Verdict {
    switch access {
    case .anyone: return .decided(Decision(result: .success(Pass(caller: nil))))
    case .roles, .customer: break
    }
    if mode == .open {
      do throws(Failure) {
        try hosts.check(request)
      } catch {
        visitors.refused(.foreign)
        return .decided(Decision(result: .failure(error)))
      }
      if case .roles = access {
        return .decided(Decision(result: pass(nil, as: .address(address))))
      }
    }
    do throws(Failure) {
      let token = try request.bearerToken()
      if let caller = tokens.known(token) { return .decided(admit(caller, to: access)) }
      return .unknown {
        guard let caller = try await self.tokens.find(token) else {
          throw self.badToken(from: address)
        }
        return self.admit(caller, to: access)
      }
    } catch .unauthenticated(hasToken: true) {
      return .decided(Decision(result: .failure(badToken(from: address))))
    } catch {
      visitors.refused(.withoutToken)
      return .decided(Decision(result: .failure(error)))
    }
  }

  private func admit(_ caller: Caller, to access: Access) -> Decision {
    // Before a request is counted: saying so costs no more than saying that there were too many.
    guard access.allows(caller.role) else {
      visitors.refused(.role)
      return Decision(caller: caller, result: .failure(.forbidden))
    }
    return Decision(caller: caller, result: pass(caller, as: .token(caller.token)))
  }

  private func pass(_ caller: Caller?, as sender: Sender) -> Result<Pass, Failure> {
    guard let allowance = visitors.allowance(of: sender, at: now()) else {
      return .success(Pass(caller: caller))
    }
    guard allowance.isGranted else {
      visitors.refused(.rate)
      return .failure(.tooManyRequests(allowance))
    }
    return .success(Pass(caller: caller, fields: allowance.fields))
  }

  private func badToken(from address: ClientAddress) -> Failure {
    guard let wait = visitors.badToken(from: address, at: now()) else {
      visitors.refused(.badToken)
      return .unauthenticated(hasToken: true)
    }
    visitors.refused(.badTokenTooSoon)
    return .tooManyBadTokens(wait: wait)
  }
}
