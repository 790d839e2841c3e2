import HTTP
import Testing

@testable import OrderAPI

@Suite("Content is negotiated:")
struct AcceptTests {
  typealias Case = (accept: String?, form: String?)
  static let cases: [Case] = [
    (nil, "json"), ("*/*", "json"), ("application/json", "json"), ("text/csv", "csv"),
    ("TEXT/CSV", "csv"), ("text/*", "csv"), ("application/*", "json"), ("text/csv, */*", "json"),
    ("text/csv, */*;q=0.1", "csv"), ("application/json;q=0.5, text/csv", "csv"),
    ("application/json;q=0.5, text/csv;q=0.4", "json"), ("text/csv;charset=utf-8", "csv"),
    ("*/*, application/json;q=0", "csv"), ("text/csv;q=0", nil), ("text/html", nil),
    ("image/*", nil), ("application/json;q=0, text/csv;q=0", nil),
    ("text/csv;q=2", "json"), ("text/csv;q=x, application/json;q=0.001", "json"),
    ("text/csv ; q=0.9 , application/json ; q=0.8", "csv"), ("csv", "json"), ("", "json"),
    ("*/json", nil),
  ]

  @Test("the form the caller likes best, JSON among equals", arguments: cases)
  func best(_ example: Case) {
    let best = Accept(example.accept.map { [$0] } ?? []).best(of: [.json, .csv])

    #expect(best.map { $0.value.contains("csv") ? "csv" : "json" } == example.form)
  }

  typealias Cell = (text: String?, field: String)
  static let cells: [Cell] = [
    ("plain", #""plain""#), (nil, ""), ("", #""""#), (#"say "hi""#, #""say ""hi""""#),
    ("a,b\r\nc", "\"a,b\r\nc\""), ("=1+1", #""'=1+1""#), ("+49", #""'+49""#), ("-1", #""'-1""#),
    ("@SUM(A1)", #""'@SUM(A1)""#), ("\t=1", "\"'\t=1\""), ("a=1", #""a=1""#), ("ünï", #""ünï""#),
  ]

  @Test("text in a table is quoted, and never a formula", arguments: cells)
  func csv(_ example: Cell) {
    var writer = CSVWriter(columns: ["a", "b"])
    writer.line {
      $0.text(example.text)
      $0.plain("1.00")
    }

    #expect(String(decoding: writer.bytes, as: UTF8.self) == "a,b\r\n\(example.field),1.00\r\n")
  }
}
