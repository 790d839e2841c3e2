package import HTTP

/// The console's files, and what is answered below `/console`.
///
/// The pages are kept in memory as they are sent, plain and compressed. Their addresses contain a
/// hash of all of them, so browsers keep them for ever, and a new version of the program has new
/// addresses. Only the first page, which names the others, is asked for each time.
package struct Console: Sendable {
  /// The address of the console.
  package static let path = "/console"
  /// The page that shows every screen.
  private static let index = "index.html"
  /// What the first page writes before the names of the other files.
  private static let filesPath = path + "/files/"
  /// What the API offers below the same path.
  private static let session = Array("session".utf8)
  private static let allowed: [Method] = [.get, .head, .options]

  /// The first segments of the addresses of screens. A person may have kept such an address, so it
  /// leads to the page, which reads it.
  package static let screens = [
    "orders", "pick", "stock", "customers", "report", "tokens", "system",
  ]

  /// The addresses by which metrics name requests.
  package enum Route: String, CaseIterable, Sendable {
    /// The page of all screens.
    case page = "/console"
    /// One of the other files.
    case file = "/console/{version}/{file}"
  }

  /// What is done with a request.
  package enum Outcome: Sendable {
    case answer(Response, Route)
    /// There is nothing at this address.
    case nothing
    /// There is something, but only for these methods.
    case otherMethod(allowed: [Method])
  }

  private let source: Source
  /// The segment of the address before the name of a file.
  private let version: [UInt8]
  private let screens = Set(Self.screens.map { Array($0.utf8) })

  /// Where the files are.
  private enum Source: Sendable {
    case memory([[UInt8]: StoredFile])
    case edited(EditedFiles)
  }

  /// The console of these files.
  package init(_ files: [(name: String, bytes: [UInt8])]) {
    let files = files.map { (name: $0.name, bytes: SentText.of($0.bytes, named: $0.name)) }
    let tag = EntityTag(of: files.flatMap { $0.name.utf8 + [0] + $0.bytes + [0] })
    let digits = String(repeating: "0", count: 16 - tag.value.utf8.count) + tag.value
    version = Array(digits.utf8)
    var stored: [[UInt8]: StoredFile] = [:]
    for file in files {
      guard let type = FileType.of(file.name) else {
        preconditionFailure("\(file.name) has a type that the console does not serve")
      }
      guard file.name == Self.index else {
        stored[Array(file.name.utf8)] = StoredFile(type, file.bytes, caching: .forEver)
        continue
      }
      let page = String(decoding: file.bytes, as: UTF8.self)
        .replacing(Self.filesPath, with: "\(Self.path)/\(digits)/")
      stored[Array(file.name.utf8)] = StoredFile(type, Array(page.utf8), caching: .byTag)
    }
    source = .memory(stored)
  }

  /// The console of files that are read anew for each request, for those who work on them; nil
  /// when there is no first page.
  package init?(reading read: @escaping @Sendable (_ name: String) -> [UInt8]?) {
    let files = EditedFiles(read: read)
    guard files.file(Self.index) != nil else { return nil }
    source = .edited(files)
    version = Array("files".utf8)
  }

  /// What is done with a request; nil for one that is not for the console.
  package func take(_ request: Request) -> Outcome? {
    // Most requests are for the API; their paths are not split here.
    guard request.path.starts(with: Self.path.utf8) else { return nil }
    let segments = request.path.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = segments.first, first.elementsEqual("console".utf8) else { return nil }
    let rest = segments.dropFirst()
    if let next = rest.first, next.elementsEqual(Self.session) { return nil }
    guard let place = place(of: rest.map { Array($0) }) else { return .nothing }
    switch request.method {
    case .get, .head: break
    case .options: return .answer(.allowing(Self.allowed), place.route)
    default: return .otherMethod(allowed: Self.allowed)
    }
    return place.response(request).map { Outcome.answer($0, place.route) } ?? .nothing
  }

  /// What stands at an address.
  private struct Place {
    let route: Route
    let response: (Request) -> Response?
  }

  private func place(of segments: [[UInt8]]) -> Place? {
    guard let first = segments.first else {
      return Place(route: .page) { answer(Self.index, to: $0) }
    }
    if segments.count == 1, first.isEmpty {
      return Place(route: .page) { _ in
        Response(.seeOther, fields: [Field("Location", Self.path)])
      }
    }
    if screens.contains(first) { return Place(route: .page) { answer(Self.index, to: $0) } }
    let name = segments.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard segments.count == 2, first == version, name != Self.index, contains(name) else {
      return nil
    }
    return Place(route: .file) { answer(name, to: $0) }
  }

  private func contains(_ name: String) -> Bool {
    switch source {
    case .memory(let files): files[Array(name.utf8)] != nil
    case .edited(let files): files.file(name) != nil
    }
  }

  private func answer(_ name: String, to request: Request) -> Response? {
    switch source {
    case .memory(let files): files[Array(name.utf8)]?.answer(request)
    case .edited(let files):
      files.file(name).flatMap { bytes in
        FileType.of(name).map { StoredFile($0, bytes, caching: .never).answer(request) }
      }
    }
  }
}

extension Response {
  fileprivate static func allowing(_ methods: [Method]) -> Response {
    let names = methods.map(\.name).joined(separator: ", ")
    return Response(.noContent, fields: [Field("Allow", names)])
  }
}
