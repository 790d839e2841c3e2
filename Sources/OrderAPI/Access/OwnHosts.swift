import HTTP

/// The names by which clients reach the service. In open mode they keep out pages of other origins,
/// which run in browsers that can reach this machine.
///
/// A page whose name was made to resolve to our address (DNS rebinding) is recognized by `Host`,
/// and any other foreign page by `Origin` and `Sec-Fetch-Site`. No page can choose these fields.
package struct OwnHosts: Sendable {
  /// Names and addresses beyond those of the loopback interface, in lower case, without port;
  /// IPv6 addresses are in brackets.
  private let names: Set<[UInt8]>

  /// The names of the loopback interface, and these.
  package init(_ names: [String] = []) {
    self.names = Set(names.map { NamedHost.normalized($0.utf8) })
  }

  /// Refuses a request that names another host than `known`, which is our own, or that a foreign
  /// page makes.
  func check(_ request: Request, known: [UInt8] = []) throws(Failure) {
    if !request.authority.elementsEqual(known) {
      let host = NamedHost(request.authority)
      // HTTP/1.0 may leave out the host; no browser does.
      guard host.name.isEmpty || isOwn(host) else { throw .misdirected }
    }
    try checkSite(request)
    guard !request.isRepeated("origin") else { throw .foreignPage }
    if let origin = request.field("origin"),
      !isOwn(origin: origin, of: NamedHost(request.authority))
    {
      throw .foreignPage
    }
  }

  /// Refuses a request by a session that our own page does not make. A page elsewhere can make a
  /// browser read, too, though browsers then show it nothing; there is no reason to let it.
  func checkSession(_ request: Request) throws(Failure) {
    switch request.method {
    case .get, .head:
      try checkSite(request)
    default:
      try checkPage(request)
      guard request.method == .delete && !request.hasField("content-type") || request.hasJSON
      else { throw .notJSON }
    }
  }

  /// Refuses a request that does not prove that our own page makes it. Browsers say so in
  /// `Sec-Fetch-Site`; those that do not, and pages without TLS, send `Origin`.
  func checkPage(_ request: Request) throws(Failure) {
    guard !request.isRepeated("sec-fetch-site"), !request.isRepeated("origin") else {
      throw .foreignPage
    }
    if let site = request.field("sec-fetch-site") {
      guard site == "same-origin" else { throw .foreignPage }
      return
    }
    guard let origin = request.field("origin"),
      isOwn(origin: origin, of: NamedHost(request.authority))
    else { throw .foreignPage }
  }

  /// Refuses a request of which a browser says that a page elsewhere makes it.
  private func checkSite(_ request: Request) throws(Failure) {
    if let site = request.field("sec-fetch-site"), !["same-origin", "none"].contains(site) {
      throw .foreignPage
    }
  }

  private func isOwn(_ host: NamedHost) -> Bool { host.isLoopback || names.contains(host.name) }

  /// Whether a page comes from the host that it sends the request to, or from a configured name:
  /// behind a proxy these may differ.
  private func isOwn(origin: String, of host: NamedHost) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: origin.lowercased().hasPrefix) else {
      return false
    }
    let page = NamedHost(origin.dropFirst(scheme.count).utf8)
    let standard = ArraySlice((scheme == "http://" ? "80" : "443").utf8)
    let isSame = page.name == host.name && (page.port ?? standard) == (host.port ?? standard)
    return isSame || names.contains(page.name)
  }
}
