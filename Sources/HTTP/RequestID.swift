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
      var digits = (Self.digits(of: high), Self.digits(of: low))
      Swift.withUnsafeBytes(of: &digits) { out.append(contentsOf: $0) }
    }
  }

  /// The sixteen hexadecimal digits of a number, in the order they are written.
  private static func digits(of word: UInt64) -> SIMD16<UInt8> {
    let bytes = unsafeBitCast(word.bigEndian, to: SIMD8<UInt8>.self)
    var nibbles = SIMD16<UInt8>()
    nibbles.evenHalf = bytes &>> 4
    nibbles.oddHalf = bytes & 0xF
    // From behind "9" to "a" it is 39 characters further than from one digit to the next.
    return nibbles &+ ASCII.zero &+ SIMD16<UInt8>().replacing(with: 39, where: nibbles .> 9)
  }
}
