package struct ContentType: Sendable {
  let text: StaticString
  /// Whether a browser might guess another type from the bytes, and show or run them as that. No
  /// browser does so with JSON.
  let mayBeMistaken: Bool

  package init(_ text: StaticString, mayBeMistaken: Bool = true) {
    self.text = text
    self.mayBeMistaken = mayBeMistaken
  }

  package var value: String { text.description }

  /// JSON is UTF-8 by definition and has no charset parameter.
  package static let json = ContentType("application/json", mayBeMistaken: false)
  package static let text = ContentType("text/plain; charset=utf-8")
  /// RFC 4180.
  package static let csv = ContentType("text/csv; charset=utf-8; header=present")
  /// One JSON value on each line.
  package static let ndjson = ContentType("application/x-ndjson", mayBeMistaken: false)
  /// Server-sent events.
  package static let eventStream = ContentType("text/event-stream")
  package static let html = ContentType("text/html; charset=utf-8")
  package static let css = ContentType("text/css; charset=utf-8")
  package static let javaScript = ContentType("text/javascript; charset=utf-8")
  package static let svg = ContentType("image/svg+xml")
  /// Prometheus' exposition format.
  package static let metrics = ContentType("text/plain; version=0.0.4; charset=utf-8")
}
