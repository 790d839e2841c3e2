/// A host and, where it was given, a port.
struct NamedHost {
  /// In lower case; an IPv6 address is in brackets.
  let name: String
  let port: String?

  init(_ bytes: some Sequence<UInt8>) {
    let text = String(decoding: Array(bytes), as: UTF8.self)
    let end = text.lastIndex(of: "]") ?? text.startIndex
    let colon = text[end...].firstIndex(of: ":")
    name = Self.normalized(String(text[..<(colon ?? text.endIndex)]))
    port = colon.map { String(text[text.index(after: $0)...]) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether it is a name or an address of the loopback interface.
  var isLoopback: Bool {
    name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || isLoopbackV4
  }

  /// Whether this is `127.0.0.1` or another way to write an address of that network: two to four
  /// numbers, so that no name can look like one.
  private var isLoopbackV4: Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts[0] == "127" && (2...4).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { "0"..."9" ~= $0 } }
  }

  static func normalized(_ name: String) -> String {
    let name = name.lowercased()
    return name.hasSuffix(".") ? String(name.dropLast()) : name
  }
}
