package import HTTP
import OrderService
import OrderStore
import Orders

/// Finds the route of a request, admits the caller, and runs the handler. Every failure is
/// explained in the form of the contract in which it happened.
package final class Router {
  private let mounts: [Mount]
  private let tree: RouteTree
  private let services: Services
  private let gate: Gate?
  private let compressor: AnswerCompressor
  private let report: (any Error, RequestID) -> Void

  /// A router for one port, on one event loop.
  ///
  /// - Parameters:
  ///   - mounts: Of those at one path, the first answers requests that fit no route.
  ///   - services: Given to the handlers.
  ///   - gate: Decides who may use a route; without one, only routes for anyone are served.
  ///   - nextTurn: Waits until the other tasks of the loop have had a turn; awaited within long
  ///     work.
  ///   - report: Called with every failure that is the service's own fault, for the log.
  package init(
    _ mounts: [Mount], services: Services, gate: Gate? = nil,
    nextTurn: @escaping () async -> Void = {},
    report: @escaping (any Error, RequestID) -> Void
  ) {
    self.mounts = mounts
    self.services = services
    self.gate = gate
    self.report = report
    compressor = AnswerCompressor(nextTurn: nextTurn)
    var tree = RouteTree()
    for mount in mounts {
      for route in mount.contract.routes { tree.insert(.init(route, mount)) }
    }
    self.tree = tree
  }

  /// The reply to a request.
  package func reply(to request: Request, id: RequestID, from address: ClientAddress) -> Reply {
    if request.method == .options, request.path.elementsEqual("*".utf8) {
      return .now(.allowing(tree.allowed))
    }
    guard let found = tree.find(request.path) else {
      return .now(refuse(.unknownRoute, request, id: id))
    }
    guard let entry = found.endpoint.entry(for: request.method) else {
      let other = found.endpoint.entries[0]
      guard request.method != .options else {
        return .now(.allowing(found.endpoint.allowed), route: other.template)
      }
      let failure = Failure.methodNotAllowed(allowed: found.endpoint.allowed)
      return .now(explain(failure, other.mount, request, id), route: other.template)
    }
    let call = Call(
      request: request, id: id, entry: entry, values: found.values, address: address)
    return compressor.compressed(reply(entry, call, from: address), for: request)
  }

  /// The answer to a request that reached no route. It comes from the contract with the deepest
  /// mount that covers the path, or from the port's first contract when nothing was read.
  package func refuse(_ failure: Failure, _ request: Request?, id: RequestID) -> Response {
    let covering = mounts.filter { $0.path.covers(request?.path ?? []) }
    let deepest = covering.map(\.path.segments.count).max() ?? 0
    let mount = covering.first { $0.path.segments.count == deepest } ?? mounts[0]
    return mount.contract.explain(failure, context(mount, request, id))
  }

  private func reply(
    _ entry: RouteTree.Entry, _ call: Call, from address: ClientAddress
  ) -> Reply {
    switch admit(call, from: address) {
    case .decided(let decision):
      switch decision.result {
      case .success(let pass): return reply(entry, call, pass, from: address)
      case .failure(let failure):
        return .now(
          explain(failure, entry.mount, call.request, call.id).with(nil, for: decision.caller),
          route: entry.template)
      }
    case .needsLookup(let lookup):
      // Nobody knows yet whose token it is.
      return reply(entry, call, of: .address(address)) {
        var caller: Caller?
        var pass: Gate.Pass?
        return await self.answer(entry, call) {
          let decision = try await lookup()
          caller = decision.caller
          let granted = try decision.result.get()
          pass = granted
          return try await self.answerReading(entry, call.by(granted.caller))
        }.with(pass, for: caller)
      }
    }
  }

  private func admit(_ call: Call, from address: ClientAddress) -> Gate.Verdict {
    let access = call.entry.route.access
    if let gate {
      return gate.admit(
        call.request, to: access, from: address, admitsSessions: call.contract.admitsSessions)
    }
    return .decided(
      Gate.Decision(
        result: access == .anyone
          ? .success(Gate.Pass(caller: nil)) : .failure(.unauthenticated(hasToken: false))))
  }

  private func reply(
    _ entry: RouteTree.Entry, _ call: Call, _ pass: Gate.Pass, from address: ClientAddress
  ) -> Reply {
    let call = call.by(pass.caller)
    if let handle = entry.route.handleImmediately, !call.mayPreferDryRun {
      var response: Response
      do {
        response = try handle(call, services)
      } catch {
        response = explain(error, entry.mount, call.request, call.id)
      }
      return .now(response.with(pass, for: pass.caller), route: entry.template)
    }
    let sender: Sender = pass.caller.map { .token($0.token) } ?? .address(address)
    let isPlain = !call.isKeyed && !call.mayPreferDryRun
    guard !isPlain || entry.mount.contract.wrapper != nil else {
      return reply(entry, call, of: sender) {
        do {
          let response = try await call.reading(with: self.services.copies) {
            try await entry.route.handle(call, self.services)
          }
          self.noteWrite(entry)
          return response.with(pass, for: pass.caller)
        } catch {
          return self.explain(error, entry.mount, call.request, call.id)
            .with(pass, for: pass.caller)
        }
      }
    }
    return reply(entry, call, of: sender) {
      await self.answer(entry, call) { try await self.answerReading(entry, call) }
        .with(pass, for: pass.caller)
    }
  }

  private func reply(
    _ entry: RouteTree.Entry, _ call: Call, of sender: Sender,
    _ handler: @escaping () async -> Response
  ) -> Reply {
    entry.route.follows(call)
      ? .follow(route: entry.template, handler)
      : .later(route: entry.template, demand: entry.route.demand(call, of: sender), handler)
  }

  /// Reports a write, so that its events soon get positions in the feed.
  private func noteWrite(_ entry: RouteTree.Entry) {
    if entry.route.method != .get { services.feedSignal.eventsWritten() }
  }

  /// The answer that `work` makes, wrapped as the contract wants it, or the explanation of a
  /// failure.
  private func answer(
    _ entry: RouteTree.Entry, _ call: Call, _ work: () async throws -> Response
  ) async -> Response {
    do {
      guard let wrapper = entry.mount.contract.wrapper else { return try await work() }
      return try await wrapper(call, services, work)
    } catch {
      return explain(error, entry.mount, call.request, call.id)
    }
  }

  /// The answer to a call, read from the copy that the route and the caller allow.
  private func answerReading(_ entry: RouteTree.Entry, _ call: Call) async throws -> Response {
    try await call.reading(with: services.copies) { try await answerOnce(entry, call) }
  }

  /// The answer to a call. For a call with an idempotency key it is stored, and a repetition gets
  /// the stored one.
  private func answerOnce(_ entry: RouteTree.Entry, _ call: Call) async throws -> Response {
    if call.mayPreferDryRun, try call.prefersDryRun() { return try await answerDry(entry, call) }
    defer { noteWrite(entry) }
    guard call.isKeyed else { return try await entry.route.handle(call, services) }
    let mount = entry.mount.path
    // The response of the last run, which is the one that is stored.
    var given: Response?
    let outcome = try await services.answers.answer(
      call.keyed(below: mount), gathering: entry.route.write
    ) {
      let response = try await entry.route.handle(call, services)
      given = response
      return StoredAnswer(response, below: mount)
    } refusal: { error in
      guard Failure(error).code.entry.isStored else { return nil }
      let response = explain(error, entry.mount, call.request, call.id)
      given = response
      return StoredAnswer(response, below: mount)
    }
    switch outcome {
    case .answered(let answer): return given ?? Response(answer, below: mount)
    case .replayed(let answer):
      var response = Response(answer, below: mount)
      response.fields.append(Field("Idempotent-Replayed", "true"))
      return response
    case .otherRequest: throw Failure.idempotencyKeyReused
    case .underWay: throw Failure.idempotencyKeyUnderWay
    }
  }

  /// The answer to a call that has no effect. Its key, if it has one, is neither used nor looked
  /// up.
  private func answerDry(_ entry: RouteTree.Entry, _ call: Call) async throws -> Response {
    guard entry.route.dryRun == .rolledBack else { throw Failure.noDryRun }
    if call.isKeyed { _ = try call.keyed(below: entry.mount.path) }
    var response: Response
    do {
      response = try await services.dryRuns.run { try await entry.route.handle(call, services) }
    } catch {
      response = explain(error, entry.mount, call.request, call.id)
    }
    response.fields.append(.dryRunApplied)
    return response
  }

  private func explain(
    _ error: any Error, _ mount: Mount, _ request: Request, _ id: RequestID
  ) -> Response {
    let failure = Failure(error)
    if failure.code.entry.isOurFault { report(error, id) }
    return mount.contract.explain(failure, context(mount, request, id))
  }

  private func context(_ mount: Mount, _ request: Request?, _ id: RequestID) -> FailureContext {
    FailureContext(id: id, request: request, mount: mount.path, mainAddress: services.address)
  }
}

extension Response {
  /// An answer with the methods that may be used. It has no CORS fields, so browsers block pages of
  /// other origins.
  fileprivate static func allowing(_ methods: [Method]) -> Response {
    let names = methods.map(\.name).joined(separator: ", ")
    return Response(.noContent, fields: [Field("Allow", names)])
  }

  /// The same answer with what the pass adds, and with the number of the caller's token for the
  /// log.
  fileprivate func with(_ pass: Gate.Pass?, for caller: Caller?) -> Response {
    guard caller != nil || pass?.fields.isEmpty == false else { return self }
    var response = self
    response.fields += pass?.fields ?? []
    if pass?.isBySession == true { response.caching = .never }
    response.caller = caller?.token
    return response
  }
}
