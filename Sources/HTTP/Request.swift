/// One request: its own bytes, checked, and where its parts are in them.
package struct Request: Sendable {
  /// What is asked to be done.
  package let method: Method
  /// The version the sender speaks.
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

  /// The path of the target, still percent-encoded: `/a%2Fb`, or `*` for OPTIONS about the server.
  ///
  /// A target in absolute form is reduced to its path.
  package var path: ArraySlice<UInt8> {
    pathRange.isEmpty ? Self.asterisk : head[pathRange]
  }

  /// What stands behind the question mark, still encoded; nil without one.
  package var query: ArraySlice<UInt8>? { queryRange.map { head[$0] } }

  /// The host, with its port if given, that the request is for; empty when HTTP/1.0 left it out.
  ///
  /// The authority of a target in absolute form wins over Host (RFC 9112 section 3.2.2).
  package var authority: ArraySlice<UInt8> { head[authorityRange] }

  private static let asterisk: ArraySlice<UInt8> = [ASCII.asterisk]

  /// The request whose head `reader` has read, or as much of it as was sound; the reader starts
  /// over.
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

  /// The first value of the field named `name`, in lower case; nil when it was not sent.
  package func field(_ name: StaticString) -> String? {
    fieldBytes(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first value of the field as bytes, without an allocation.
  package func fieldBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
    lines.first(name).map { head[$0] }
  }

  /// Every value of the field, in the order sent.
  package func fields(_ name: StaticString) -> [String] {
    lines.all(name).map { String(decoding: head[$0], as: UTF8.self) }
  }

  /// Whether the field was sent at all.
  package func hasField(_ name: StaticString) -> Bool { lines.first(name) != nil }

  /// Whether the field was sent more than once.
  package func isRepeated(_ name: StaticString) -> Bool { lines.isRepeated(name) }

  /// Whether the field was sent with this value, letter case aside; `value` is in lower case.
  package func field(_ name: StaticString, is value: StaticString) -> Bool {
    guard let range = lines.first(name) else { return false }
    return head.span.equals(value, in: range)
  }
}
