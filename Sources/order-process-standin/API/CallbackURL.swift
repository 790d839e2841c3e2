import HTTP

/// The URL of a callback: `http://HOST[:PORT][/PATH][?QUERY]`.
struct CallbackURL: Equatable, Sendable {
  let host: String
  /// The path and the query, unchanged.
  let target: String

  init?(_ text: String) {
    let scheme = "http://"
    let isPrintable = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    let escapes = try? PercentCoding.decode(Array(text.utf8)[...])
    guard text.hasPrefix(scheme), isPrintable, escapes != nil else { return nil }
    let rest = text.dropFirst(scheme.count)
    let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !host.isEmpty else { return nil }
    let target = rest[host.endIndex...].prefix { $0 != "#" }
    self.host = String(host)
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
  }
}
