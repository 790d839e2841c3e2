public import Orders

extension Timestamp {
  /// As every contract writes it: `2026-01-01T10:00:00.000Z`.
  public var rfc3339: String {
    let parts = parts
    return String(unsafeUninitializedCapacity: 24) { buffer in
      var at = 0
      func put(_ value: Int, digits: Int, then separator: Unicode.Scalar) {
        var rest = value
        for place in stride(from: at + digits - 1, through: at, by: -1) {
          buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
        buffer[at + digits] = UInt8(ascii: separator)
        at += digits + 1
      }
      put(max(0, min(9_999, parts.year)), digits: 4, then: "-")
      put(parts.month, digits: 2, then: "-")
      put(parts.day, digits: 2, then: "T")
      put(parts.hour, digits: 2, then: ":")
      put(parts.minute, digits: 2, then: ":")
      put(parts.second, digits: 2, then: ".")
      put(parts.millisecond, digits: 3, then: "Z")
      return at
    }
  }
}
