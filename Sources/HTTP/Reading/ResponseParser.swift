/// Parses the response to one request (RFC 9112 section 6.3), as strictly as `RequestParser`.
package struct ResponseParser: Sendable {
  package enum Step: Sendable {
    /// All bytes were consumed, and the response is not complete.
    case needMore
    /// The whole response; bytes after it belong to no request.
    case response(ClientResponse)
    /// The response is not valid: close the connection.
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

  package init(answering method: Method, limits: MessageLimits = .standard) {
    isHead = method == .head
    self.limits = limits
  }

  /// Consumes bytes of the response from `offset` on, and moves `offset`.
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

  /// To be called when the server has closed the connection, which ends a response without a
  /// length.
  package mutating func end() -> Step {
    switch state {
    case .body(let head) where bodyReader.endsWithConnection: finish(head)
    case .dead(let rejection): .rejected(rejection)
    case .done: .needMore
    case .head, .body: fail(.truncated)
    }
  }

  /// Decides where the response ends (RFC 9112 section 6.3); interim responses are skipped.
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
      bodyReader = .chunked(bytesMax: limits.bodyBytesMax)
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
