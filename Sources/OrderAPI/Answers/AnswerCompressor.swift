import HTTP

/// Compresses answers for callers who ask for it. Each event loop has one.
///
/// Only successful answers are compressed. A refusal is small, and may repeat what a client sent.
final class AnswerCompressor {
  /// The size from which answers are compressed. A smaller one fits into one packet as it is.
  static let bytesMin = 1_400
  /// Bytes compressed in one turn of the loop, which takes about half a millisecond. Other tasks
  /// have their turn before the next.
  static let bytesPerTurn = 65_536

  private let nextTurn: () async -> Void
  /// What is to be used again for the next answer.
  private var idle: Gzip?

  /// - Parameter nextTurn: Waits until the other tasks of the loop have had a turn.
  init(nextTurn: @escaping () async -> Void) { self.nextTurn = nextTurn }

  /// The reply, compressed if the request asks for that and it is large enough.
  func compressed(_ reply: Reply, for request: Request) -> Reply {
    switch reply {
    case .now(let response, let route):
      let plan = Plan(response, request)
      guard plan.compresses else { return .now(plan.response, route: route) }
      guard plan.response.body.count > Self.bytesPerTurn else {
        var response = plan.response
        let gzip = take()
        var out: [UInt8] = []
        gzip.add(response.body[...], isLast: true, to: &out)
        response.body = out
        idle = gzip
        return .now(response, route: route)
      }
      return .later(route: route) { await self.compressed(plan.response) }
    case .later(let route, let demand, let handler):
      return .later(route: route, demand: demand) {
        let plan = Plan(await handler(), request)
        return plan.compresses ? await self.compressed(plan.response) : plan.response
      }
    case .follow(let route, let handler):
      return .follow(route: route) {
        let plan = Plan(await handler(), request)
        guard plan.compresses else { return plan.response }
        if let stream = plan.response.stream {
          var response = plan.response
          response.stream = GzipStream(stream)
          return response
        }
        return await self.compressed(plan.response)
      }
    case .never: return reply
    }
  }

  private func compressed(_ response: Response) async -> Response {
    let gzip = take()
    let body = response.body
    var out: [UInt8] = []
    var start = 0
    repeat {
      if start > 0 { await nextTurn() }
      let end = min(start + Self.bytesPerTurn, body.count)
      gzip.add(body[start..<end], isLast: end == body.count, to: &out)
      start = end
    } while start < body.count
    var response = response
    response.body = out
    idle = gzip
    return response
  }

  private func take() -> Gzip {
    defer { idle = nil }
    guard let idle else { return Gzip() }
    idle.begin()
    return idle
  }

  /// The fields of an answer about its coding, and whether its body has to be compressed.
  private struct Plan {
    var response: Response
    var compresses = false

    init(_ response: Response, _ request: Request) {
      self.response = response
      let isRead = request.method == .get || request.method == .head
      // A small answer with a tag gets the field too, because a 304 must have the same fields and
      // does not know the size.
      if isRead, response.isLarge || response.fields.contains(where: \.isEntityTag) {
        self.response.fields.append(.variesByCoding)
      }
      guard response.status != .notModified else {
        // The caller may have the compressed form, which has a different tag.
        if request.fields("if-none-match").contains(where: { $0.contains(EntityTag.gzipMark) }) {
          self.response.markTags()
        }
        return
      }
      guard (200..<300).contains(response.status.code), !response.isEmpty,
        !response.fields.contains(where: { $0.isNamed("Content-Encoding") })
      else { return }
      let accepted = AcceptedCodings(request)
      guard response.isLarge || accepted.refusesIdentity else { return }
      guard accepted.prefersGzip else { return }
      self.response.markCompressed()
      compresses = true
    }
  }
}

extension Response {
  fileprivate var isEmpty: Bool { body.isEmpty && stream == nil }

  /// Whether compressing is worth it. A stream counts as large, except a stream of events, as each
  /// event has to be sent at once.
  fileprivate var isLarge: Bool {
    guard stream == nil else { return contentType?.value != ContentType.eventStream.value }
    return body.count >= AnswerCompressor.bytesMin
  }
}
