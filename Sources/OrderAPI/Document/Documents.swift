import HTTP
import JSON

/// What there is to read about the routes, made once and sent from memory.
public struct Documents: Sendable {
  /// The files of the interface that shows the document in a browser, compressed with gzip.
  public struct Browser: Sendable {
    let script: [UInt8]
    let style: [UInt8]

    /// The interface's one script and one style sheet.
    public init(script: [UInt8], style: [UInt8]) {
      self.script = script
      self.style = style
    }
  }

  /// The OpenAPI document, to be read by people: a line for each value.
  public let openAPI: [UInt8]

  private let document: StoredDocument
  private let errors: StoredDocument
  private let browser: StoredDocument
  private let files: [String: StoredDocument]

  /// Nothing yet: what the routes have while they are being described.
  public init() { self.init(of: [], browser: nil) }

  /// What there is to read about everything on a port; without a browser's files it says so.
  public init(of mounts: [Router.Mount], browser files: Browser?) {
    var builder = OpenAPI(mounts)
    let json = builder.document()
    openAPI = json.indented
    document = StoredDocument(.json, json.bytes)
    errors = StoredDocument(.html, ErrorPage(mounts).html)
    browser = StoredDocument(.html, BrowserPage.html(isComplete: files != nil))
    var all = ["pages.css": StoredDocument(.css, PageStyle.css)]
    if let files {
      all["swagger-ui.js"] = StoredDocument(.javaScript, files.script, isCompressed: true)
      all["swagger-ui.css"] = StoredDocument(.css, files.style, isCompressed: true)
      all["start.js"] = StoredDocument(.javaScript, BrowserPage.script)
    }
    self.files = all
  }

  /// The routes, which belong to the operations.
  var routes: [Route] {
    [
      Route(
        .get, "/openapi.json", Operations.About.openAPI, access: .anyone,
        handler: .now { try document.answer($0) }),
      Route(
        .get, "/docs", Operations.About.browser, access: .anyone,
        handler: .now { try browser.answer($0) }),
      Route(
        .get, "/docs/errors", Operations.About.errors, access: .anyone,
        handler: .now { try errors.answer($0) }),
      Route(
        .get, "/docs/{file}", Operations.About.file, access: .anyone,
        handler: .now { call in
          let name = try call.value("file")
          guard let file = files[name] else { throw Failure.notFound("file \(name)") }
          return try file.answer(call)
        }),
    ]
  }
}

/// Bytes that are sent as they are, with a tag that changes when they do.
private struct StoredDocument: Sendable {
  /// A page runs and loads only what comes from here, and nobody may frame it. Swagger UI draws its
  /// arrows from data URLs.
  private static let pagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private let contentType: ContentType
  private let bytes: [UInt8]
  private let isCompressed: Bool
  private let tag: EntityTag
  private let fields: [Field]

  init(_ contentType: ContentType, _ bytes: [UInt8], isCompressed: Bool = false) {
    self.contentType = contentType
    self.bytes = bytes
    self.isCompressed = isCompressed
    // Tells versions apart, and keeps nobody from making two that look alike. (FNV-1a)
    let sum = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    tag = EntityTag(String(sum, radix: 16))
    var fields: [Field] = []
    if isCompressed {
      fields = [Field("Content-Encoding", "gzip"), Field("Vary", "Accept-Encoding")]
    }
    if contentType.value == ContentType.html.value {
      fields += [
        Field("Content-Security-Policy", Self.pagePolicy), Field("Referrer-Policy", "no-referrer"),
      ]
    }
    self.fields = fields
  }

  /// A file that is kept compressed is sent to whoever does not refuse that, as one copy will do:
  /// who says nothing takes anything (RFC 9110 section 12.5.3).
  func answer(_ call: Call) throws(Failure) -> Response {
    guard !isCompressed || call.takesGzip else { throw .notAcceptable(offered: [contentType]) }
    return call.answer(tag, contentType, fields: fields) { bytes }
  }
}

extension Call {
  fileprivate var takesGzip: Bool {
    let lines = request.fields("accept-encoding")
    guard !lines.isEmpty else { return true }
    return lines.joined(separator: ",").lowercased().split(separator: ",").contains { coding in
      let parts = coding.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      guard let name = parts.first, ["gzip", "x-gzip", "*"].contains(name) else { return false }
      let weights = ["q=0", "q=0.0", "q=0.00", "q=0.000"]
      return !parts.dropFirst().contains { weights.contains(String($0)) }
    }
  }
}
