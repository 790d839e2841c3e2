import TestSupport
import Testing

@testable import order_process_standin

@Suite("The journal")
struct LedgerTests {
  @Test("tells a second start beside the first from one after the first was forgotten")
  func doubleStarts() throws {
    let legitimate = try #require(
      Ledger(journal: "forget\nstart a\nforget\nstart a\nstart b\nforget b\nstart b\n"))
    #expect(legitimate.doubleStarts == [])
    #expect(legitimate.orders["a"]?.starts == 2)

    let wrong = try #require(Ledger(journal: "start a\nend a FAILED\nstart a\nstart b\n"))
    #expect(wrong.doubleStarts == ["a"])
  }

  @Test("keeps orders apart whose ids look the same and have other bytes")
  func alike() throws {
    let ids = ["look-\u{E9}", "look-e\u{301}"]
    let lines = ids.map { Record(.start, $0).line } + [Record(.end, ids[1], .failed).line]
    let ledger = try #require(Ledger(journal: lines.joined(separator: "\n")))
    #expect(ledger.doubleStarts.isEmpty)
    #expect(ids.map { ledger.orders[$0]?.starts } == [1, 1])
    #expect(ids.map { ledger.orders[$0]?.verdict } == [nil, .failed])
    #expect(Set(ledger.orders.all.map { Array($0.order.utf8) }) == Set(ids.map { Array($0.utf8) }))
  }

  @Test("finds no double start in anything the table does", arguments: UInt64(1)...5)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var rates = Rates()
    (rates.failure, rates.forgetting, rates.earlyCallback) = (0.3, 0.2, 0.3)
    var (table, ledger, source) = (ProcessTable(), Ledger(), RandomSource(seed: seed))
    let url = CallbackURL("http://127.0.0.1:1/")!
    var waiting: [(order: String, number: Int)] = []
    for _ in 0..<5_000 {
      let order = "order-\(random.next() % 7)"
      let effects =
        switch random.next() % 100 {
        case 0: table.event(.forget(nil))
        case 1...5: table.event(.forget(order))
        case 6...40 where !waiting.isEmpty:
          { table.event(.due($0.order, number: $0.number)) }(waiting.removeFirst())
        default: table.event(.start(order, .url(url), ProcessPlan(rates, lasting: 0...9, &source)))
        }
      for effect in effects {
        if case .record(let record) = effect { ledger.add(record) }
        if case .wait(let order, let number, _) = effect { waiting.append((order, number)) }
      }
      #expect(ledger.orders[order]?.isKnown ?? false == (table[order] != nil))
      if let status = table[order] {
        #expect(ledger.orders[order]?.verdict == (status == .running ? nil : status))
      }
    }
    #expect(ledger.doubleStarts.isEmpty)
    #expect(ledger.counts[.duplicate, default: 0] > 100)
    #expect(ledger.counts[.end, default: 0] > 100)
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
    #expect(ledger.orders["a"]?.duplicates == 1)
    #expect(ledger.orders["b"]?.verdict == nil)
    #expect(ledger.counts[.lost] == 2)
  }

  @Test(
    "has lines that can be read back, whatever the id of the order",
    arguments: ["a", "two words", "line\nbreak", "a/b?c%20", "Zürich", "🧾"])
  func lines(order: String) {
    for record in [Record(.start, order), Record(.end, order, .failed), Record(.forget)] {
      #expect(Record(line: record.line) == record)
      #expect(!record.line.contains("\n"))
    }
  }

  @Test("refuses other lines", arguments: ["", "begin a", "end a", "start a FAILED", "end a b c"])
  func otherLines(line: String) {
    #expect(Record(line: line) == nil)
  }
}
