import Testing

@testable import order_process_standin

@Suite("The journal")
struct LedgerTests {
  @Test("tells a second start beside the first from one after amnesia")
  func doubleStarts() throws {
    let legitimate = try #require(
      Ledger(journal: "forget\nstart a\nforget\nstart a\nstart b\nforget b\nstart b\n"))
    #expect(legitimate.doubleStarts == [])
    #expect(legitimate.orders["a"]?.starts == 2)

    let wrong = try #require(Ledger(journal: "start a\nend a FAILED\nstart a\nstart b\n"))
    #expect(wrong.doubleStarts == ["a"])
  }

  @Test("keeps the last verdict of each order, and counts what was refused")
  func verdicts() throws {
    let ledger = try #require(
      Ledger(
        journal: """
          start a
          double a
          end a FAILED
          forget
          start b
          end b SUCCEEDED
          forget b
          start b
          lost
          lost

          """))
    #expect(ledger.orders["a"]?.verdict == .failed)
    #expect(ledger.orders["a"]?.doubles == 1)
    #expect(ledger.orders["b"]?.verdict == nil)
    #expect(ledger.counts[.lost] == 2)
  }

  @Test(
    "has lines that can be read back, whatever the order is called",
    arguments: ["a", "two words", "line\nbreak", "a/b?c%20", "Zürich", "🧾"])
  func lines(order: String) {
    for record in [Record(.start, order), Record(.end, order, .failed), Record(.forget)] {
      #expect(Record(line: record.line) == record)
      #expect(!record.line.contains("\n"))
    }
  }

  @Test("has no other lines", arguments: ["", "begin a", "end a", "start a FAILED", "end a b c"])
  func otherLines(line: String) {
    #expect(Record(line: line) == nil)
  }
}
