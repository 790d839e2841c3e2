/// A host and, where it was given, a port.
///
/// Each request names one, so it is kept as the bytes that came.
struct NamedHost {
  /// In lower case; an IPv6 address is in brackets.
  let name: [UInt8]
  let port: ArraySlice<UInt8>?

  init(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    let end = bytes.lastIndex(of: UInt8(ascii: "]")) ?? 0
    let colon = bytes[end...].firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
    name = Self.normalized(bytes[..<colon])
    let port = bytes[colon...].dropFirst()
    self.port = port.isEmpty ? nil : port
  }

  /// Whether it is a name or an address of the loopback interface.
  var isLoopback: Bool {
    isLoopbackV4 || name.elementsEqual("localhost".utf8) || name.elementsEqual("[::1]".utf8)
      || name.suffix(10).elementsEqual(".localhost".utf8)
  }

  /// Whether this is `127.0.0.1` or another way to write an address of that network: two to four
  /// numbers, so that no name can look like one.
  private var isLoopbackV4: Bool {
    guard name.starts(with: "127.".utf8) else { return false }
    var numbers = 1
    var isNumberEmpty = false
    for byte in name {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): isNumberEmpty = false
      case UInt8(ascii: ".") where !isNumberEmpty: (numbers, isNumberEmpty) = (numbers + 1, true)
      default: return false
      }
    }
    return numbers <= 4 && !isNumberEmpty
  }

  static func normalized(_ name: some Collection<UInt8>) -> [UInt8] {
    var name = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    return name
  }
}
