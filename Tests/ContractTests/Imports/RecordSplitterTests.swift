import TestSupport
import Testing

@testable import OrderAPI

@Suite("The records of a file")
struct RecordSplitterTests {
  /// The records, when the file comes in pieces of so many bytes.
  private static func records(
    _ text: String, _ format: ImportFormat, piece: Int
  ) -> [RecordSplitter.Record] {
    var splitter = RecordSplitter(format)
    var records: [RecordSplitter.Record] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { splitter.append($0) }
      while let record = splitter.next() { records.append(record) }
    }
    if let last = splitter.last() { records.append(last) }
    return records
  }

  @Test(
    "are the same in whatever pieces it comes",
    arguments: [
      ("a,b\n1,2\n", ["a,b", "1,2"], [1, 2]),
      ("a,b\r\n1,2\r\n", ["a,b", "1,2"], [1, 2]),
      ("a\n\n\r\n1", ["a", "1"], [1, 4]),
      ("a\n\"1\n2\"\n3\n", ["a", "\"1\n2\"", "3"], [1, 2, 4]),
      ("\"a \"\"b\n\"\", c\"\nx\n", ["\"a \"\"b\n\"\", c\"", "x"], [1, 3]),
      // A quote inside of a cell is only a quote.
      ("5\" pipe,x\ny\n", ["5\" pipe,x", "y"], [1, 2]),
      ("\"open\nto the end", ["\"open\nto the end"], [1]),
      ("", [], []),
    ])
  func pieces(text: String, expected: [String], lines: [Int]) {
    for piece in [1, 2, 3, 7, 1_000] {
      let records = Self.records(text, .csv, piece: piece)
      #expect(records.map { String(decoding: $0.bytes, as: UTF8.self) } == expected, "\(piece)")
      #expect(records.map(\.line) == lines, "\(piece)")
      let bytes = Array(text.utf8)
      for record in records {
        let part = bytes[record.range]
        #expect(part.starts(with: record.bytes), "\(piece)")
      }
      #expect((records.last?.range.upperBound ?? 0) == bytes.count)
    }
  }

  @Test("of JSON end with each line, whatever quotes there are")
  func json() {
    let records = Self.records("{\"a\":\"\\\"\"}\n{}\n", .ndjson, piece: 4)
    let texts = records.map { String(decoding: $0.bytes, as: UTF8.self) }
    #expect(texts == [#"{"a":"\""}"#, "{}"])
  }

  @Test("that are too long are passed over, and the next one is found")
  func tooLong() {
    let long = String(repeating: "x", count: RecordSplitter.bytesMax * 3)
    for piece in [1_000, 100_000, 10_000_000] {
      let records = Self.records("a\n\(long)\nb\n", .csv, piece: piece)
      #expect(records.map(\.isTooLong) == [false, true, false])
      #expect(records.map(\.line) == [1, 2, 3])
      #expect(records[2].range.upperBound == long.utf8.count + 5)
    }
  }

  @Test(
    "say what their cells say",
    arguments: [
      (#"a,"b, c","say ""x""",,"","#, ["a", "b, c", #"say "x""#, "", "", ""]),
      // The apostrophe of an export, and one that is part of the text.
      (#""'=1+1","''=x","'tis","'","#, ["=1+1", "'=x", "'tis", "'", ""]),
    ])
  func cells(line: String, expected: [String]) {
    let record = CSVRecord(Array(line.utf8))
    #expect(record.problem == nil)
    #expect(record.cells.map(record.text) == expected)
  }

  @Test("are written so that they can be read, whatever they say")
  func apostrophes() {
    var random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
    for _ in 0..<2_000 {
      let length = Int.random(in: 0..<6, using: &random)
      let text = String((0..<length).map { _ in "'=+-@\t\r\n\",ab".randomElement(using: &random)! })
      var writer = CSVWriter(continuing: [])
      writer.line { $0.text(text) }
      let record = CSVRecord(Array(writer.bytes.dropLast(2)))
      #expect(record.cells.map(record.text) == [text])
    }
  }

  @Test(
    "with a broken form are told",
    arguments: [
      (#"a,"b" c"#, "something follows the quote that ends column 2"),
      (#"a,"b"#, "the quote that begins column 2 does not end"),
    ])
  func broken(line: String, problem: String) {
    #expect(CSVRecord(Array(line.utf8)).problem == problem)
  }
}
