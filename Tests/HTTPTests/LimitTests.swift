import HTTP
import TestSupport
import Testing

@Suite("A limit") struct LimitTests {
  /// A message whose size is `size` by the measure of one limit, at its edge.
  struct Edge: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let limit: Int
    let status: Int
    let message: @Sendable (Int) -> String
  }

  private static let limits = MessageLimits.standard

  static let edges: [Edge] = [
    Edge(testDescription: "request line", limit: limits.startLineBytesMax, status: 414) {
      "GET /\(fill($0 - 14)) HTTP/1.1\r\nHost: a\r\n\r\n"
    },
    Edge(testDescription: "head", limit: limits.headBytesMax, status: 431) {
      "GET / HTTP/1.1\r\nHost: a\r\nX: \(fill($0 - 32))\r\n\r\n"
    },
    Edge(testDescription: "head of many lines", limit: limits.headBytesMax, status: 431) {
      let lines = String(repeating: "X: \(fill(995))\r\n", count: 16)
      return "GET / HTTP/1.1\r\nHost: a\r\n\(lines)Y: \(fill($0 - 16_032))\r\n\r\n"
    },
    Edge(testDescription: "fields", limit: limits.fieldsMax, status: 431) {
      "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: $0 - 1) + "\r\n"
    },
    Edge(testDescription: "method", limit: limits.methodBytesMax, status: 501) {
      "\(fill($0)) / HTTP/1.1\r\nHost: a\r\n\r\n"
    },
    Edge(testDescription: "content by its length", limit: limits.bodyBytesMax, status: 413) {
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \($0)\r\n\r\n\(fill($0))"
    },
    Edge(testDescription: "content in one chunk", limit: limits.bodyBytesMax, status: 413) {
      chunked("\(String($0, radix: 16))\r\n\(fill($0))\r\n0\r\n\r\n")
    },
    Edge(testDescription: "content in two chunks", limit: limits.bodyBytesMax, status: 413) {
      chunked("\(String($0 - 1, radix: 16))\r\n\(fill($0 - 1))\r\n1\r\na\r\n0\r\n\r\n")
    },
    Edge(testDescription: "extension", limit: limits.chunkExtensionBytesMax, status: 413) {
      chunked("1;\(fill($0 - 1))\r\na\r\n0\r\n\r\n")
    },
    Edge(testDescription: "extensions", limit: limits.chunkExtensionBytesMax, status: 413) {
      chunked("1;\(fill($0 - 3))\r\na\r\n0;a\r\n\r\n")
    },
    Edge(testDescription: "trailers", limit: limits.trailerBytesMax, status: 431) {
      chunked("0\r\nX: y\r\nZ: \(fill($0 - 13))\r\n\r\n")
    },
  ]

  private static func fill(_ count: Int) -> String { String(repeating: "a", count: count) }

  private static func chunked(_ rest: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(rest)"
  }

  @Test("accepts the largest size and refuses the next", arguments: edges)
  func edge(_ edge: Edge) {
    for (size, refusal) in [(edge.limit, nil), (edge.limit + 1, edge.status)] {
      let bytes = Array(edge.message(size).utf8)
      let around = [edge.limit - 40, edge.limit - 1, edge.limit, edge.limit + 1, bytes.count - 1]
      let splits = around.filter(bytes.indices.contains).map { [bytes[..<$0], bytes[$0...]] }
      for parts in splits + [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] {
        let outcome = RequestReading(parts.map(Array.init))
        #expect(outcome.refusal == refusal)
        #expect(outcome.requests.count == (refusal == nil ? 1 : 0))
      }
    }
  }

  /// A message without an end, and after how many bytes behind its start it must be refused.
  static let endless: [(start: String, more: String, status: Int, bytes: Int)] = [
    ("GET /", "a", 414, limits.startLineBytesMax),
    ("GET / HTTP/1.1\r\nX: ", "a", 431, limits.headBytesMax),
    ("GET / HTTP/1.1\r\n", "X: y\r\n", 431, (limits.fieldsMax + 1) * 6),
    (chunked("1;"), "a", 413, 18 + limits.chunkExtensionBytesMax),
    (chunked(""), "100\r\n\(fill(256))\r\n", 413, (limits.bodyBytesMax / 256 + 1) * 263),
    (chunked("0\r\nX: "), "a", 431, limits.trailerBytesMax),
  ]

  @Test("is enforced although the message never ends", arguments: endless)
  func early(_ message: (start: String, more: String, status: Int, bytes: Int)) {
    var parser = RequestParser()
    var piece = Array(message.start.utf8)
    var taken = -piece.count
    var refusal: Int?
    while refusal == nil, taken <= message.bytes {
      var offset = 0
      taken += piece.count
      if case .rejected(let rejection) = parser.consume(piece.span, from: &offset) {
        refusal = rejection.status.code
      }
      piece = Array(message.more.utf8)
    }

    #expect(refusal == message.status)
    #expect(taken <= message.bytes)
  }

  @Test("of any size refuses without a trap", arguments: 0..<40) func tiny(_ size: Int) {
    var limits = MessageLimits()
    limits.headBytesMax = size
    limits.startLineBytesMax = size * 3 % 41
    limits.fieldsMax = size % 3
    limits.bodyBytesMax = size % 5
    limits.trailerBytesMax = size % 7
    limits.chunkExtensionBytesMax = size % 2
    let bytes = Array(Self.chunked("1;a\r\na\r\n0\r\nX: y\r\n\r\n").utf8)

    let whole = RequestReading([bytes], limits: limits)

    #expect(whole.refusal != nil)
    #expect(RequestReading(bytes.map { [$0] }, limits: limits) == whole)
  }
}
