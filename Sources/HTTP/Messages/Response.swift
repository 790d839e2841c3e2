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
  /// What caches may do with an answer to GET.
  package var caching = Caching.byTag
  /// What is stored of the body for repetitions of the request, where it must not be stored whole.
  package var bodyForRepetitions: [UInt8]?

  /// What a cache may do.
  package enum Caching: Sendable {
    /// With an entity tag it may store the answer and must revalidate it each time; without one it
    /// must not store it.
    case byTag
    /// It must not store the answer.
    case never
    /// The address names the content: it will never be answered otherwise.
    case forEver
  }

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
