import Glibc

/// The parameters of one statement in PostgreSQL's binary format; its memory is used again for the
/// next statement.
struct ParameterBuffer {
  /// Starts with an unused byte, so that an empty value has an address as well: for libpq a null
  /// pointer means NULL.
  private var bytes: [UInt8] = [0]
  /// Where each parameter starts; nil for NULL.
  private var starts: [Int?] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  /// Replaces the values by those of another statement.
  mutating func fill(with values: [SQLValue]) throws(PostgresError) {
    bytes.removeLast(bytes.count - 1)
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    for value in values {
      if case .null = value {
        starts.append(nil)
        lengths.append(0)
        continue
      }
      let start = bytes.count
      try encode(value)
      guard bytes.count <= PostgresLimits.parameterBytesMax else {
        throw .parameter("longer than \(PostgresLimits.parameterBytesMax) bytes")
      }
      starts.append(start)
      lengths.append(Int32(bytes.count - start))
    }
    while formats.count < values.count { formats.append(1) }
  }

  /// Calls `body` with the arrays that libpq needs; the pointers are valid only inside.
  mutating func withPointers<Result>(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Result
  ) -> Result {
    bytes.withUnsafeBytes { bytes in
      pointers.removeAll(keepingCapacity: true)
      for start in starts {
        pointers.append(
          start.map { (bytes.baseAddress! + $0).assumingMemoryBound(to: CChar.self) })
      }
      return pointers.withUnsafeBufferPointer { pointers in
        lengths.withUnsafeBufferPointer { lengths in
          formats.withUnsafeBufferPointer { formats in
            body(
              Int32(pointers.count), pointers.baseAddress, lengths.baseAddress,
              formats.baseAddress)
          }
        }
      }
    }
  }

  private mutating func encode(_ value: SQLValue) throws(PostgresError) {
    switch value {
    case .null: break
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .int32(let value): append(value)
    case .int64(let value): append(value)
    case .uuid(let value):
      append(value.high)
      append(value.low)
    case .text(let value): try append(value)
    case .bytes(let value): bytes.append(contentsOf: value)
    case .array(let type, let elements): try append(elements, of: type)
    }
  }

  private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// NUL is refused here: PostgreSQL's text cannot contain it, but says so only after a round trip.
  private mutating func append(_ text: String) throws(PostgresError) {
    var text = text
    let isClean = text.withUTF8 { utf8 in
      guard let start = utf8.baseAddress, memchr(start, 0, utf8.count) == nil else {
        return utf8.isEmpty
      }
      bytes.append(contentsOf: utf8)
      return true
    }
    guard isClean else { throw .parameter("text with a NUL character") }
  }

  private mutating func append(_ elements: [SQLValue], of type: SQLType) throws(PostgresError) {
    guard elements.count <= PostgresLimits.arrayElementsMax else {
      throw .parameter("an array of more than \(PostgresLimits.arrayElementsMax) elements")
    }
    let hasNull = elements.contains { if case .null = $0 { true } else { false } }
    append(Int32(elements.isEmpty ? 0 : 1))
    append(Int32(hasNull ? 1 : 0))
    append(type.oid)
    guard !elements.isEmpty else { return }
    append(Int32(elements.count))
    append(Int32(1))
    for element in elements {
      if case .null = element {
        append(Int32(-1))
        continue
      }
      let lengthAt = bytes.count
      append(Int32(0))
      try encode(element)
      let length = Int32(truncatingIfNeeded: bytes.count - lengthAt - 4)
      withUnsafeBytes(of: length.bigEndian) {
        bytes.replaceSubrange(lengthAt..<lengthAt + 4, with: $0)
      }
    }
  }
}
