/// One record of a table, cut into its cells.
struct CSVRecord {
  /// A cell as it stands in the record, and what it says.
  struct Cell {
    /// With its quotes.
    let raw: Range<Int>
    let isQuoted: Bool
    fileprivate let hasEscapes: Bool
  }

  let bytes: [UInt8]
  private(set) var cells: [Cell] = []
  /// What breaks the form of the record, if anything does.
  private(set) var problem: String?

  /// - Parameter bytes: The record without the end of its line.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var at = 0
    repeat {
      guard let cell = cell(from: at) else { return }
      cells.append(cell)
      at = cell.raw.upperBound + 1
    } while at <= bytes.count
  }

  private mutating func cell(from start: Int) -> Cell? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.count
      return Cell(raw: start..<end, isQuoted: false, hasEscapes: false)
    }
    var at = start + 1
    var hasEscapes = false
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "\"") else {
        at += 1
        continue
      }
      guard at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\"") else {
        guard at + 1 == bytes.count || bytes[at + 1] == UInt8(ascii: ",") else {
          problem = "something follows the quote that ends column \(cells.count + 1)"
          return nil
        }
        return Cell(raw: start..<at + 1, isQuoted: true, hasEscapes: hasEscapes)
      }
      hasEscapes = true
      at += 2
    }
    problem = "the quote that begins column \(cells.count + 1) does not end"
    return nil
  }

  /// What a cell says: without its quotes, and without the apostrophe that keeps a spreadsheet from
  /// running it. The bytes are UTF-8.
  func text(_ cell: Cell) -> String {
    let inner =
      cell.isQuoted ? cell.raw.lowerBound + 1..<cell.raw.upperBound - 1 : cell.raw
    var content = bytes[inner]
    if content.first == UInt8(ascii: "'"), CSVWriter.isLikeFormula(content) {
      content = content.dropFirst()
    }
    guard cell.hasEscapes else { return String(decoding: content, as: UTF8.self) }
    var plain: [UInt8] = []
    plain.reserveCapacity(content.count)
    var isSecond = false
    for byte in content {
      isSecond = byte == UInt8(ascii: "\"") && !isSecond
      if !isSecond { plain.append(byte) }
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
