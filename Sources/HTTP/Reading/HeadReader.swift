/// The parsed first line of a message.
protocol StartLine: Sendable {
  /// Throws when no start line begins with this byte, so that a TLS handshake is refused at once.
  static func check(firstByte: UInt8) throws(Rejection)

  init(_ bytes: Span<UInt8>, _ line: Range<Int>, limits: MessageLimits) throws(Rejection)
}

/// Reads one head, from its start line to its empty line, as bytes arrive.
struct HeadReader<Start: StartLine>: Sendable {
  /// The head: while it is incomplete the bytes so far, after an error the lines that were valid.
  private(set) var head: [UInt8] = []
  private(set) var scan = HeadScan<Start>()

  /// Consumes the bytes of the head; true when it is complete.
  ///
  /// A head that arrives in one piece is checked in the input buffer and copied once.
  @inline(__always)
  mutating func consume(
    _ bytes: Span<UInt8>, from offset: inout Int, limits: MessageLimits
  ) throws(Rejection) -> Bool {
    if offset == bytes.count { return false }
    guard head.isEmpty else { return try resume(bytes, &offset, limits) }
    let rest = bytes.extracting(offset..<bytes.count)
    do throws(Rejection) {
      let end = try scan.advance(rest, limits)
      head = rest.array(0..<(end ?? rest.count))
      offset += head.count
      return end != nil
    } catch {
      head = rest.array(0..<scan.validBytes)
      throw error
    }
  }

  /// Returns the head and resets the reader.
  @inline(__always)
  mutating func take() -> FieldLines {
    var taken: [UInt8] = []
    swap(&taken, &head)
    defer { scan = HeadScan() }
    return FieldLines(head: taken, start: scan.fieldsStart, nameBits: scan.facts.nameBits)
  }

  /// Drops the bytes after the last valid line.
  mutating func dropInvalidLines() {
    if head.count > scan.validBytes { head.removeSubrange(scan.validBytes...) }
  }

  private mutating func resume(
    _ bytes: Span<UInt8>, _ offset: inout Int, _ limits: MessageLimits
  ) throws(Rejection) -> Bool {
    let known = head.count
    let end = offset + min(bytes.count - offset, limits.headBytesMax - known)
    head.append(bytes, offset..<end)
    var scan = scan
    defer { self.scan = scan }
    do throws(Rejection) {
      guard let headEnd = try scan.advance(head.span, limits) else {
        offset = end
        return false
      }
      head.removeSubrange(headEnd...)
      offset += headEnd - known
      return true
    } catch {
      head.removeSubrange(scan.validBytes...)
      throw error
    }
  }
}

/// Checks a head line by line, and continues when more bytes arrive.
struct HeadScan<Start: StartLine>: Sendable {
  private(set) var start: Start?
  private(set) var facts = FieldFacts()
  private(set) var fieldsStart = 0
  /// How many bytes, in whole lines, are valid.
  private(set) var validBytes = 0
  private var lines = LineSplitter()

  /// The size of the head when it is complete, else nil; `bytes` always begin with the start line.
  @inline(__always)
  mutating func advance(_ bytes: Span<UInt8>, _ limits: MessageLimits) throws(Rejection) -> Int? {
    if start == nil {
      try Start.check(firstByte: bytes[0])
      let bytesMax = min(limits.startLineBytesMax + 2, limits.headBytesMax)
      guard let line = try lines.next(in: bytes, bytesMax: bytesMax, orThrow: .startLineTooLong)
      else { return nil }
      start = try Start(bytes, line, limits: limits)
      fieldsStart = lines.start
      validBytes = lines.start
    }
    while let line = try lines.next(
      in: bytes, bytesMax: limits.headBytesMax, orThrow: .headTooLarge)
    {
      if line.isEmpty { return lines.start }
      try facts.take(bytes, line, fieldsMax: limits.fieldsMax)
      validBytes = lines.start
    }
    return nil
  }
}
