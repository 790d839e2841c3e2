import Testing

@testable import order_process_standin

@Suite("The table of processes")
struct ProcessTableTests {
  private let url = CallbackURL("http://127.0.0.1:1/done?order=a")!

  private func callback(_ verdict: ProcessStatus, isDoubled: Bool = false) -> Callback {
    Callback(url, order: "a", verdict, isDoubled: isDoubled)
  }

  @Test("starts a process, ends it when its time has passed, and tells its end")
  func life() {
    var table = ProcessTable()

    let start = table.event(.start("a", .url(url), .plain))
    #expect(start == [.record(Record(.start, "a")), .wait("a", number: 1, .seconds(1))])
    #expect(table["a"] == .running)

    let end = table.event(.due("a", number: 1))
    #expect(
      end == [
        .record(Record(.end, "a", .succeeded)), .call(callback(.succeeded), isEarly: false),
      ])
    #expect(table["a"] == .succeeded)
  }

  @Test("refuses a second process of an order, running or ended, and says that it did")
  func double() {
    var table = ProcessTable()
    _ = table.event(.start("a", .nowhere, .plain))
    #expect(table.event(.start("a", .nowhere, .plain)) == [.record(Record(.double, "a"))])
    _ = table.event(.due("a", number: 1))
    #expect(table.event(.start("a", .nowhere, .plain)) == [.record(Record(.double, "a"))])
    #expect(table["a"] == .succeeded)
  }

  @Test("takes ids that only read the same for those of two orders")
  func alike() {
    let (one, other) = ("look-\u{E9}", "look-e\u{301}")
    var table = ProcessTable()
    _ = table.event(.start(one, .nowhere, .plain))
    #expect(table[other] == nil)
    let start = table.event(.start(other, .nowhere, .plain))
    #expect(start == [.record(Record(.start, other)), .wait(other, number: 2, .seconds(1))])
    _ = table.event(.due(one, number: 1))
    #expect(table[one] == .succeeded && table[other] == .running)
    #expect(table.all.map { Array($0.order.utf8) } == [Array(one.utf8), Array(other.utf8)])
    _ = table.event(.forget(one))
    #expect(table[one] == nil && table[other] == .running)
  }

  @Test("ends a process that nobody wants to hear of without a callback")
  func nowhere() {
    var table = ProcessTable()
    _ = table.event(.start("a", .nowhere, .plain))
    #expect(table.event(.due("a", number: 1)) == [.record(Record(.end, "a", .succeeded))])
  }

  @Test("keeps a process with an unreadable callback running for ever")
  func unreadable() {
    var table = ProcessTable()
    let start = table.event(.start("a", .unreadable("nonsense"), .plain))
    #expect(start == [.record(Record(.start, "a"))])
    #expect(table["a"] == .running)
  }

  @Test("ends and tells within the start when the callback is early")
  func early() {
    var table = ProcessTable()
    var fate = Fate.plain
    fate.isEarly = true
    fate.verdict = .failed
    let start = table.event(.start("a", .url(url), fate))
    #expect(
      start == [
        .record(Record(.start, "a")), .record(Record(.end, "a", .failed)),
        .call(callback(.failed), isEarly: true),
      ])
    #expect(table["a"] == .failed)
  }

  @Test("loses and doubles callbacks as fate will have it")
  func callbacks() {
    for (callbacks, expected) in [
      (Fate.Callbacks.none, ProcessTable.Effect.record(Record(.untold, "a"))),
      (.two, .call(callback(.succeeded, isDoubled: true), isEarly: false)),
    ] {
      var table = ProcessTable()
      var fate = Fate.plain
      fate.callbacks = callbacks
      _ = table.event(.start("a", .url(url), fate))
      #expect(table.event(.due("a", number: 1)).last == expected)
    }
  }

  @Test("knows nothing of what it forgot, and never ends it")
  func forget() {
    var table = ProcessTable()
    _ = table.event(.start("a", .nowhere, .plain))
    _ = table.event(.start("b", .nowhere, .plain))

    #expect(table.event(.forget("a")) == [.record(Record(.forget, "a"))])
    #expect(table.event(.forget("a")) == [])
    #expect(table.event(.forget(nil)) == [.record(Record(.forget))])
    #expect(table.all.isEmpty)

    let again = table.event(.start("a", .nowhere, .plain))
    #expect(again == [.record(Record(.start, "a")), .wait("a", number: 3, .seconds(1))])
    #expect(table.event(.due("a", number: 1)) == [])
    #expect(table["a"] == .running)
  }

  @Test("forgets a process instead of ending it when that is its fate")
  func forgotten() {
    var table = ProcessTable()
    var fate = Fate.plain
    fate.verdict = nil
    _ = table.event(.start("a", .url(url), fate))
    #expect(table.event(.due("a", number: 1)) == [.record(Record(.forget, "a"))])
    #expect(table["a"] == nil)
  }
}

@Suite("A fate")
struct FateTests {
  @Test("is the same for the same process of an order and seed, whatever else happens")
  func repeatable() {
    var rates = Rates()
    (rates.failure, rates.lostCallback, rates.earlyCallback) = (0.5, 0.5, 0.5)
    func fates(seed: UInt64) -> [Fate] {
      (0..<50).map { number in
        var dice = Dice(seed: seed, order: "order-\(number % 10)", process: number / 10)
        return Fate(rates, lasting: 0...1_000, &dice)
      }
    }
    #expect(fates(seed: 1) == fates(seed: 1))
    #expect(fates(seed: 1) != fates(seed: 2))
    #expect(Set(fates(seed: 1).map { "\($0)" }).count > 40)
  }

  @Test("follows its rates: nothing at 0, everything at 1, the share in between")
  func rates() {
    var dice = Dice(seed: 1)
    #expect((0..<1_000).count { _ in dice.says(0) } == 0)
    #expect((0..<1_000).count { _ in dice.says(1) } == 1_000)
    #expect((250...350).contains((0..<1_000).count { _ in dice.says(0.3) }))
    #expect((0..<1_000).allSatisfy { _ in Mishap(Rates(), &dice) == nil })
  }
}
