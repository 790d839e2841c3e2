/// An answer as a handler gives it; the encoder adds what frames it.
package struct Response: Sendable {
  /// The outcome.
  package var status: Status
  /// The media type of the content; nil when there is none.
  package var contentType: ContentType?
  /// The fields beyond those the encoder writes.
  package var fields: [Field]
  /// The content; for HEAD what GET would have got.
  package var body: [UInt8]
  /// Whether to end the connection after this answer although the request would keep it.
  package var close: Bool
  /// Who asked, by a number that a log may show; it is not sent.
  package var caller: Int?

  /// An answer.
  package init(
    _ status: Status, contentType: ContentType? = nil, fields: [Field] = [], body: [UInt8] = [],
    close: Bool = false
  ) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
    self.close = close
  }

  /// An answer in plain text.
  package static func text(_ status: Status, _ text: String) -> Response {
    Response(status, contentType: .text, body: Array(text.utf8))
  }
}
