/// A handler's answer; the encoder adds the fields that frame it.
package struct Response: Sendable {
  package var status: Status
  package var contentType: ContentType?
  /// Fields in addition to those that the encoder writes.
  package var fields: [Field]
  /// The content; for HEAD the content of GET, of which only the length is sent.
  package var body: [UInt8]
  /// The content when it is made while it is sent; then `body` is empty.
  package var stream: (any BodyStream)?
  /// Whether to close the connection after this answer even if the client would keep it.
  package var closesConnection: Bool
  /// The id of the caller for the access log; it is not sent.
  package var caller: Int?
  /// Whether the body stays in memory anyway, so that it takes no further memory while a slow
  /// client reads it.
  package var isBodyKept = false

  package init(
    _ status: Status, contentType: ContentType? = nil, fields: [Field] = [], body: [UInt8] = [],
    closesConnection: Bool = false
  ) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
    self.closesConnection = closesConnection
  }

  package static func text(_ status: Status, _ text: String) -> Response {
    Response(status, contentType: .text, body: Array(text.utf8))
  }
}
