/// Turns bytes into the answer to one request (RFC 9112 section 6.3), as strict as `RequestParser`.
package struct ResponseParser: Sendable {
  /// What the bytes so far amount to.
  package enum Step: Sendable {
    /// Every byte was taken and the answer goes on.
    case needMore
    /// The whole answer; bytes left behind it belong to nobody.
    case response(ClientResponse)
    /// The answer cannot be trusted: close the connection.
    case rejected(Rejection)
  }

  private enum State {
    case head
    case body(Head)
    case done
    case dead(Rejection)
  }

  private struct Head {
    let status: Int
    let keepAlive: Bool
    let lines: FieldLines
  }

  private let isHead: Bool
  private let limits: MessageLimits
  private var state = State.head
  private var headReader = HeadReader<StatusLine>()
  private var bodyReader = BodyReader(length: 0)
  private var interimResponses = 0

  /// A parser for the answer to a request with this method.
  package init(answering method: Method, limits: MessageLimits = .standard) {
    isHead = method == .head
    self.limits = limits
  }

  /// Takes what belongs to the answer from `bytes`, starting at `offset` and moving it.
  package mutating func consume(_ bytes: Span<UInt8>, from offset: inout Int) -> Step {
    do throws(Rejection) {
      while case .head = state {
        guard try headReader.consume(bytes, from: &offset, limits: limits) else {
          return .needMore
        }
        try takeHead()
      }
      switch state {
      case .body(let head):
        let isComplete = try bodyReader.consume(bytes, from: &offset, limits: limits)
        return isComplete ? finish(head) : .needMore
      case .dead(let rejection):
        return .rejected(rejection)
      case .head, .done:
        return .needMore
      }
    } catch {
      return fail(error)
    }
  }

  /// Tells that the other side ended the connection: the end of an answer that has no other.
  package mutating func end() -> Step {
    switch state {
    case .body(let head) where bodyReader.endsWithConnection: finish(head)
    case .dead(let rejection): .rejected(rejection)
    case .done: .needMore
    case .head, .body: fail(.truncated)
    }
  }

  /// Decides where the answer ends (RFC 9112 section 6.3); an interim answer is passed over.
  private mutating func takeHead() throws(Rejection) {
    guard let line = headReader.scan.start else { throw .badStatusLine }
    let facts = headReader.scan.facts
    let lines = headReader.take()
    if facts.isChunked {
      if line.version == .http10 { throw .transferEncodingInHTTP10 }
      if facts.contentLength != nil { throw .contentLengthAndTransferEncoding }
    }
    if line.status < 200 {
      if line.status == 101 { throw .unexpectedUpgrade }
      interimResponses += 1
      if interimResponses > limits.interimResponsesMax { throw .tooManyInterimResponses }
      return
    }
    if isHead || line.status == 204 || line.status == 304 {
      bodyReader = BodyReader(length: 0)
    } else if facts.isChunked {
      bodyReader = .chunked
    } else if let length = facts.contentLength {
      if length > limits.bodyBytesMax { throw .bodyTooLarge }
      bodyReader = BodyReader(length: length)
    } else {
      bodyReader = .untilClose
    }
    let persists = line.version == .http11 || facts.keepAlive
    state = .body(
      Head(
        status: line.status,
        keepAlive: persists && !facts.close && !bodyReader.endsWithConnection,
        lines: lines))
  }

  private mutating func finish(_ head: Head) -> Step {
    state = .done
    return .response(
      ClientResponse(
        status: head.status, body: bodyReader.take(), keepAlive: head.keepAlive, lines: head.lines))
  }

  private mutating func fail(_ rejection: Rejection) -> Step {
    state = .dead(rejection)
    return .rejected(rejection)
  }
}
