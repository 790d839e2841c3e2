import HTTP
import JSON

/// What there is to read about the routes, made once and sent from memory.
package struct Documents: Sendable {
  /// The files of the interface that shows the document in a browser, compressed with gzip.
  package struct Browser: Sendable {
    let script: [UInt8]
    let style: [UInt8]

    /// The interface's one script and one style sheet.
    package init(script: [UInt8], style: [UInt8]) {
      self.script = script
      self.style = style
    }
  }

  /// The OpenAPI document, to be read by people: a line for each value.
  package let openAPI: [UInt8]

  private let document: StoredDocument
  private let errors: StoredDocument
  private let browser: StoredDocument
  private let files: [String: StoredDocument]

  /// Nothing yet: what the routes have while they are being described.
  package init() { self.init(of: [], browser: nil) }

  /// What there is to read about everything on a port; without a browser's files it says so.
  package init(of mounts: [Router.Mount], browser files: Browser?) {
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

  private static let redirection = Response(
    .temporaryRedirect, fields: [Field("Location", "/docs")])
  private static let icon = StoredDocument(.svg, PageStyle.icon)

  /// The routes, which belong to the operations.
  var routes: [Route] {
    [
      Route(
        .get, "/", Operations.About.start, access: .anyone,
        handler: .now { _ in Self.redirection }),
      Route(
        .get, "/docs/", Operations.About.browserSlash, access: .anyone,
        handler: .now { _ in Self.redirection }),
      Route(
        .get, "/favicon.ico", Operations.About.icon, access: .anyone,
        handler: .now { Self.icon.answer($0) }),
      Route(
        .get, "/openapi.json", Operations.About.openAPI, access: .anyone,
        handler: .now { document.answer($0) }),
      Route(
        .get, "/docs", Operations.About.browser, access: .anyone,
        handler: .now { browser.answer($0) }),
      Route(
        .get, "/docs/errors", Operations.About.errors, access: .anyone,
        handler: .now { errors.answer($0) }),
      Route(
        .get, "/docs/{file}", Operations.About.file, access: .anyone,
        handler: .now { call in
          let name = try call.value("file")
          guard let file = files[name] else { throw Failure.notFound("file \(name)") }
          return file.answer(call)
        }),
    ]
  }
}

/// Bytes with a tag that changes when they do. Of the two forms in which they are sent, as they are
/// and compressed, the one that is missing is made when somebody first asks for it, and kept.
private struct StoredDocument: Sendable {
  /// A page runs and loads only what comes from here, and nobody may frame it. Swagger UI draws its
  /// arrows from data URLs.
  private static let pagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  /// How hard it is tried to make what is sent often small.
  private static let level = 6
  /// More bytes than any of the files has; what claims to be of more is none of them.
  private static let bytesMax = 16 << 20

  private let contentType: ContentType
  private let plain: KeptValue<[UInt8]>
  /// Nil where that is not worth it.
  private let compressed: KeptValue<[UInt8]>?
  private let tag: EntityTag
  private let fields: [Field]

  init(_ contentType: ContentType, _ bytes: [UInt8], isCompressed: Bool = false) {
    self.contentType = contentType
    if isCompressed {
      plain = KeptValue { Gzip.inflate(bytes, bytesMax: Self.bytesMax) ?? [] }
      compressed = KeptValue { bytes }
    } else {
      plain = KeptValue { bytes }
      compressed =
        bytes.count < AnswerCoder.bytesMin
        ? nil : KeptValue { Gzip.compress(bytes, level: Self.level) }
    }
    // Tells versions apart, and keeps nobody from making two that look alike. (FNV-1a)
    let sum = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    tag = EntityTag(String(sum, radix: 16))
    guard contentType.value == ContentType.html.value else {
      fields = []
      return
    }
    fields = [
      Field("Content-Security-Policy", Self.pagePolicy), Field("Referrer-Policy", "no-referrer"),
    ]
  }

  func answer(_ call: Call) -> Response {
    guard let compressed, AcceptedCodings(call.request).prefersGzip else {
      return call.answer(tag, contentType, fields: fields) { plain.value }
    }
    var response = call.answer(tag, contentType, fields: fields) { compressed.value }
    if response.status == .ok { response.markCompressed() }
    return response
  }
}
