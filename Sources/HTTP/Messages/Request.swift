/// A request: its checked bytes, and the ranges of its parts in them.
package struct Request: Sendable {
  package let method: Method
  package let version: Version
  /// Whether the connection may carry another request after this one.
  package let keepAlive: Bool
  /// The content, complete and without transfer coding.
  package var body: [UInt8]

  private let lines: FieldLines
  private let pathRange: Range<Int>
  private let queryRange: Range<Int>?
  private let authorityRange: Range<Int>

  /// The request line and the field lines, as they arrived.
  package var head: [UInt8] { lines.head }

  /// The path of the target, which may be in absolute form; still percent-encoded: `/a%2Fb`. It is
  /// `*` when OPTIONS asks about the whole server.
  package var path: ArraySlice<UInt8> {
    pathRange.isEmpty ? Self.asterisk : head[pathRange]
  }

  /// The part after the question mark, still encoded; nil without one.
  package var query: ArraySlice<UInt8>? { queryRange.map { head[$0] } }

  /// The host, with its port if given; empty when an HTTP/1.0 client left it out.
  ///
  /// The authority of a target in absolute form has precedence over Host (RFC 9112 section 3.2.2).
  package var authority: ArraySlice<UInt8> { head[authorityRange] }

  private static let asterisk: ArraySlice<UInt8> = [ASCII.asterisk]

  /// The request whose head `reader` has read, or the valid part of it; resets the reader.
  @inline(__always)
  init(_ line: RequestLine, _ reader: inout HeadReader<RequestLine>) {
    let facts = reader.scan.facts
    version = line.version
    keepAlive = !facts.close && (line.version == .http11 || facts.keepAlive)
    pathRange = line.path
    queryRange = line.query
    authorityRange = line.authority ?? facts.host ?? 0..<0
    lines = reader.take()
    method = line.method(in: lines.head)
    body = []
  }

  /// The first value of a field, nil when it was not sent; `name` must be in lower case, here and
  /// below.
  package func field(_ name: StaticString) -> String? {
    fieldBytes(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first value as bytes, without an allocation.
  package func fieldBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
    lines.first(name).map { head[$0] }
  }

  package func fields(_ name: StaticString) -> [String] {
    lines.all(name).map { String(decoding: head[$0], as: UTF8.self) }
  }

  package func hasField(_ name: StaticString) -> Bool { lines.first(name) != nil }

  package func isRepeated(_ name: StaticString) -> Bool { lines.isRepeated(name) }
}
