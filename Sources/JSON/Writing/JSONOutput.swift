/// The bytes of a document that is being written, in memory of their own.
///
/// An array asks with each append whether somebody else holds it. A document has one writer, so all
/// that is asked here is whether there is room. Valid only in the closure that is given it.
struct JSONOutput {
  private struct Memory {
    var start: UnsafeMutablePointer<UInt8>
    var next: UnsafeMutablePointer<UInt8>
    var end: UnsafeMutablePointer<UInt8>

    init(capacity: Int) {
      start = .allocate(capacity: capacity)
      next = start
      end = start + capacity
    }

    mutating func grow(by count: Int) {
      var larger = Memory(capacity: max(2 * (end - start), next - start + count))
      larger.next += next - start
      larger.start.moveInitialize(from: start, count: next - start)
      start.deallocate()
      self = larger
    }
  }

  private let memory: UnsafeMutablePointer<Memory>

  /// Calls `use` with what `write` has written.
  static func with<Result>(
    reserving capacity: Int, _ write: (JSONOutput) -> Void,
    _ use: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    var memory = Memory(capacity: max(capacity, 16))
    withUnsafeMutablePointer(to: &memory) { write(JSONOutput(memory: $0)) }
    defer { memory.start.deallocate() }
    return use(UnsafeBufferPointer(start: memory.start, count: memory.next - memory.start))
  }

  /// What `write` writes.
  static func bytes(reserving capacity: Int, _ write: (JSONOutput) -> Void) -> [UInt8] {
    with(reserving: capacity, write) { Array($0) }
  }

  /// The byte before the next one; there must be one.
  var last: UInt8 { memory.pointee.next[-1] }

  /// Where the next bytes go, with room for `count` of them.
  @inline(__always)
  private func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
    if memory.pointee.end - memory.pointee.next < count { memory.pointee.grow(by: count) }
    return memory.pointee.next
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    room(for: 1).initialize(to: byte)
    memory.pointee.next += 1
  }

  @inline(__always)
  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    room(for: bytes.count).initialize(from: start, count: bytes.count)
    memory.pointee.next += bytes.count
  }

  @inline(__always)
  func append(_ word: StaticString) {
    append(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  @inline(__always)
  func append(_ bytes: some Collection<UInt8>) {
    guard bytes.withContiguousStorageIfAvailable(append) == nil else { return }
    for byte in bytes { append(byte) }
  }

  /// Appends what `write` writes, which is `count` bytes at most.
  @inline(__always)
  func append(upTo count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
    let buffer = UnsafeMutableBufferPointer(start: room(for: count), count: count)
    var span = OutputSpan(buffer: buffer, initializedCount: 0)
    write(&span)
    memory.pointee.next += span.finalize(for: buffer)
  }
}
