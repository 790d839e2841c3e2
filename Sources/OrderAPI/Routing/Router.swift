package import HTTP
package import OrderService
import Orders

/// Finds the route for a request and makes sure that whatever happens there is answered in the
/// envelope of the contract it happened in.
package final class Router {
  /// What became of a request.
  package enum Reply {
    /// The answer.
    case now(Response)
    /// What to wait for.
    case later(() async -> Response)
  }

  /// A set of routes and where it is mounted.
  package typealias Mount = (path: PathPattern, set: RouteSet)

  private let mounts: [Mount]
  private let tree: RouteTree
  private let gate: Gate?
  private let answers: IdempotentAnswers?
  private let coder: AnswerCoder
  private let report: (any Error, RequestID) -> Void

  /// A router for one port.
  ///
  /// - Parameters:
  ///   - mounts: The first of those that share a path speaks for what nobody offers there.
  ///   - gate: Decides who may use a route; without one only what is open to anyone is served.
  ///   - answers: What gives keyed requests one answer; without it nobody heeds their keys.
  ///   - nextTurn: Waits until everything else on the loop has had its turn, in the middle of what
  ///     takes long.
  ///   - report: Is told of every failure that is our own fault, for the log.
  package init(
    _ mounts: [Mount], gate: Gate? = nil, answers: IdempotentAnswers? = nil,
    nextTurn: @escaping () async -> Void = {},
    report: @escaping (any Error, RequestID) -> Void
  ) {
    self.mounts = mounts
    self.gate = gate
    self.answers = answers
    self.report = report
    coder = AnswerCoder(nextTurn: nextTurn)
    var tree = RouteTree()
    for mount in mounts {
      for route in mount.set.routes { tree.insert(.init(route, mount)) }
    }
    self.tree = tree
  }

  /// The route's template and the reply of the handler; no template when there is no such route.
  package func reply(
    to request: Request, id: RequestID, from address: ClientAddress
  ) -> (template: String?, reply: Reply) {
    if request.method == .options, request.path.elementsEqual("*".utf8) {
      return (nil, .now(.allowing(tree.allowed)))
    }
    guard let place = tree.find(request.path) else {
      return (nil, .now(refuse(.unknownRoute, request, id: id)))
    }
    guard let entry = place.endpoint.entry(for: request.method) else {
      let other = place.endpoint.entries[0]
      guard request.method != .options else {
        return (other.template, .now(.allowing(place.endpoint.allowed)))
      }
      let failure = Failure.methodNotAllowed(allowed: place.endpoint.allowed)
      return (other.template, .now(explain(failure, other.mount, request, id)))
    }
    let call = Call(request: request, id: id, entry: entry, values: place.values)
    return (entry.template, coder.code(reply(entry, call, from: address), to: request))
  }

  /// The answer to something that never became a call: in the envelope of the contract whose mount
  /// the path lies below, or the port's first contract when there is no path.
  package func refuse(_ failure: Failure, _ request: Request?, id: RequestID) -> Response {
    let covering = mounts.filter { $0.path.covers(request?.path ?? []) }
    let deepest = covering.map(\.path.segments.count).max() ?? 0
    let mount = covering.first { $0.path.segments.count == deepest } ?? mounts[0]
    return mount.set.explain(failure, FailureContext(id: id, request: request, mount: mount.path))
  }

  private func reply(
    _ entry: RouteTree.Entry, _ call: Call, from address: ClientAddress
  ) -> Reply {
    switch admit(call, from: address) {
    case .decided(let decision):
      switch decision.result {
      case .success(let pass): return reply(entry, call, pass)
      case .failure(let failure):
        return .now(
          explain(failure, entry.mount, call.request, call.id).with([], for: decision.caller))
      }
    case .unknown(let look):
      return .later {
        var caller: Caller?
        var fields: [Field] = []
        return await self.answer(entry, call) { call in
          let decision = try await look()
          caller = decision.caller
          let pass = try decision.result.get()
          fields = pass.fields
          return try await self.answerOnce(entry, call.by(pass.caller), entry.route.handle)
        }.with(fields, for: caller)
      }
    }
  }

  private func admit(_ call: Call, from address: ClientAddress) -> Gate.Verdict {
    let access = call.entry.route.access
    if let gate { return gate.admit(call.request, to: access, from: address) }
    return .decided(
      Gate.Decision(
        result: access == .anyone
          ? .success(Gate.Pass(caller: nil)) : .failure(.unauthenticated(hasToken: false))))
  }

  private func reply(_ entry: RouteTree.Entry, _ call: Call, _ pass: Gate.Pass) -> Reply {
    let call = call.by(pass.caller)
    switch entry.route.handler {
    case .now(let handler):
      do {
        return .now(try handler(call).with(pass.fields, for: pass.caller))
      } catch {
        return .now(
          explain(error, entry.mount, call.request, call.id).with(pass.fields, for: pass.caller))
      }
    case .later(let handler):
      guard call.isKeyed else {
        return .later {
          await self.answer(entry, call, handler).with(pass.fields, for: pass.caller)
        }
      }
      return .later {
        await self.answer(entry, call) { try await self.answerOnce(entry, $0, handler) }
          .with(pass.fields, for: pass.caller)
      }
    }
  }

  private func answer(
    _ entry: RouteTree.Entry, _ call: Call, _ handler: (Call) async throws -> Response
  ) async -> Response {
    do {
      guard let around = entry.mount.set.around else { return try await handler(call) }
      return try await around(call) { try await handler(call) }
    } catch {
      return explain(error, entry.mount, call.request, call.id)
    }
  }

  /// The answer to a call; one that is keyed is answered once, and then replayed.
  private func answerOnce(
    _ entry: RouteTree.Entry, _ call: Call, _ handler: (Call) async throws -> Response
  ) async throws -> Response {
    guard let answers, call.isKeyed else { return try await handler(call) }
    let mount = entry.mount.path
    let outcome = try await answers.answer(call.keyed(below: mount)) {
      StoredAnswer(try await handler(call), below: mount)
    } refusal: { error in
      guard Failure(error).code.entry.isStored else { return nil }
      return StoredAnswer(explain(error, entry.mount, call.request, call.id), below: mount)
    }
    switch outcome {
    case .answered(let answer): return Response(answer, below: mount)
    case .replayed(let answer):
      var response = Response(answer, below: mount)
      response.fields.append(Field("Idempotent-Replayed", "true"))
      return response
    case .otherRequest: throw Failure.idempotencyKeyReused
    case .underWay: throw Failure.idempotencyKeyUnderWay
    }
  }

  private func explain(
    _ error: any Error, _ mount: Mount, _ request: Request, _ id: RequestID
  ) -> Response {
    let failure = Failure(error)
    if failure.code.entry.isOurFault { report(error, id) }
    return mount.set.explain(failure, FailureContext(id: id, request: request, mount: mount.path))
  }
}

extension PathPattern {
  /// Whether a path lies at or below this one.
  fileprivate func covers(_ path: ArraySlice<UInt8>) -> Bool {
    var rest = PathSegments(path)
    for segment in segments {
      guard case .literal(let bytes) = segment, let next = rest.next(), next.elementsEqual(bytes)
      else { return false }
    }
    return true
  }
}

extension Response {
  /// What may be done there. It says nothing of pages from elsewhere, so browsers keep them out.
  fileprivate static func allowing(_ methods: [Method]) -> Response {
    let names = methods.map(\.name).joined(separator: ", ")
    return Response(.noContent, fields: [Field("Allow", names)])
  }

  /// The same answer with what its bearer is told beside it, and for the log whose token it was.
  fileprivate func with(_ more: [Field], for caller: Caller?) -> Response {
    guard caller != nil || !more.isEmpty else { return self }
    var response = self
    response.fields += more
    response.caller = caller?.token
    return response
  }
}
