/// What one request is called in answers and logs.
package enum RequestID: Hashable, Sendable, CustomStringConvertible {
  /// Made here from 128 bits the caller drew.
  case made(UInt64, UInt64)
  /// Taken from the sender's `X-Request-Id`.
  case taken(String)

  /// The longest name taken from a sender, in bytes: a name is copied into each log line.
  package static let takenBytesMax = 128

  /// The name the sender gave; nil when it gave none or one unfit for a log line.
  package init?(of request: Request) {
    guard let bytes = request.fieldBytes("x-request-id"),
      (1...Self.takenBytesMax).contains(bytes.count),
      bytes.allSatisfy(ByteSet.requestID.contains)
    else { return nil }
    self = .taken(String(decoding: bytes, as: UTF8.self))
  }

  /// The name: 32 hexadecimal digits when made here.
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the name to bytes; what was taken unchecked cannot end its line either.
  package func append(to out: inout [UInt8]) {
    switch self {
    case .taken(let name):
      out.append(contentsOf: name.utf8.map { ByteSet.requestID.contains($0) ? $0 : ASCII.space })
    case .made(let high, let low):
      var digits = (
        Self.digits(of: high >> 32), Self.digits(of: high),
        Self.digits(of: low >> 32), Self.digits(of: low)
      )
      Swift.withUnsafeBytes(of: &digits) { out.append(contentsOf: $0) }
    }
  }

  /// The eight hexadecimal digits of the lower half of a number, in the order of their bytes in
  /// memory; all eight at once, as every answer and every line of the log has one.
  private static func digits(of number: UInt64) -> UInt64 {
    var bytes = number & 0xFFFF_FFFF
    bytes = (bytes & 0xFFFF_0000) >> 16 | (bytes & 0x0000_FFFF) << 32
    bytes = (bytes & 0xFF00_0000_FF00) >> 8 | (bytes & 0x00FF_0000_00FF) << 16
    bytes = (bytes & 0x00F0_00F0_00F0_00F0) >> 4 | (bytes & 0x000F_000F_000F_000F) << 8
    // From behind "9" to "a" it is 39 characters further than from one digit to the next.
    let letters = (bytes &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (bytes &+ 0x3030_3030_3030_3030 &+ letters &* 39).littleEndian
  }
}
