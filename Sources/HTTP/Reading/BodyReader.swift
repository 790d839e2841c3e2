/// Reads the content of one message: of known length, in chunks (RFC 9112 section 7.1), or up to
/// the end of the connection.
struct BodyReader {
  private enum State {
    case counted(left: Int)
    case chunkSize
    case chunkData(left: Int)
    case chunkEnd
    case trailer
    case untilClose
    case complete
  }

  private(set) var body: [UInt8] = []
  /// Bytes received, framing included.
  private(set) var bytesReceived = 0
  private var state: State
  /// Bytes that all chunks may have together.
  private var chunkedBytesMax = 0
  /// The part of a chunk-size or trailer line that has arrived so far.
  private var line: [UInt8] = []
  private var extensionBytes = 0
  private var trailerBytes = 0

  /// More memory is reserved only as bytes arrive, so that a client cannot claim it by announcing a
  /// length.
  private static let reservedBytesMax = 16_384

  init(length: Int) {
    state = length == 0 ? .complete : .counted(left: length)
    if length > 0 { body.reserveCapacity(min(length, Self.reservedBytesMax)) }
  }

  private init(_ state: State) { self.state = state }

  /// Reads chunks of at most `bytesMax` bytes together.
  static func chunked(bytesMax: Int) -> BodyReader {
    var reader = BodyReader(.chunkSize)
    reader.chunkedBytesMax = bytesMax
    return reader
  }

  static var untilClose: BodyReader { BodyReader(.untilClose) }

  /// Whether the end of the connection is the end of the content.
  var endsWithConnection: Bool {
    if case .untilClose = state { true } else { false }
  }

  /// Consumes the bytes of the content; true when it is complete.
  mutating func consume(
    _ bytes: Span<UInt8>, from offset: inout Int, limits: MessageLimits
  ) throws(Rejection) -> Bool {
    let start = offset
    defer { bytesReceived += offset - start }
    while true {
      if case .complete = state { return true }
      if offset == bytes.count { return false }
      switch state {
      case .counted(let left):
        let rest = take(left, bytes, &offset)
        state = rest == 0 ? .complete : .counted(left: rest)
      case .chunkData(let left):
        let rest = take(left, bytes, &offset)
        state = rest == 0 ? .chunkEnd : .chunkData(left: rest)
      case .chunkSize:
        try takeChunkSize(bytes, &offset, limits)
      case .chunkEnd:
        try takeChunkEnd(bytes, &offset)
      case .trailer:
        try takeTrailer(bytes, &offset, limits)
      case .untilClose:
        if bytes.count - offset > limits.bodyBytesMax - body.count { throw .bodyTooLarge }
        _ = take(.max, bytes, &offset)
      case .complete:
        return true
      }
    }
  }

  /// Returns the content and resets the reader.
  mutating func take() -> [UInt8] {
    defer { self = BodyReader(length: 0) }
    return body
  }

  /// Copies up to `left` bytes; returns how many are still missing.
  private mutating func take(_ left: Int, _ bytes: Span<UInt8>, _ offset: inout Int) -> Int {
    let end = offset + min(left, bytes.count - offset)
    body.append(bytes, offset..<end)
    defer { offset = end }
    return left - (end - offset)
  }

  private mutating func takeChunkSize(
    _ bytes: Span<UInt8>, _ offset: inout Int, _ limits: MessageLimits
  ) throws(Rejection) {
    // Sixteen digits of size, the CRLF, and the rest of the limit for extensions.
    let bytesMax = 18 + limits.chunkExtensionBytesMax - extensionBytes
    let isWhole = try takeLine(
      bytes, &offset, bytesMax: bytesMax, orThrow: .chunkExtensionsTooLarge)
    guard isWhole else { return }
    let size = try Self.chunkSize(line.span)
    extensionBytes += size.extensionBytes
    if extensionBytes > limits.chunkExtensionBytesMax { throw .chunkExtensionsTooLarge }
    if size.value > chunkedBytesMax - body.count { throw .bodyTooLarge }
    state = size.value == 0 ? .trailer : .chunkData(left: size.value)
    line.removeAll(keepingCapacity: true)
  }

  /// Allows only hexadecimal digits before the end of the line or a semicolon.
  private static func chunkSize(
    _ line: Span<UInt8>
  ) throws(Rejection) -> (value: Int, extensionBytes: Int) {
    var value = 0
    var digits = 0
    while digits < line.count, let digit = line[digits].hexValue {
      // Does not overflow: a size that is too large stays too large, and the limit refuses it.
      value = value > Int.max >> 5 ? Int.max >> 4 : value << 4 | Int(digit)
      digits += 1
    }
    guard (1...16).contains(digits) else { throw .badChunkSize }
    if digits == line.count { return (value, 0) }
    guard line[digits] == ASCII.semicolon else { throw .badChunkSize }
    try ChunkExtensions.check(line, digits..<line.count)
    return (value, line.count - digits)
  }

  private mutating func takeChunkEnd(
    _ bytes: Span<UInt8>, _ offset: inout Int
  ) throws(Rejection) {
    let isWhole = try takeLine(bytes, &offset, bytesMax: 2, orThrow: .badChunkEnd)
    guard isWhole else { return }
    guard line.isEmpty else { throw .badChunkEnd }
    state = .chunkSize
  }

  private mutating func takeTrailer(
    _ bytes: Span<UInt8>, _ offset: inout Int, _ limits: MessageLimits
  ) throws(Rejection) {
    let bytesMax = limits.trailerBytesMax - trailerBytes
    let isWhole = try takeLine(bytes, &offset, bytesMax: bytesMax, orThrow: .trailersTooLarge)
    guard isWhole else { return }
    if line.isEmpty {
      state = .complete
      return
    }
    trailerBytes += line.count + 2
    try Self.checkTrailer(line.span)
    line.removeAll(keepingCapacity: true)
  }

  /// Refuses the fields that frame or route a message: in a trailer they come too late.
  private static func checkTrailer(_ line: Span<UInt8>) throws(Rejection) {
    let name = try FieldName.range(line, 0..<line.count)
    let isForbidden =
      line.equals("content-length", in: name) || line.equals("transfer-encoding", in: name)
      || line.equals("host", in: name)
    if isForbidden { throw .forbiddenTrailer }
  }

  /// Appends bytes to `line`; true when it is a whole line, and then without its CRLF.
  private mutating func takeLine(
    _ bytes: Span<UInt8>, _ offset: inout Int, bytesMax: Int, orThrow tooLong: Rejection
  ) throws(Rejection) -> Bool {
    let end = offset + min(bytes.count - offset, max(0, bytesMax - line.count))
    let lineFeed = bytes.firstIndex(of: ASCII.lineFeed, in: offset..<end)
    let next = lineFeed.map { $0 + 1 } ?? end
    line.append(bytes, offset..<next)
    offset = next
    guard lineFeed != nil else {
      if line.count >= bytesMax { throw tooLong }
      return false
    }
    line.removeLast()
    guard line.popLast() == ASCII.carriageReturn else { throw .bareLineFeed }
    try line.span.refuseControls(in: 0..<line.count)
    return true
  }
}
