import HTTP
import TestSupport
import Testing

/// Every byte in every place where only some may stand.
@Suite("A byte") struct GrammarTests {
  private static let alphanumerics =
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let tokens = Set(alphanumerics + Array("!#$%&'*+-.^_`|~".utf8))
  private static let hosts = Set(alphanumerics + Array("-._~%!$&'()*+;=:".utf8))
  private static let names = Set(alphanumerics + Array("._-:/+=".utf8))
  private static let unreserved = Set(alphanumerics + Array("-._~".utf8))

  /// Whether `before`, the byte and `after` are one request.
  private func isRequest(_ before: String, _ byte: UInt8, _ after: String) -> Bool {
    let outcome = RequestReading([Array(before.utf8) + [byte] + Array(after.utf8)])
    return outcome.refusal == nil && outcome.requests.count == 1
  }

  @Test(
    "is allowed in a method or a field name if it is a token character",
    arguments: UInt8.min...UInt8.max)
  func token(_ byte: UInt8) {
    let isToken = Self.tokens.contains(byte)
    let ends = byte == UInt8(ascii: ":")

    #expect(isRequest("GE", byte, "T / HTTP/1.1\r\nHost: a\r\n\r\n") == isToken)
    #expect(isRequest("GET / HTTP/1.1\r\nHost: a\r\nX", byte, "Y: z\r\n\r\n") == (isToken || ends))
  }

  @Test("is allowed in a value unless it is a control", arguments: UInt8.min...UInt8.max)
  func value(_ byte: UInt8) {
    let isControl = byte < 0x20 && byte != 9 || byte == 0x7F
    // Around eight bytes, at each position, as values are judged eight bytes at a time.
    for length in 1...17 {
      for position in 0...length {
        let before = String(repeating: "x", count: position)
        let after = String(repeating: "x", count: length - position)
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: a\(before)"
        #expect(isRequest(start, byte, "\(after)\r\n\r\n") == !isControl)
      }
    }
  }

  @Test("is allowed in a host or a target by its set", arguments: UInt8.min...UInt8.max)
  func targets(_ byte: UInt8) {
    let isTarget = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    // Behind the colon nothing but a port is left, and `0` is one.
    #expect(
      isRequest("GET / HTTP/1.1\r\nHost: a", byte, "0\r\n\r\n") == Self.hosts.contains(byte))
    for length in [0, 5, 6, 7, 8, 20] {
      let text = String(repeating: "x", count: length)
      #expect(isRequest("GET /", byte, "\(text) HTTP/1.1\r\nHost: a\r\n\r\n") == isTarget)
      #expect(isRequest("GET /\(text)", byte, " HTTP/1.1\r\nHost: a\r\n\r\n") == isTarget)
    }
  }

  @Test("is allowed in a request id, or unescaped in a path, by its set", arguments: UInt8(0)..<128)
  func names(_ byte: UInt8) throws {
    let text = String(Unicode.Scalar(byte))

    // A point alone is a step in a path.
    let segment = "a\(text)"
    #expect((PercentCoding.encode(segment) == segment) == Self.unreserved.contains(byte))
    if byte > 0x20, byte < 0x7F {
      let request = try parse("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\(text)b\r\n\r\n")
      #expect((RequestID(of: request) != nil) == Self.names.contains(byte))
    }
  }
}
