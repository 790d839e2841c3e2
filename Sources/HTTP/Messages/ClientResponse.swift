/// An answer received from another service.
package struct ClientResponse: Sendable {
  /// 200 to 599.
  package let status: Int
  /// The content, complete and without transfer coding.
  package let body: [UInt8]
  /// Whether the connection may carry another request.
  package let keepAlive: Bool

  private let lines: FieldLines

  init(status: Int, body: [UInt8], keepAlive: Bool, lines: FieldLines) {
    self.status = status
    self.body = body
    self.keepAlive = keepAlive
    self.lines = lines
  }

  /// The status line and the field lines, as they arrived.
  package var head: [UInt8] { lines.head }

  /// The first value of a field, nil when it was not sent; `name` must be in lower case.
  package func field(_ name: StaticString) -> String? {
    lines.first(name).map { String(decoding: head[$0], as: UTF8.self) }
  }

  package func fields(_ name: StaticString) -> [String] {
    lines.all(name).map { String(decoding: head[$0], as: UTF8.self) }
  }
}
