/// What one request is called in answers and logs.
public enum RequestID: Hashable, Sendable, CustomStringConvertible {
  /// Made here from 128 bits the caller drew.
  case made(UInt64, UInt64)
  /// Taken from the sender's `X-Request-Id`.
  case taken(String)

  /// The longest name taken from a sender, in bytes: a name is copied into each log line.
  public static let takenBytesMax = 128

  /// The name the sender gave; nil when it gave none or one unfit for a log line.
  public init?(of request: Request) {
    guard let bytes = request.fieldBytes("x-request-id"),
      (1...Self.takenBytesMax).contains(bytes.count),
      bytes.allSatisfy(ByteSet.requestID.contains)
    else { return nil }
    self = .taken(String(decoding: bytes, as: UTF8.self))
  }

  /// The name: 32 hexadecimal digits when made here.
  public var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the name to bytes; what was taken unchecked cannot end its line either.
  public func append(to out: inout [UInt8]) {
    switch self {
    case .taken(let name):
      out.append(contentsOf: name.utf8.map { ByteSet.requestID.contains($0) ? $0 : ASCII.space })
    case .made(let high, let low):
      for word in [high, low] {
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
          let digit = UInt8(truncatingIfNeeded: word >> shift) & 0xF
          out.append(digit < 10 ? ASCII.zero + digit : 0x57 + digit)
        }
      }
    }
  }
}
