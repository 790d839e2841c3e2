/// The id of a request in answers and logs.
package enum RequestID: Hashable, Sendable, CustomStringConvertible {
  /// Made by this server.
  case made(UInt64, UInt64)
  /// Taken from the client's `X-Request-Id`.
  case taken(String)

  /// The longest id, in bytes, that is taken from a client: it is copied into each log line.
  package static let takenBytesMax = 128

  /// The id that the client sent; nil when it sent none, or one with characters that do not fit
  /// into a log line.
  package init?(of request: Request) {
    guard let bytes = request.fieldBytes("x-request-id"),
      (1...Self.takenBytesMax).contains(bytes.count),
      bytes.allSatisfy(ByteSet.requestID.contains)
    else { return nil }
    self = .taken(String(decoding: bytes, as: UTF8.self))
  }

  /// 32 hexadecimal digits when made by this server.
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many bytes the id has.
  package var byteCount: Int {
    switch self {
    case .taken(let name): name.utf8.count
    case .made: 32
    }
  }

  /// Appends the id. Characters that could end a log line or field become spaces.
  package func append(to out: inout [UInt8]) {
    out.append(addingCapacity: byteCount) { append(to: &$0) }
  }

  /// Appends the id in the same way to what has room for it.
  package func append(to out: inout OutputSpan<UInt8>) {
    switch self {
    case .taken(let name):
      for byte in name.utf8 { out.append(ByteSet.requestID.contains(byte) ? byte : ASCII.space) }
    case .made(let high, let low):
      var digits = (
        Self.digits(of: high >> 32), Self.digits(of: high),
        Self.digits(of: low >> 32), Self.digits(of: low)
      )
      Swift.withUnsafeBytes(of: &digits) { for byte in $0 { out.append(byte) } }
    }
  }

  /// The eight hexadecimal digits of the lower half of a number, in memory order. All eight are
  /// made at once, because every answer and every log line has an id.
  private static func digits(of number: UInt64) -> UInt64 {
    var bytes = number & 0xFFFF_FFFF
    bytes = (bytes & 0xFFFF_0000) >> 16 | (bytes & 0x0000_FFFF) << 32
    bytes = (bytes & 0xFF00_0000_FF00) >> 8 | (bytes & 0x00FF_0000_00FF) << 16
    bytes = (bytes & 0x00F0_00F0_00F0_00F0) >> 4 | (bytes & 0x000F_000F_000F_000F) << 8
    // In ASCII "a" is 40 after "9", 39 more than from one digit to the next.
    let letters = (bytes &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (bytes &+ 0x3030_3030_3030_3030 &+ letters &* 39).littleEndian
  }
}
