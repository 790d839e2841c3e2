import Glibc

/// Finds what is in a file twice, with little memory however large the file is: it notes a digest
/// of 64 bits for each key, and sorts the notes on the disk.
///
/// Two keys of a file of 100 million rows have the same digest by chance in one of 4,000 files.
struct DuplicateFinder {
  /// Notes that are sorted at once, of 16 bytes each.
  private static let runSize = 524_288
  /// Notes of each run that are read at once.
  private static let readSize = 1_024

  private struct Note {
    var digest: UInt64 = 0
    /// The line, and in the lowest bits the key's place among those of its row.
    var place: UInt64 = 0

    static func < (left: Note, right: Note) -> Bool {
      (left.digest, left.place) < (right.digest, right.place)
    }
  }

  /// A row that has a key of an earlier one.
  struct Duplicate {
    let line: Int
    let earlierLine: Int
    /// The key's place among those of its row.
    let key: Int
  }

  private var notes: [Note] = []
  private var runs: [Range<Int>] = []
  private var file: Int32?
  private var written = 0

  mutating func append(_ text: String, line: Int, key: Int) throws {
    var hasher = Hasher()
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(key)
    notes.append(
      Note(
        digest: UInt64(bitPattern: Int64(hasher.finalize())),
        place: UInt64(line) << 1 | UInt64(key & 1)))
    if notes.count == Self.runSize { try writeRun() }
  }

  private mutating func writeRun() throws {
    notes.sort(by: <)
    let file = try self.file ?? temporaryFile()
    self.file = file
    let size = notes.count * MemoryLayout<Note>.stride
    for start in stride(from: 0, to: notes.count, by: Self.readSize) {
      let piece = notes[start..<min(start + Self.readSize, notes.count)]
      let bytes = piece.withUnsafeBytes { Array($0) }
      try OutputError.writing(to: file, bytes, path: "the temporary file")
    }
    runs.append(written..<written + size)
    written += size
    notes.removeAll(keepingCapacity: true)
  }

  /// All duplicates, in no order, until there are too many of them.
  mutating func finish(atMost limit: Int) throws -> [Duplicate] {
    var duplicates: [Duplicate] = []
    var first = Note()
    func take(_ note: Note) {
      if note.digest == first.digest, first.place != 0 {
        duplicates.append(
          Duplicate(
            line: Int(note.place >> 1), earlierLine: Int(first.place >> 1),
            key: Int(note.place & 1)))
      } else {
        first = note
      }
    }
    guard let file else {
      notes.sort(by: <)
      for note in notes where duplicates.count < limit { take(note) }
      return duplicates
    }
    defer { close(file) }
    if !notes.isEmpty { try writeRun() }
    notes = []
    var readers = runs.map { RunReader(file: file, rest: $0) }
    while duplicates.count < limit {
      var least: (index: Int, note: Note)?
      for index in readers.indices {
        guard let note = readers[index].next else { continue }
        if least == nil || note < least!.note { least = (index, note) }
      }
      guard let least else { break }
      readers[least.index].advance()
      take(least.note)
    }
    return duplicates
  }

  /// Reads one sorted run.
  private struct RunReader {
    private let file: Int32
    private var rest: Range<Int>
    private var notes: [Note] = []
    private var index = 0

    init(file: Int32, rest: Range<Int>) {
      self.file = file
      self.rest = rest
      fill()
    }

    var next: Note? { index < notes.count ? notes[index] : nil }

    mutating func advance() {
      index += 1
      if index == notes.count { fill() }
    }

    private mutating func fill() {
      let size = MemoryLayout<Note>.stride
      let count = min(rest.count / size, DuplicateFinder.readSize)
      notes = [Note](repeating: Note(), count: count)
      let (file, start) = (self.file, rest.lowerBound)
      let length = notes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, start) }
      // What was written a moment ago can be read.
      precondition(length == count * size, "the temporary file has lost bytes")
      rest = start + length..<rest.upperBound
      index = 0
    }
  }
}
