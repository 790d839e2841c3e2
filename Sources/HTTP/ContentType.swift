/// The media type of a body that is sent.
public struct ContentType: Sendable {
  let text: StaticString

  /// A media type of one's own; prefer the named ones.
  public init(_ text: StaticString) { self.text = text }

  /// The value of the Content-Type field.
  public var value: String { text.description }

  /// `application/json`; JSON is UTF-8 by definition and takes no charset.
  public static let json = ContentType("application/json")
  /// Plain text.
  public static let text = ContentType("text/plain; charset=utf-8")
  /// A table with a header row (RFC 4180).
  public static let csv = ContentType("text/csv; charset=utf-8; header=present")
  /// A page.
  public static let html = ContentType("text/html; charset=utf-8")
  /// A style sheet.
  public static let css = ContentType("text/css; charset=utf-8")
  /// A script.
  public static let javaScript = ContentType("text/javascript; charset=utf-8")
  /// A drawing.
  public static let svg = ContentType("image/svg+xml")
  /// Prometheus' exposition format.
  public static let metrics = ContentType("text/plain; version=0.0.4; charset=utf-8")
}
