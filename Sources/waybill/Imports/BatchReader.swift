import OrderAPI
import OrderStore
import Orders

/// Reads a file in batches, from its beginning or from the end of a batch, on a thread beside the
/// loop.
///
/// Unchecked: one task at a time uses it.
final class BatchReader: @unchecked Sendable {
  private static let rowsMax = 500
  /// Bytes of the file in one batch, which bound what is in memory.
  private static let bytesMax = 1_048_576

  /// Reads the rows; it knows the columns of a table.
  let rows: ImportRowReader
  /// The first line of a table.
  let header: [UInt8]
  /// Rows with a fault that only the whole file shows, by their lines.
  var knownFaults: [Int: ImportFault] = [:]
  private let file: SourceFile
  private var records: RecordReader
  private let isWhole: Bool
  private var count = 0
  /// The byte and the line behind the last record.
  private var end: (byte: Int, line: Int)
  private var isAtEnd = false
  private var hasLastLine = false

  /// Rows of the file.
  struct Part: Sendable {
    /// Those without a fault of their own.
    var batch = ImportBatch()
    /// The records of these.
    var records: [RecordSplitter.Record] = []
    /// The others, and what is wrong with them.
    var faults: [(record: RecordSplitter.Record, faults: [ImportFault])] = []

    var rowCount: Int { records.count + faults.count }
  }

  /// - Parameter byte: Where to begin; 0 is the beginning of the file.
  init(
    _ file: SourceFile, _ kind: ImportKind, _ format: ImportFormat, mode: ImportMode,
    from byte: Int = 0, line: Int = 1, at moment: Timestamp
  ) throws {
    self.file = file
    isWhole = byte == 0
    var records = RecordReader(file, format)
    var header: [UInt8] = []
    if format == .csv {
      guard let first = try records.next() else {
        throw UnreadableFile("the file is empty: its first line must name the columns")
      }
      header = ImportRowReader.withoutMark(first.bytes)
    }
    if byte > 0 { records = RecordReader(file, format, from: byte, line: line) }
    do throws(ImportFault) {
      rows = try ImportRowReader(kind, format, mode: mode, header: header, at: moment)
    } catch {
      throw UnreadableFile("line 1, \(error.sentence)")
    }
    self.header = header
    self.records = records
    end = (byte, line)
  }

  /// The next rows; nil behind the last ones.
  func next() throws -> Part? {
    guard !isAtEnd else { return nil }
    var part = Part()
    var bytes = 0
    while part.rowCount < Self.rowsMax, bytes < Self.bytesMax {
      guard let record = try records.next() else {
        isAtEnd = true
        end.byte = file.bytes
        break
      }
      guard !hasLastLine else {
        throw UnreadableFile("line \(record.line) comes after the last line of an export")
      }
      try take(record, into: &part)
      bytes += record.range.count
      end = (record.range.upperBound, record.endLine)
    }
    part.batch.refused = part.faults.count
    part.batch.endByte = end.byte
    part.batch.endLine = end.line
    part.batch.isLast = isAtEnd
    return part
  }

  private func take(_ record: RecordSplitter.Record, into part: inout Part) throws {
    switch rows.read(record) {
    case .row(let row):
      if let fault = knownFaults[record.line] {
        part.faults.append((record, [fault]))
      } else {
        part.batch.rows.append(row)
        part.batch.lines.append(record.line)
        part.records.append(record)
      }
    case .faults(let faults): part.faults.append((record, faults))
    case .end(let rows):
      guard rows == count || !isWhole else {
        throw UnreadableFile(
          "line \(record.line) says that there are \(rows) rows, and there are \(count): "
            + "the file is not whole")
      }
      hasLastLine = true
      return
    }
    count += 1
  }
}

/// Reads the records of a file one by one.
private struct RecordReader {
  private let file: SourceFile
  private var splitter: RecordSplitter
  private var position: Int
  private var buffer = [UInt8](repeating: 0, count: 262_144)
  private var isAtEnd = false

  init(_ file: SourceFile, _ format: ImportFormat, from byte: Int = 0, line: Int = 1) {
    self.file = file
    splitter = RecordSplitter(format, offset: byte, line: line)
    position = byte
  }

  mutating func next() throws(SourceError) -> RecordSplitter.Record? {
    while true {
      if let record = splitter.next() { return record }
      guard !isAtEnd else { return nil }
      let count = try file.read(at: position, into: &buffer)
      position += count
      guard count > 0 else {
        isAtEnd = true
        return splitter.last()
      }
      buffer.withUnsafeBytes { splitter.append(.init(rebasing: $0[..<count])) }
    }
  }
}

/// Why a file cannot be read as rows.
struct UnreadableFile: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
