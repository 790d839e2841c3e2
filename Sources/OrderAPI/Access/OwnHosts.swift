import HTTP

/// The names by which clients reach the service. In open mode they keep out pages of other origins,
/// which run in browsers that can reach this machine.
///
/// A page whose name was made to resolve to our address (DNS rebinding) is recognized by `Host`,
/// and any other foreign page by `Origin` and `Sec-Fetch-Site`. No page can choose these fields.
package struct OwnHosts: Sendable {
  /// Names and addresses beyond those of the loopback interface, in lower case, without port;
  /// IPv6 addresses are in brackets.
  private let names: Set<String>

  /// The names of the loopback interface, and these.
  package init(_ names: [String] = []) { self.names = Set(names.map(Self.normalized)) }

  /// Refuses a request that names another host, or that a foreign page makes.
  func check(_ request: Request) throws(Failure) {
    let host = Authority(request.authority)
    // HTTP/1.0 may leave out the host; no browser does.
    guard host.name.isEmpty || isOwn(host.name) else { throw .misdirected }
    if let site = request.field("sec-fetch-site"), !["same-origin", "none"].contains(site) {
      throw .foreignPage
    }
    guard !request.isRepeated("origin") else { throw .foreignPage }
    if let origin = request.field("origin"), !isOwn(origin: origin, of: host) { throw .foreignPage }
  }

  private func isOwn(_ name: String) -> Bool {
    name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]"
      || Self.isLoopbackV4(name) || names.contains(name)
  }

  /// Whether a page comes from the host that it sends the request to, or from a configured name:
  /// behind a proxy these may differ.
  private func isOwn(origin: String, of host: Authority) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: origin.lowercased().hasPrefix) else {
      return false
    }
    let page = Authority(origin.dropFirst(scheme.count).utf8)
    let standard = scheme == "http://" ? "80" : "443"
    let isSame = page.name == host.name && (page.port ?? standard) == (host.port ?? standard)
    return isSame || names.contains(page.name)
  }

  /// Whether this is `127.0.0.1` or another way to write an address of that network: two to four
  /// numbers, so that no name can look like one.
  private static func isLoopbackV4(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts[0] == "127" && (2...4).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { "0"..."9" ~= $0 } }
  }

  private static func normalized(_ name: String) -> String {
    let name = name.lowercased()
    return name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  /// A host and, where it was given, a port.
  private struct Authority {
    let name: String
    let port: String?

    init(_ bytes: some Sequence<UInt8>) {
      let text = String(decoding: Array(bytes), as: UTF8.self)
      let end = text.lastIndex(of: "]") ?? text.startIndex
      let colon = text[end...].firstIndex(of: ":")
      name = OwnHosts.normalized(String(text[..<(colon ?? text.endIndex)]))
      port = colon.map { String(text[text.index(after: $0)...]) }.flatMap { $0.isEmpty ? nil : $0 }
    }
  }
}
