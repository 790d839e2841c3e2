/// The media type of a body that is sent.
package struct ContentType: Sendable {
  let text: StaticString

  /// A media type of one's own; prefer the named ones.
  package init(_ text: StaticString) { self.text = text }

  /// The value of the Content-Type field.
  package var value: String { text.description }

  /// `application/json`; JSON is UTF-8 by definition and takes no charset.
  package static let json = ContentType("application/json")
  /// Plain text.
  package static let text = ContentType("text/plain; charset=utf-8")
  /// A table with a header row (RFC 4180).
  package static let csv = ContentType("text/csv; charset=utf-8; header=present")
  /// A page.
  package static let html = ContentType("text/html; charset=utf-8")
  /// A style sheet.
  package static let css = ContentType("text/css; charset=utf-8")
  /// A script.
  package static let javaScript = ContentType("text/javascript; charset=utf-8")
  /// A drawing.
  package static let svg = ContentType("image/svg+xml")
  /// Prometheus' exposition format.
  package static let metrics = ContentType("text/plain; version=0.0.4; charset=utf-8")
}
