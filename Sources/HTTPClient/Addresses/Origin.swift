/// The host and port that a request is sent to.
struct Origin: Hashable, Sendable {
  let host: String
  let port: UInt16

  /// `example.org`, `example.org:8080`, `127.0.0.1:80` or `[::1]:8080`; port 80 if none is given.
  init?(authority: String) {
    let bytes = authority.utf8
    let portColon: String.Index?
    if bytes.first == UInt8(ascii: "[") {
      guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      let behind = bytes.index(after: bracket)
      guard behind == bytes.endIndex || bytes[behind] == UInt8(ascii: ":") else { return nil }
      host = String(authority[bytes.index(after: bytes.startIndex)..<bracket])
      portColon = behind == bytes.endIndex ? nil : behind
    } else {
      portColon = bytes.firstIndex(of: UInt8(ascii: ":"))
      host = String(authority[..<(portColon ?? authority.endIndex)])
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    guard let portColon else {
      port = 80
      return
    }
    let digits = authority[bytes.index(after: portColon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
      port > 0
    else { return nil }
    self.port = port
  }
}
