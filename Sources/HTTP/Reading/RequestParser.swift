/// Parses the bytes of one connection into requests (RFC 9112), without a socket or a clock.
///
/// It holds the bytes of a message that has not arrived whole, and nothing between messages. A
/// rejection is final: bytes after an ambiguous message are never read as HTTP, because a proxy may
/// see the end of that message elsewhere (request smuggling).
package struct RequestParser: Sendable {
  package enum Step: Sendable {
    /// All bytes were consumed, and the message is not complete.
    case needMore
    /// The client waits for 100 Continue before it sends the content; reported once.
    case continueExpected
    /// A whole request; there may be bytes of the next one.
    case request(Request)
    /// The message is rejected: answer, then close.
    case rejected(Rejection)
  }

  /// How much of a message has arrived; it decides which deadline applies.
  package enum Phase: Hashable, Sendable {
    case idle
    /// A part of the head has arrived.
    case head
    /// The head is complete, and so many bytes have followed, framing included.
    case body(bytesReceived: Int)
    /// No further byte is read, after a rejection or the last request.
    case closed
  }

  /// Large states are indirect, so that a parser between messages takes only a few words.
  private enum State {
    case between(EmptyLine)
    indirect case head(HeadReader<RequestLine>)
    indirect case body(BodyReader, Request)
    case last
    indirect case dead(Rejection, Request?)
  }

  private let limits: MessageLimits
  private var state = State.between(.possible)

  package init(limits: MessageLimits = .standard) {
    self.limits = limits
  }

  package var phase: Phase {
    switch state {
    case .between: .idle
    case .head: .head
    case .body(let reader, _): .body(bytesReceived: reader.bytesReceived)
    case .last, .dead: .closed
    }
  }

  /// The rejected or incomplete request as far as it was read, so that an error answer can be made
  /// for it.
  ///
  /// Not nil when the request line was valid; it has the field lines that were valid.
  package var unfinished: Request? {
    switch state {
    case .between, .last: nil
    case .head(var reader): reader.validPart()
    case .body(_, let request): request
    case .dead(_, let request): request
    }
  }

  /// Consumes bytes of the current message from `offset` on, and moves `offset`.
  package mutating func consume(_ bytes: Span<UInt8>, from offset: inout Int) -> Step {
    switch state {
    case .between(var emptyLine):
      guard emptyLine.skip(bytes, &offset) else { return refuse(.bareCarriageReturn, nil) }
      if offset == bytes.count {
        state = .between(emptyLine)
        return .needMore
      }
      var reader = HeadReader<RequestLine>()
      return consumeHead(&reader, bytes, &offset)
    case .head(var reader):
      // Releases the state's reference, so that appending to the bytes does not copy them.
      state = .last
      return consumeHead(&reader, bytes, &offset)
    case .body(var reader, let request):
      state = .last
      return consumeBody(&reader, request, bytes, &offset)
    case .last:
      offset = bytes.count
      return .needMore
    case .dead(let rejection, _):
      return .rejected(rejection)
    }
  }

  @inline(__always)
  private mutating func consumeHead(
    _ reader: inout HeadReader<RequestLine>, _ bytes: Span<UInt8>, _ offset: inout Int
  ) -> Step {
    do throws(Rejection) {
      guard try reader.consume(bytes, from: &offset, limits: limits), let line = reader.scan.start
      else {
        state = .head(reader)
        return .needMore
      }
      let facts = reader.scan.facts
      try Self.check(line, facts)
      let request = Request(line, &reader)
      if !facts.isChunked, facts.contentLength ?? 0 == 0 { return finish(request) }
      var body: BodyReader
      if let length = facts.contentLength {
        if length > limits.bodyBytesMax, length > limits.bodyBytesMax(of: request) {
          return refuse(.bodyTooLarge, request)
        }
        body = BodyReader(length: length)
      } else {
        body = .chunked(bytesMax: limits.bodyBytesMax(of: request))
      }
      let isAwaited = facts.expectsContinue && line.version == .http11 && offset == bytes.count
      let step = consumeBody(&body, request, bytes, &offset)
      return isAwaited ? .continueExpected : step
    } catch {
      return refuse(error, reader.validPart())
    }
  }

  /// The rules that need the whole head.
  @inline(__always)
  private static func check(_ line: RequestLine, _ facts: FieldFacts) throws(Rejection) {
    if facts.isChunked {
      if line.version == .http10 { throw .transferEncodingInHTTP10 }
      if facts.contentLength != nil { throw .contentLengthAndTransferEncoding }
    }
    if line.version == .http11 {
      if facts.host == nil { throw .missingHost }
      // HTTP/1.0 has no expectations; the field is ignored there (RFC 9110 section 10.1.1).
      if facts.expectsMore { throw .unknownExpectation }
    }
  }

  private mutating func consumeBody(
    _ reader: inout BodyReader, _ request: Request, _ bytes: Span<UInt8>, _ offset: inout Int
  ) -> Step {
    do throws(Rejection) {
      guard try reader.consume(bytes, from: &offset, limits: limits) else {
        state = .body(reader, request)
        return .needMore
      }
      var request = request
      request.body = reader.take()
      return finish(request)
    } catch {
      return refuse(error, request)
    }
  }

  @inline(__always)
  private mutating func finish(_ request: consuming Request) -> Step {
    state = request.keepAlive ? .between(.possible) : .last
    return .request(request)
  }

  private mutating func refuse(_ rejection: Rejection, _ request: Request?) -> Step {
    state = .dead(rejection, request)
    return .rejected(rejection)
  }
}

/// The empty line that some clients send after a message, accepted once (RFC 9112 section 2.2).
private enum EmptyLine {
  case possible, begun, passed

  /// Skips it; false when its line feed is missing.
  @inline(__always)
  mutating func skip(_ bytes: Span<UInt8>, _ offset: inout Int) -> Bool {
    while offset < bytes.count {
      switch (self, bytes[offset]) {
      case (.possible, ASCII.carriageReturn): self = .begun
      case (.begun, ASCII.lineFeed): self = .passed
      case (.begun, _): return false
      default: return true
      }
      offset += 1
    }
    return true
  }
}

extension HeadReader<RequestLine> {
  /// The request with the lines that were valid; resets the reader.
  fileprivate mutating func validPart() -> Request? {
    guard let line = scan.start else { return nil }
    dropInvalidLines()
    return Request(line, &self)
  }
}
