import HTTP

/// A parser that has read part of a message.
final class PartialMessage {
  var parser: RequestParser
  /// Bytes that went into the message so far.
  var bytesTaken = 0

  init(limits: MessageLimits) { parser = RequestParser(limits: limits) }

  /// Bytes of content so far; nil while the head is not complete.
  var bodyBytes: Int? {
    if case .body(let bytesReceived) = parser.phase { bytesReceived } else { nil }
  }
}
