/// Turns the bytes of one connection into requests (RFC 9112), without a socket or a clock.
///
/// One parser lives as long as its connection. It holds the bytes of a message that has not arrived
/// whole, and nothing between messages. A refusal is for good: what follows a message that two
/// readers could cut differently is never read as HTTP.
public struct RequestParser: Sendable {
  /// What the bytes so far amount to.
  public enum Step: Sendable {
    /// Every byte was taken and the message goes on.
    case needMore
    /// The sender waits for 100 Continue before its content; told once, when none has arrived.
    case continueExpected
    /// A whole request; bytes may be left for the next one.
    case request(Request)
    /// The message is refused: answer, then close.
    case rejected(Rejection)
  }

  /// Where in a message the parser stands: which deadline applies.
  public enum Phase: Hashable, Sendable {
    /// Between messages.
    case idle
    /// The first byte of a head has arrived.
    case head
    /// The head is complete; so many bytes have followed, framing included.
    case body(bytesReceived: Int)
    /// No further byte is read as HTTP, after a refusal or the last request.
    case closed
  }

  private enum State {
    case head
    case body
    case last
    case dead(Rejection)
  }

  /// The empty line some clients send after a message, tolerated once (RFC 9112 section 2.2).
  private enum EmptyLine { case possible, begun, passed }

  private let limits: MessageLimits
  private var state = State.head
  private var emptyLine = EmptyLine.possible
  private var headReader = HeadReader<RequestLine>()
  private var bodyReader = BodyReader(length: 0)
  /// The request whose content is being read.
  private var pending: Request?

  /// The request that was refused, as far as it was read, so that the refusal can be worded for it.
  ///
  /// It is there once its request line was sound, and holds the field lines that were.
  public private(set) var refused: Request?

  /// A parser for a new connection.
  public init(limits: MessageLimits = .standard) {
    self.limits = limits
  }

  /// Where in a message the parser stands.
  public var phase: Phase {
    switch state {
    case .head: headReader.head.isEmpty ? .idle : .head
    case .body: .body(bytesReceived: bodyReader.bytesReceived)
    case .last, .dead: .closed
    }
  }

  /// Takes what belongs to the current message from `bytes`, starting at `offset` and moving it.
  public mutating func consume(_ bytes: Span<UInt8>, from offset: inout Int) -> Step {
    do throws(Rejection) {
      switch state {
      case .head:
        try skipEmptyLine(bytes, &offset)
        guard try headReader.consume(bytes, from: &offset, limits: limits) else {
          return .needMore
        }
        return try takeHead(bytes, &offset)
      case .body:
        return try consumeBody(bytes, &offset)
      case .last:
        offset = bytes.count
        return .needMore
      case .dead(let rejection):
        return .rejected(rejection)
      }
    } catch {
      refused = pending
      if let line = headReader.scan.start { refused = Request(line, &headReader) }
      headReader = HeadReader()
      pending = nil
      bodyReader = BodyReader(length: 0)
      state = .dead(error)
      return .rejected(error)
    }
  }

  @inline(__always)
  private mutating func skipEmptyLine(
    _ bytes: Span<UInt8>, _ offset: inout Int
  ) throws(Rejection) {
    guard headReader.head.isEmpty else { return }
    while offset < bytes.count {
      switch (emptyLine, bytes[offset]) {
      case (.possible, ASCII.carriageReturn): emptyLine = .begun
      case (.begun, ASCII.lineFeed): emptyLine = .passed
      case (.begun, _): throw .bareCarriageReturn
      default: return
      }
      offset += 1
    }
  }

  private mutating func takeHead(
    _ bytes: Span<UInt8>, _ offset: inout Int
  ) throws(Rejection) -> Step {
    guard let line = headReader.scan.start else { throw .badRequestLine }
    let facts = headReader.scan.facts
    try Self.check(line, facts, limits)
    emptyLine = .possible
    if facts.isChunked {
      bodyReader = .chunked
    } else if let length = facts.contentLength, length > 0 {
      bodyReader = BodyReader(length: length)
    } else {
      return finish(Request(line, &headReader))
    }
    pending = Request(line, &headReader)
    state = .body
    if offset == bytes.count, facts.expectsContinue, line.version == .http11 {
      return .continueExpected
    }
    return try consumeBody(bytes, &offset)
  }

  /// What only the whole head can tell.
  @inline(__always)
  private static func check(
    _ line: RequestLine, _ facts: FieldFacts, _ limits: MessageLimits
  ) throws(Rejection) {
    if facts.isChunked {
      if line.version == .http10 { throw .transferEncodingInHTTP10 }
      if facts.contentLength != nil { throw .contentLengthAndTransferEncoding }
    }
    if line.version == .http11 {
      if facts.host == nil { throw .missingHost }
      // HTTP/1.0 has no expectations: the field means nothing there (RFC 9110 section 10.1.1).
      if facts.expectsMore { throw .unknownExpectation }
    }
    if let length = facts.contentLength, length > limits.bodyBytesMax { throw .bodyTooLarge }
  }

  private mutating func consumeBody(
    _ bytes: Span<UInt8>, _ offset: inout Int
  ) throws(Rejection) -> Step {
    guard try bodyReader.consume(bytes, from: &offset, limits: limits),
      var request = pending.take()
    else { return .needMore }
    request.body = bodyReader.take()
    return finish(request)
  }

  private mutating func finish(_ request: consuming Request) -> Step {
    state = request.keepAlive ? .head : .last
    return .request(request)
  }
}
