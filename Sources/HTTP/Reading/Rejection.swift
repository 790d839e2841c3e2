/// Why the parser rejects a message.
package enum Rejection: Error, Hashable, Sendable, CaseIterable {
  case badRequestLine, badMethod, methodTooLong, connectRefused, badTarget
  case badVersion, versionNotSupported, startLineTooLong
  case bareLineFeed, bareCarriageReturn, controlCharacter
  case headTooLarge, tooManyFields, obsoleteFolding, spaceBeforeColon, badFieldName
  case missingHost, twoHosts, badHost
  case badContentLength, twoContentLengths, contentLengthAndTransferEncoding
  case badTransferEncoding, twoTransferEncodings, unknownTransferCoding
  case transferEncodingInHTTP10
  case unknownExpectation, bodyTooLarge
  case badChunkSize, badChunkExtension, chunkExtensionsTooLarge, badChunkEnd
  case trailersTooLarge, forbiddenTrailer
  case badStatusLine, tooManyInterimResponses, unexpectedUpgrade, truncated

  /// The status of the answer; the connection is closed after it.
  package var status: Status {
    switch self {
    case .methodTooLong, .connectRefused, .unknownTransferCoding: .notImplemented
    case .versionNotSupported: .httpVersionNotSupported
    case .startLineTooLong: .uriTooLong
    case .headTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
    case .unknownExpectation: .expectationFailed
    case .bodyTooLarge, .chunkExtensionsTooLarge: .contentTooLarge
    // These concern responses only, so a server meets them as the client of another service.
    case .badStatusLine, .tooManyInterimResponses, .unexpectedUpgrade, .truncated: .badGateway
    default: .badRequest
    }
  }

  /// All parsers use these.
  private static let limits = MessageLimits.standard

  /// One sentence for the client.
  package var sentence: String {
    switch self {
    case .badRequestLine: "The request line is not METHOD SP TARGET SP VERSION."
    case .badMethod: "The method is not a token."
    case .methodTooLong: "The method is longer than any that is known here."
    case .connectRefused: "CONNECT is not offered: this is not a proxy."
    case .badTarget: "The request target is not a path, an http URL or an asterisk for OPTIONS."
    case .badVersion: "The protocol version is not HTTP/digit.digit."
    case .versionNotSupported: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
    case .startLineTooLong:
      "The start line is too long: at most \(Self.limits.startLineBytesMax) bytes are read."
    case .bareLineFeed: "A line ends without a carriage return."
    case .bareCarriageReturn: "A carriage return stands inside a line."
    case .controlCharacter: "A control character stands inside the head."
    case .headTooLarge:
      "The header section is too large: at most \(Self.limits.headBytesMax) bytes are read."
    case .tooManyFields:
      "There are too many header fields: at most \(Self.limits.fieldsMax) are read."
    case .obsoleteFolding: "A field line starts with a blank: folded lines are obsolete."
    case .spaceBeforeColon: "A blank stands between a field name and its colon."
    case .badFieldName: "A field line has no name, no colon, or a name that is not a token."
    case .missingHost: "The Host field is missing."
    case .twoHosts: "There is more than one Host field."
    case .badHost: "The host is not a valid name or address with an optional port."
    case .badContentLength: "Content-Length is not a plain decimal number."
    case .twoContentLengths: "There is more than one Content-Length field."
    case .contentLengthAndTransferEncoding:
      "Content-Length and Transfer-Encoding exclude each other."
    case .badTransferEncoding: "Transfer-Encoding does not end in chunked exactly once."
    case .twoTransferEncodings: "There is more than one Transfer-Encoding field."
    case .unknownTransferCoding: "The only transfer coding known here is chunked."
    case .transferEncodingInHTTP10: "HTTP/1.0 has no Transfer-Encoding."
    case .unknownExpectation: "The only expectation met here is 100-continue."
    case .bodyTooLarge:
      "The content is too large: at most \(Self.limits.bodyBytesMax) bytes are read, "
        + "or \(Self.limits.largeBodyBytesMax) where an address takes more."
    case .badChunkSize: "A chunk size is not a plain hexadecimal number."
    case .badChunkExtension: "A chunk extension is not ;NAME or ;NAME=VALUE, without blanks."
    case .chunkExtensionsTooLarge: "The chunk extensions are too large."
    case .badChunkEnd: "A chunk does not end where its size says."
    case .trailersTooLarge: "The trailer section is too large."
    case .forbiddenTrailer: "A trailer field may not say how a message is framed or routed."
    case .badStatusLine: "The status line is not VERSION SP CODE SP REASON."
    case .tooManyInterimResponses: "There are too many interim responses."
    case .unexpectedUpgrade: "The protocol was switched without being asked to."
    case .truncated: "The connection ended inside a message."
    }
  }
}
