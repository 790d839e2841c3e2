/// The form of a file.
package enum ImportFormat: String, CaseIterable, Sendable { case csv, ndjson }

/// Cuts a file into its records, whatever pieces it comes in.
///
/// A record of a table ends at the end of a line outside of quotes; one of JSON ends at any.
package struct RecordSplitter {
  /// The most bytes that a record may have. It bounds what is in memory.
  package static let bytesMax = 262_144

  /// A record of the file.
  package struct Record: Sendable {
    /// Without the end of its line; empty when there were too many.
    package let bytes: [UInt8]
    package let isTooLong: Bool
    /// The line in which it begins.
    package let line: Int
    /// Where it begins, and where the next one does.
    package let range: Range<Int>
    /// The last line that it has a part of.
    package let endLine: Int
  }

  private let isTable: Bool
  private var buffer: [UInt8] = []
  /// The first byte of the record in the buffer, and the first that was not looked at.
  private var start = 0
  private var scanned = 0
  /// How many bytes of the record were already dropped, as there are too many.
  private var dropped = 0
  private var isInQuotes = false
  private var isAtCellStart = true
  private var lines = 0
  /// Where the record begins in the file.
  private var offset: Int
  private var line: Int

  /// - Parameters:
  ///   - offset: Where in the file the first byte is.
  ///   - line: The line that it begins.
  package init(_ format: ImportFormat, offset: Int = 0, line: Int = 1) {
    isTable = format == .csv
    self.offset = offset
    self.line = line
  }

  /// Appends the next bytes of the file.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if start > 0 {
      buffer.removeFirst(start)
      scanned -= start
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole record; nil when more bytes are needed.
  package mutating func next() -> Record? {
    while let end = scan() {
      if let record = take(to: end, next: end + 1) { return record }
    }
    if scanned - start > Self.bytesMax {
      dropped += scanned - start
      start = scanned
    }
    return nil
  }

  /// What stands behind the last end of a line, at the end of the file.
  package mutating func last() -> Record? {
    scanned = buffer.count
    return scanned > start || dropped > 0 ? take(to: buffer.count, next: buffer.count) : nil
  }

  /// The end of the line that ends the record.
  private mutating func scan() -> Int? {
    var (at, inQuotes, atCellStart, newLines) = (scanned, isInQuotes, isAtCellStart, 0)
    let isTable = isTable
    let isFound = buffer.withUnsafeBufferPointer { bytes in
      while at < bytes.count {
        let byte = bytes[at]
        if byte == UInt8(ascii: "\n") {
          newLines += 1
          if !inQuotes { return true }
          atCellStart = false
        } else if isTable {
          if byte != UInt8(ascii: "\"") {
            atCellStart = byte == UInt8(ascii: ",")
          } else if inQuotes {
            // It ends the quotes, or is half of a pair, whose other half opens them again.
            (inQuotes, atCellStart) = (false, true)
          } else {
            inQuotes = atCellStart
            atCellStart = false
          }
        }
        at += 1
      }
      return false
    }
    (scanned, isInQuotes, isAtCellStart) = (at, inQuotes, atCellStart)
    lines += newLines
    return isFound ? at : nil
  }

  /// Nil for an empty line.
  private mutating func take(to end: Int, next: Int) -> Record? {
    let length = dropped + next - start
    defer {
      offset += length
      line += lines
      (start, scanned) = (next, next)
      (dropped, lines, isInQuotes, isAtCellStart) = (0, 0, false, true)
    }
    let isTooLong = dropped + end - start > Self.bytesMax
    var content = isTooLong ? [] : buffer[start..<end]
    if content.last == UInt8(ascii: "\r") { content = content.dropLast() }
    guard isTooLong || !content.isEmpty else { return nil }
    let endLine = end < buffer.count ? line + lines - 1 : line + lines
    return Record(
      bytes: Array(content), isTooLong: isTooLong, line: line, range: offset..<offset + length,
      endLine: endLine)
  }
}
