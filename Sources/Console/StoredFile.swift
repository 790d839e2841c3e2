import HTTP

/// A file in memory, plain and, where that saves enough, compressed.
struct StoredFile: Sendable {
  /// A smaller file hardly becomes smaller.
  private static let bytesMin = 500
  /// It is done once, for bytes that are sent often.
  private static let level = 9

  /// The page loads and runs only what this service sends, and makes nodes only from data, never
  /// from text that looks like HTML. No page may frame it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    + "require-trusted-types-for 'script'; trusted-types 'none'"

  private static let protection = [
    Field("Content-Security-Policy", policy), Field("Referrer-Policy", "no-referrer"),
    Field("Cross-Origin-Opener-Policy", "same-origin"),
  ]

  private let type: ContentType
  private let plain: [UInt8]
  private let compressed: [UInt8]?
  private let tag: EntityTag
  private let caching: Response.Caching
  /// Whether it stays in memory, and browsers may keep it.
  private let isKept: Bool

  init(_ type: ContentType, _ bytes: [UInt8], caching: Response.Caching) {
    self.type = type
    self.caching = caching
    plain = bytes
    tag = EntityTag(of: bytes)
    isKept = caching != .never
    compressed =
      isKept && bytes.count >= Self.bytesMin ? Gzip.compress(bytes, level: Self.level) : nil
  }

  /// The file, or 304 when the browser has it.
  func answer(_ request: Request) -> Response {
    let preferred = AcceptedCodings(request).prefersGzip ? compressed : nil
    var fields = Self.protection
    if isKept { fields.append(tag.field) }
    if compressed != nil { fields.append(.variesByCoding) }
    var response: Response
    if isKept, request.has(tag) {
      response = Response(.notModified, fields: fields)
      if preferred != nil { response.markTags() }
    } else {
      response = Response(.ok, contentType: type, fields: fields, body: preferred ?? plain)
      if preferred != nil { response.markCompressed() }
    }
    response.caching = caching
    response.isBodyKept = isKept
    return response
  }
}

/// The types of the files, by the ends of their names.
enum FileType {
  private static let all: [(end: String, type: ContentType)] = [
    (".html", .html), (".js", .javaScript), (".css", .css), (".svg", .svg), (".json", .json),
    (".txt", .text),
  ]

  static func of(_ name: String) -> ContentType? {
    all.first { name.hasSuffix($0.end) }?.type
  }
}
