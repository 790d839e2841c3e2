/// The first line of a message, taken apart.
protocol StartLine: Sendable {
  /// Throws when no start line begins with this byte, so that a TLS hello is not waited out.
  static func check(firstByte: UInt8) throws(Rejection)

  init(_ bytes: Span<UInt8>, _ line: Range<Int>, limits: MessageLimits) throws(Rejection)
}

/// Reads one head, from its start line to its empty line, as bytes arrive.
struct HeadReader<Start: StartLine>: Sendable {
  /// The whole head; before it is complete what has arrived, after a refusal what was sound.
  private(set) var head: [UInt8] = []
  private(set) var scan = HeadScan<Start>()

  /// Takes what belongs to the head; true once it is complete.
  ///
  /// A head that arrives in one piece is checked where it lies and copied once, to its exact size.
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
      head = rest.array(0..<scan.sound)
      throw error
    }
  }

  /// Hands over what was read and starts over.
  @inline(__always)
  mutating func take() -> FieldLines {
    var taken: [UInt8] = []
    swap(&taken, &head)
    defer { scan = HeadScan() }
    return FieldLines(head: taken, start: scan.fieldsStart, sketch: scan.facts.sketch)
  }

  /// Leaves what was found sound.
  mutating func cut() {
    if head.count > scan.sound { head.removeSubrange(scan.sound...) }
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
      head.removeSubrange(scan.sound...)
      throw error
    }
  }
}

/// The judgement of a head, line by line, taken up again as bytes arrive.
struct HeadScan<Start: StartLine>: Sendable {
  private(set) var start: Start?
  private(set) var facts = FieldFacts()
  private(set) var fieldsStart = 0
  /// How many bytes, in whole lines, were found sound.
  private(set) var sound = 0
  private var lines = LineCutter()

  /// The size of the head when it is complete; `bytes` begin with the start line each time.
  @inline(__always)
  mutating func advance(_ bytes: Span<UInt8>, _ limits: MessageLimits) throws(Rejection) -> Int? {
    if start == nil {
      try Start.check(firstByte: bytes[0])
      let bytesMax = min(limits.startLineBytesMax + 2, limits.headBytesMax)
      guard let line = try lines.next(in: bytes, bytesMax: bytesMax, orThrow: .startLineTooLong)
      else { return nil }
      start = try Start(bytes, line, limits: limits)
      fieldsStart = lines.start
      sound = lines.start
    }
    while let line = try lines.next(
      in: bytes, bytesMax: limits.headBytesMax, orThrow: .headTooLarge)
    {
      if line.isEmpty { return lines.start }
      try facts.take(bytes, line, fieldsMax: limits.fieldsMax)
      sound = lines.start
    }
    return nil
  }
}
