import HTTP
import Synchronization
import Testing

@testable import Console

@Suite("The files of the console")
struct ConsoleFileTests {
  private static let index = """
    <!doctype html><script type="module" src="/console/files/app.js"></script>
    <link rel="stylesheet" href="/console/files/style.css">
    """
  private static let script = "import './more.js';" + String(repeating: " more();", count: 300)
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("app.js", Array(script.utf8)), ("icon.svg", Array("<svg/>".utf8)),
    ("index.html", Array(index.utf8)), ("style.css", Array("body {}".utf8)),
  ]
  private let console = Console(ConsoleFileTests.files)

  private struct Answer {
    let response: Response
    let route: Console.Route

    func field(_ name: String) -> String? {
      response.fields.first { "\($0.name)" == name }?.value
    }
    var text: String { String(decoding: response.body, as: UTF8.self) }
  }

  private func take(
    _ line: String, _ fields: [String] = [], of console: Console? = nil
  ) throws -> Console.Outcome? {
    var parser = RequestParser()
    var offset = 0
    let lines = ["\(line) HTTP/1.1", "Host: localhost"] + fields + ["", ""]
    let bytes = Array(lines.joined(separator: "\r\n").utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
      throw NoRequest()
    }
    return (console ?? self.console).take(request)
  }

  private func ask(
    _ line: String, _ fields: [String] = [], of console: Console? = nil
  ) throws -> Answer {
    guard case .answer(let response, let route)? = try take(line, fields, of: console) else {
      throw NoRequest()
    }
    return Answer(response: response, route: route)
  }

  private struct NoRequest: Error {}

  /// The folder that the first page names.
  private func address(of console: Console? = nil) throws -> String {
    let page = try ask("GET /console", of: console).text
    return String(try #require(page.firstMatch(of: #/src="(/console/[0-9a-f]{16})/app\.js"/#)).1)
  }

  @Test(
    "are one page at every address of a screen",
    arguments: [
      "/console", "/console?status=new", "/console/orders", "/console/orders/42?x=y",
      "/console/orders/a%2Fb/c.d", "/console/system", "/console/tokens/",
    ])
  func screens(_ target: String) throws {
    for method in ["GET", "HEAD"] {
      let answer = try ask("\(method) \(target)")

      #expect(answer.response.status == .ok && answer.route == .page)
      #expect(answer.response.contentType?.value == "text/html; charset=utf-8")
      #expect(!answer.text.contains("/files/"), "the names of the files are their addresses")
      #expect(answer.response.caching == .byTag && answer.field("ETag") != nil)
    }
  }

  @Test("are asked for again only when they have changed")
  func tags() throws {
    let first = try ask("GET /console")
    let tag = try #require(first.field("ETag"))
    for condition in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
      let again = try ask("GET /console/orders", ["If-None-Match: \(condition)"])
      #expect(again.response.status == .notModified && again.response.body.isEmpty)
      #expect(again.field("ETag") == tag)
    }
    #expect(try ask("GET /console", ["If-None-Match: \"x\""]).response.status == .ok)
    var changed = Self.files
    changed[3].bytes = Array("body { color: red }".utf8)
    let other = Console(changed)

    #expect(try ask("GET /console", of: other).field("ETag") != tag)
    #expect(try address(of: other) != address(), "a new version has new addresses")
    #expect(try address(of: Console(Self.files)) == address(), "the same on every instance")
  }

  typealias Asset = (name: String, type: String)
  static let assets: [Asset] = [
    ("app.js", "text/javascript; charset=utf-8"), ("style.css", "text/css; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
  ]

  @Test("are kept for ever under an address that names their content", arguments: assets)
  func kept(_ asset: Asset) throws {
    let answer = try ask("GET \(try address())/\(asset.name)")

    #expect(answer.response.status == .ok && answer.route == .file)
    #expect(answer.response.contentType?.value == asset.type)
    #expect(answer.response.caching == .forEver && answer.response.isBodyKept)
    let bytes = try #require(Self.files.first { $0.name == asset.name }).bytes
    #expect(answer.response.body == bytes)
  }

  @Test("are sent compressed to those who ask, where that is worth it")
  func compression() throws {
    let path = "GET \(try address())/app.js"
    let gzip = ["Accept-Encoding: br, gzip"]
    let small = try ask(path, gzip)
    let plain = try ask(path)
    let tag = try #require(plain.field("ETag"))

    #expect(small.field("Content-Encoding") == "gzip" && plain.field("Content-Encoding") == nil)
    #expect(Gzip.inflate(small.response.body, bytesMax: 1 << 20) == Array(Self.script.utf8))
    #expect(small.response.body.count < plain.response.body.count / 4)
    #expect(small.field("Vary") == "Accept-Encoding" && plain.field("Vary") == "Accept-Encoding")
    #expect(small.field("ETag") == tag.dropLast() + "-gzip\"")
    let marked = try ask(path, gzip + ["If-None-Match: \(small.field("ETag") ?? "")"])
    #expect(marked.response.status == .notModified)
    #expect(marked.field("ETag") == small.field("ETag"))
    #expect(try ask("GET \(try address())/style.css", gzip).field("Content-Encoding") == nil)
  }

  @Test("are sent without the comments and blanks that only their readers need")
  func sent() throws {
    let script = """
      // What it does.

      /** More of it,
       * and more. */
      export const text = (a) =>
        `  // ${a} /* */`   \u{20}
      /* one line */
      /* a */ /* b */ go(text) // why
      /* over
         two */ go('http://localhost // "')  // it's here, as far as a line can tell

      """
    let sheet = "/* Colours */\n:root {\n  --a: 1; /* b */\n}\n"
    let page = "<!doctype html>\n  // app.js and style.css stay as they are\n" + Self.index
    let console = Console([
      ("app.js", Array(script.utf8)), ("index.html", Array(page.utf8)),
      ("style.css", Array(sheet.utf8)),
    ])
    let folder = try address(of: console)

    #expect(
      try ask("GET \(folder)/app.js", of: console).text
        == """
        export const text = (a) =>
        `  // ${a} /* */`
        go(text)
        go('http://localhost // "')  // it's here, as far as a line can tell
        """)
    #expect(
      try ask("GET \(folder)/style.css", of: console).text == ":root {\n--a: 1; /* b */\n}")
    #expect(try ask("GET /console", of: console).text.contains("\n  // app.js"))
  }

  @Test("load and run nothing foreign, and no page may frame them")
  func policy() throws {
    let folder = try address()
    for target in ["/console", "/console/orders", "\(folder)/app.js", "\(folder)/icon.svg"] {
      let answer = try ask("GET \(target)")
      #expect(
        answer.field("Content-Security-Policy") == """
          default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
          connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
          require-trusted-types-for 'script'; trusted-types 'none'
          """, "\(target)")
      #expect(answer.field("Referrer-Policy") == "no-referrer")
      #expect(answer.field("Cross-Origin-Opener-Policy") == "same-origin")
    }
  }

  static let nothing = [
    "/console/nowhere", "/console/login", "/console/Orders", "/console//orders",
    "/console/files/app.js",
    "/console/0000000000000000/app.js", "/console/FOLDER", "/console/FOLDER/",
    "/console/FOLDER/no.js", "/console/FOLDER/index.html", "/console/FOLDER/app.js/",
    "/console/FOLDER/../app.js",
    "/console/FOLDER/%61pp.js",
  ]

  @Test("are nothing else", arguments: nothing)
  func missing(_ target: String) throws {
    let name = String(try address().split(separator: "/").last ?? "")
    guard case .nothing? = try take("GET \(target.replacing("FOLDER", with: name))") else {
      Issue.record("\(target) is something")
      return
    }
  }

  @Test(
    "leave to others what is not theirs",
    arguments: ["/", "/consoles", "/docs", "/orders", "/console/session", "/Console", "*"])
  func foreign(_ target: String) throws {
    #expect(try take("\(target == "*" ? "OPTIONS" : "GET") \(target)") == nil)
  }

  @Test("are read, and nothing is sent to them")
  func methods() throws {
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
      guard case .otherMethod(let allowed)? = try take("\(method) /console/orders") else {
        Issue.record("\(method) is answered")
        continue
      }
      #expect(allowed == [.get, .head, .options])
    }
    let options = try ask("OPTIONS /console")
    #expect(options.response.status == .noContent)
    #expect(options.field("Allow") == "GET, HEAD, OPTIONS")
    let slash = try ask("GET /console/")
    #expect(slash.response.status == .seeOther && slash.field("Location") == "/console")
  }

  @Test("are read anew for those who work on them, as they are at each request")
  func edited() throws {
    #expect(Console(reading: { _ in nil }) == nil, "without a first page there is no console")
    let files = Mutex([
      "index.html": Self.index, "app.js": "1", ".env": "secret", "notes.md": "secret",
    ])
    let console = Console { name in files.withLock { $0[name] }.map { Array($0.utf8) } }!

    let page = try ask("GET /console/orders", of: console)
    #expect(page.text == Self.index && page.response.caching == .never)
    #expect(page.field("ETag") == nil && page.field("Content-Security-Policy") != nil)
    #expect(try ask("GET /console/files/app.js", of: console).text == "1")
    files.withLock { $0["app.js"] = "2" }
    let changed = try ask("GET /console/files/app.js", ["If-None-Match: *"], of: console)
    #expect(changed.text == "2" && changed.response.caching == .never)
    for name in [".env", "notes.md", "..", "../app.js", "%2e%2e", "a%2fapp.js", "A.js", "a"] {
      guard case .nothing? = try take("GET /console/files/\(name)", of: console) else {
        Issue.record("\(name) is served")
        continue
      }
    }
  }
}
