import Testing

@testable import order_process_standin

@Suite("The table of processes")
struct ProcessTableTests {
  private let url = CallbackURL("http://127.0.0.1:1/done?order=a")!

  private func callback(_ verdict: ProcessStatus, isDoubled: Bool = false) -> Callback {
    Callback(url, order: "a", verdict, isDoubled: isDoubled)
  }

  @Test("starts a process, ends it after its duration, and calls back")
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

  @Test("refuses a second process of an order, running or ended, and records that")
  func double() {
    var table = ProcessTable()
    _ = table.event(.start("a", .absent, .plain))
    #expect(table.event(.start("a", .absent, .plain)) == [.record(Record(.duplicate, "a"))])
    _ = table.event(.due("a", number: 1))
    #expect(table.event(.start("a", .absent, .plain)) == [.record(Record(.duplicate, "a"))])
    #expect(table["a"] == .succeeded)
  }

  @Test("keeps orders apart whose ids look the same and have other bytes")
  func alike() {
    let (one, other) = ("look-\u{E9}", "look-e\u{301}")
    var table = ProcessTable()
    _ = table.event(.start(one, .absent, .plain))
    #expect(table[other] == nil)
    let start = table.event(.start(other, .absent, .plain))
    #expect(start == [.record(Record(.start, other)), .wait(other, number: 2, .seconds(1))])
    _ = table.event(.due(one, number: 1))
    #expect(table[one] == .succeeded && table[other] == .running)
    #expect(table.all.map { Array($0.order.utf8) } == [Array(one.utf8), Array(other.utf8)])
    _ = table.event(.forget(one))
    #expect(table[one] == nil && table[other] == .running)
  }

  @Test("ends a process without a callback URL without a callback")
  func nowhere() {
    var table = ProcessTable()
    _ = table.event(.start("a", .absent, .plain))
    #expect(table.event(.due("a", number: 1)) == [.record(Record(.end, "a", .succeeded))])
  }

  @Test("keeps a process with an invalid callback URL running for ever")
  func unreadable() {
    var table = ProcessTable()
    let start = table.event(.start("a", .invalid("nonsense"), .plain))
    #expect(start == [.record(Record(.start, "a"))])
    #expect(table["a"] == .running)
  }

  @Test("ends and calls back within the start when the callback is early")
  func early() {
    var table = ProcessTable()
    var plan = ProcessPlan.plain
    plan.isEarly = true
    plan.verdict = .failed
    let start = table.event(.start("a", .url(url), plan))
    #expect(
      start == [
        .record(Record(.start, "a")), .record(Record(.end, "a", .failed)),
        .call(callback(.failed), isEarly: true),
      ])
    #expect(table["a"] == .failed)
  }

  @Test("loses and doubles callbacks as planned")
  func callbacks() {
    for (callbacks, expected) in [
      (ProcessPlan.Callbacks.none, ProcessTable.Effect.record(Record(.lostCallback, "a"))),
      (.two, .call(callback(.succeeded, isDoubled: true), isEarly: false)),
    ] {
      var table = ProcessTable()
      var plan = ProcessPlan.plain
      plan.callbacks = callbacks
      _ = table.event(.start("a", .url(url), plan))
      #expect(table.event(.due("a", number: 1)).last == expected)
    }
  }

  @Test("does not know a forgotten process, and never ends it")
  func forget() {
    var table = ProcessTable()
    _ = table.event(.start("a", .absent, .plain))
    _ = table.event(.start("b", .absent, .plain))

    #expect(table.event(.forget("a")) == [.record(Record(.forget, "a"))])
    #expect(table.event(.forget("a")) == [])
    #expect(table.event(.forget(nil)) == [.record(Record(.forget))])
    #expect(table.all.isEmpty)

    let again = table.event(.start("a", .absent, .plain))
    #expect(again == [.record(Record(.start, "a")), .wait("a", number: 3, .seconds(1))])
    #expect(table.event(.due("a", number: 1)) == [])
    #expect(table["a"] == .running)
  }

  @Test("forgets a process instead of ending it when that is planned")
  func forgotten() {
    var table = ProcessTable()
    var plan = ProcessPlan.plain
    plan.verdict = nil
    _ = table.event(.start("a", .url(url), plan))
    #expect(table.event(.due("a", number: 1)) == [.record(Record(.forget, "a"))])
    #expect(table["a"] == nil)
  }
}

@Suite("A process plan")
struct ProcessPlanTests {
  @Test("is the same for the same process of an order and seed, whatever else happens")
  func repeatable() {
    var rates = Rates()
    (rates.failure, rates.lostCallback, rates.earlyCallback) = (0.5, 0.5, 0.5)
    func plans(seed: UInt64) -> [ProcessPlan] {
      (0..<50).map { number in
        var random = RandomSource(seed: seed, order: "order-\(number % 10)", process: number / 10)
        return ProcessPlan(rates, lasting: 0...1_000, &random)
      }
    }
    #expect(plans(seed: 1) == plans(seed: 1))
    #expect(plans(seed: 1) != plans(seed: 2))
    #expect(Set(plans(seed: 1).map { "\($0)" }).count > 40)
  }

  @Test("follows its rates: nothing at 0, everything at 1, the share in between")
  func rates() {
    var random = RandomSource(seed: 1)
    #expect((0..<1_000).count { _ in random.chance(0) } == 0)
    #expect((0..<1_000).count { _ in random.chance(1) } == 1_000)
    #expect((250...350).contains((0..<1_000).count { _ in random.chance(0.3) }))
    #expect((0..<1_000).allSatisfy { _ in Fault(Rates(), &random) == nil })
  }
}
