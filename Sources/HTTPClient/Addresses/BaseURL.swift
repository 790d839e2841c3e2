/// The address of another service, to which paths are appended: `http://example.org:8000/below`.
package struct BaseURL: Equatable, Sendable {
  /// The host, with the port unless it is 80.
  package let host: String
  /// The prefix of every path; never ends with a slash.
  package let path: String

  /// Nil for anything but plain `http` with a host and optionally a port and a path.
  package init?(_ text: String) {
    let scheme = "http://"
    guard text.lowercased().hasPrefix(scheme) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let host = String(rest.prefix { $0 != "/" })
    let path = rest.dropFirst(host.count)
    guard Origin(authority: host) != nil, !host.contains("@"),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      !text.contains(where: { "?#\"<>".contains($0) })
    else { return nil }
    self.host = host
    var kept = path
    while kept.last == "/" { kept.removeLast() }
    self.path = String(kept)
  }

  /// The host without the port; an IPv6 address is in brackets.
  package var hostName: String {
    let end = host.lastIndex(of: "]") ?? host.startIndex
    return String(host[..<(host[end...].firstIndex(of: ":") ?? host.endIndex)])
  }

  package var text: String { "http://\(host)\(path)" }
}
