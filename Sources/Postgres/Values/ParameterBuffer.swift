import Glibc

/// The parameters of one statement in PostgreSQL's binary format; its memory is used again for the
/// next statement.
///
/// The memory is its own: an array asks with each append whether somebody else holds it, and most
/// values are a few bytes.
struct ParameterBuffer: ~Copyable {
  /// Never null, so that an empty value has an address as well: for libpq a null pointer means
  /// NULL.
  private var memory: UnsafeMutableRawPointer
  private var capacity = 1_024
  private var count = 0
  /// Where each parameter starts; nil for NULL.
  private var starts: [Int?] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  init() { memory = .allocate(byteCount: capacity, alignment: 1) }

  deinit { memory.deallocate() }

  /// Replaces the values by those of another statement.
  mutating func fill(with values: [SQLValue]) throws(PostgresError) {
    count = 0
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    for value in values {
      if case .null = value {
        starts.append(nil)
        lengths.append(0)
        continue
      }
      let start = count
      try encode(value)
      guard count <= PostgresLimits.parameterBytesMax else {
        throw .parameter("longer than \(PostgresLimits.parameterBytesMax) bytes")
      }
      starts.append(start)
      lengths.append(Int32(count - start))
    }
    while formats.count < values.count { formats.append(1) }
  }

  /// Calls `body` with the arrays that libpq needs; the pointers are valid only inside.
  mutating func withPointers<Result>(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Result
  ) -> Result {
    pointers.removeAll(keepingCapacity: true)
    for start in starts {
      guard let start else {
        pointers.append(nil)
        continue
      }
      pointers.append(UnsafePointer((memory + start).assumingMemoryBound(to: CChar.self)))
    }
    return pointers.withUnsafeBufferPointer { pointers in
      lengths.withUnsafeBufferPointer { lengths in
        formats.withUnsafeBufferPointer { formats in
          body(
            Int32(pointers.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
        }
      }
    }
  }

  private mutating func encode(_ value: SQLValue) throws(PostgresError) {
    switch value {
    case .null: break
    case .bool(let value): append(UInt8(value ? 1 : 0))
    case .int32(let value): append(value)
    case .int64(let value): append(value)
    case .uuid(let value):
      append(value.high)
      append(value.low)
    case .text(let value): try append(value)
    case .bytes(let value): value.withUnsafeBytes { append($0) }
    case .array(let type, let elements): try append(elements, of: type)
    }
  }

  /// Makes room for so many more bytes.
  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  private mutating func grow(_ more: Int) {
    capacity = max(2 * capacity, count + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
    larger.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = larger
  }

  @inline(__always)
  private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    reserve(MemoryLayout<Integer>.size)
    memory.storeBytes(of: value.bigEndian, toByteOffset: count, as: Integer.self)
    count += MemoryLayout<Integer>.size
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    (memory + count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }

  /// NUL is refused here: PostgreSQL's text cannot contain it, but says so only after a round trip.
  private mutating func append(_ text: String) throws(PostgresError) {
    var text = text
    let isClean = text.withUTF8 { utf8 in
      guard let start = utf8.baseAddress, memchr(start, 0, utf8.count) == nil else {
        return utf8.isEmpty
      }
      append(UnsafeRawBufferPointer(utf8))
      return true
    }
    guard isClean else { throw .parameter("text with a NUL character") }
  }

  private mutating func append(_ elements: [SQLValue], of type: SQLType) throws(PostgresError) {
    guard elements.count <= PostgresLimits.arrayElementsMax else {
      throw .parameter("an array of more than \(PostgresLimits.arrayElementsMax) elements")
    }
    append(Int32(elements.isEmpty ? 0 : 1))
    let hasNull = count
    append(Int32(0))
    append(type.oid)
    guard !elements.isEmpty else { return }
    append(Int32(elements.count))
    append(Int32(1))
    for element in elements {
      let start = count
      if case .null = element {
        append(Int32(-1))
        set(1, at: hasNull)
        continue
      }
      append(Int32(0))
      try encode(element)
      set(Int32(truncatingIfNeeded: count - start - 4), at: start)
    }
  }

  /// Writes a number over an earlier one.
  private func set(_ value: Int32, at offset: Int) {
    memory.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Int32.self)
  }
}
