import HTTP
import JSON
package import Orders

/// The pages about the routes, made once and sent from memory: the OpenAPI document, an interface
/// to try the calls in, and the explanation of each error.
package struct Documents: Sendable {
  /// The files of Swagger UI, compressed with gzip.
  package struct Browser: Sendable {
    let script: [UInt8]
    let style: [UInt8]

    package init(script: [UInt8], style: [UInt8]) {
      self.script = script
      self.style = style
    }
  }

  /// The OpenAPI document as people read it, with a line for each value.
  package let openAPI: [UInt8]

  private let document: StoredDocument
  private let errors: StoredDocument
  private let browser: StoredDocument
  private let files: [String: StoredDocument]

  /// The pages about everything on a port. Without the files of Swagger UI a page says that they
  /// are missing.
  package init(of mounts: [Mount], browser files: Browser?, currency: Currency? = nil) {
    var builder = OpenAPI(mounts, currency: currency)
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

  /// The console is where people begin, and it leads to the documents.
  private static let console = Response(.seeOther, fields: [Field("Location", "/console")])
  private static let redirection = Response(
    .temporaryRedirect, fields: [Field("Location", "/docs")])
  private static let icon = StoredDocument(.svg, PageStyle.icon)

  /// The routes, which are part of the operations.
  static let routes: [Route] = [
    Route(
      .get, "/", Operations.About.start, access: .anyone, immediate: { _, _ in console }),
    Route(
      .get, "/docs/", Operations.About.browserSlash, access: .anyone,
      immediate: { _, _ in redirection }),
    Route(
      .get, "/favicon.ico", Operations.About.icon, access: .anyone,
      immediate: { call, _ in icon.answer(call) }),
    Route(
      .get, "/openapi.json", Operations.About.openAPI, access: .anyone,
      immediate: { call, services in services.operations.documents.document.answer(call) }),
    Route(
      .get, "/docs", Operations.About.browser, access: .anyone,
      immediate: { call, services in services.operations.documents.browser.answer(call) }),
    Route(
      .get, "/docs/errors", Operations.About.errors, access: .anyone,
      immediate: { call, services in services.operations.documents.errors.answer(call) }),
    Route(
      .get, "/docs/{file}", Operations.About.file, access: .anyone,
      immediate: { call, services in
        let name = try call.value("file")
        guard let file = services.operations.documents.files[name] else {
          throw Failure.notFound("file \(name)")
        }
        return file.answer(call)
      }),
  ]
}

/// Bytes with a tag that changes when they do. They are given plain or compressed; the other form
/// is made when somebody first asks for it, and kept.
private struct StoredDocument: Sendable {
  /// A page loads and runs only what this service sends, and no other page may frame it. Swagger UI
  /// draws its arrows from data URLs.
  private static let pagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  /// The level of compression; it is done once, for bytes that are sent often.
  private static let level = 6
  /// More bytes than any of the files inflates to.
  private static let bytesMax = 16 << 20

  private let contentType: ContentType
  private let plain: OnDemand<[UInt8]>
  /// Nil where compression would save too little.
  private let compressed: OnDemand<[UInt8]>?
  private let tag: EntityTag
  private let fields: [Field]

  init(_ contentType: ContentType, _ bytes: [UInt8], isCompressed: Bool = false) {
    self.contentType = contentType
    if isCompressed {
      plain = OnDemand { Gzip.inflate(bytes, bytesMax: Self.bytesMax) ?? [] }
      compressed = OnDemand { bytes }
    } else {
      plain = OnDemand { bytes }
      compressed =
        bytes.count < AnswerCompressor.bytesMin
        ? nil : OnDemand { Gzip.compress(bytes, level: Self.level) }
    }
    tag = EntityTag(of: bytes)
    guard contentType.value == ContentType.html.value else {
      fields = []
      return
    }
    fields = [
      Field("Content-Security-Policy", Self.pagePolicy), Field("Referrer-Policy", "no-referrer"),
    ]
  }

  func answer(_ call: Call) -> Response {
    var response = compressedIfPreferred(call)
    response.isBodyKept = true
    return response
  }

  private func compressedIfPreferred(_ call: Call) -> Response {
    guard let compressed, AcceptedCodings(call.request).prefersGzip else {
      return call.answer(tag, contentType, fields: fields) { plain.value }
    }
    var response = call.answer(tag, contentType, fields: fields) { compressed.value }
    if response.status == .ok { response.markCompressed() }
    return response
  }
}
