/// An answer as a handler gives it; the encoder adds what frames it.
public struct Response: Sendable {
  /// The outcome.
  public var status: Status
  /// The media type of the content; nil when there is none.
  public var contentType: ContentType?
  /// The fields beyond those the encoder writes.
  public var fields: [Field]
  /// The content; for HEAD what GET would have got.
  public var body: [UInt8]
  /// Whether to end the connection after this answer although the request would keep it.
  public var close: Bool
  /// Who asked, by a number that a log may show; it is not sent.
  public var caller: Int?

  /// An answer.
  public init(
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
  public static func text(_ status: Status, _ text: String) -> Response {
    Response(status, contentType: .text, body: Array(text.utf8))
  }
}
