/// Where another service is found: `http://example.org:8000/below`, to which paths are appended.
package struct BaseURL: Equatable, Sendable {
  /// Its host, with the port unless it is 80.
  package let host: String
  /// What stands before every path; never ends with a slash.
  package let path: String

  /// An address as somebody configured it; nil for anything but plain `http` with a host and, if
  /// need be, a port and a path.
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

  /// Its host without the port; an IPv6 address is in brackets.
  package var hostName: String {
    let end = host.lastIndex(of: "]") ?? host.startIndex
    return String(host[..<(host[end...].firstIndex(of: ":") ?? host.endIndex)])
  }

  /// The address as text.
  package var text: String { "http://\(host)\(path)" }
}
