import Testing

@testable import Orders

@Suite("A visit of an order's process")
struct OrderProcessVisitTests {
  private typealias Knowledge = OrderProcessVisit.Knowledge

  /// The actions that follow from these events.
  private func run(
    _ events: OrderProcessVisit.Event..., of knowledge: OrderProcessVisit.Knowledge = .init()
  ) -> [OrderProcessVisit.Action] {
    var visit = OrderProcessVisit(knowledge)
    return events.map { visit.event($0) }
  }

  private func record(_ action: OrderProcessVisit.Action) throws -> OrderProcessVisit.Record {
    guard case .record(let record) = action else { throw Unexpected(action: action) }
    return record
  }

  private struct Unexpected: Error {
    let action: OrderProcessVisit.Action
  }

  @Test("starts at once when it is the first, and is done when that is accepted")
  func first() {
    let actions = run(.claimed(number: 1), .started(.accepted))
    let known = Knowledge(isAccepted: true, unchangedVisits: 1)
    #expect(actions[0] == .start)
    #expect(actions[1] == .record(.init(status: .inProgress, knowledge: known, starts: 1)))
  }

  @Test("asks first when it is any later one, and starts only what is not known")
  func later() {
    #expect(run(.claimed(number: 2)) == [.ask])
    #expect(run(.claimed(number: 2), .asked(.unknown)) == [.ask, .start])
    #expect(run(.claimed(number: 1), of: .init(isAccepted: true)) == [.ask])
  }

  @Test("asks what became of a start that was not accepted, and starts no second time")
  func unclear() throws {
    let actions = run(
      .claimed(number: 1), .started(.unclear("timeout")), .asked(.unknown))
    #expect(actions[1] == .ask)
    let record = try record(actions[2])
    #expect(record.status == nil && record.starts == 1 && record.problem != nil)
  }

  @Test("believes an end that it sees, whatever was known before")
  func ends() throws {
    for accepted in [false, true] {
      let ends: [(OrderProcessVisit.Observation, OrderStatus)] = [
        (.succeeded, .completed), (.failed, .failed),
      ]
      for (observation, status) in ends {
        let actions = run(
          .claimed(number: 2), .asked(observation), of: .init(isAccepted: accepted))
        let record = try record(actions[1])
        #expect(record.status == status && record.problem == nil)
      }
    }
  }

  @Test("starts what was forgotten when that has been said three times in a row")
  func forgotten() throws {
    var known = Knowledge(isAccepted: true, unchangedVisits: 9)
    for time in 1...2 {
      let actions = run(.claimed(number: 5), .asked(.unknown), of: known)
      let record = try record(actions[1])
      #expect(record.status == nil && record.knowledge.unknownVisits == time)
      #expect(record.knowledge.unchangedVisits == time, "the pauses begin anew")
      known = record.knowledge
    }
    #expect(run(.claimed(number: 7), .asked(.unknown), of: known)[1] == .start)
    let seen = try record(run(.claimed(number: 7), .asked(.running), of: known)[1])
    #expect(seen.knowledge.unknownVisits == 0, "one answer that shows it undoes the count")
  }

  @Test("leaves the order to the next one at once when there is no time for a call")
  func outOfTime() {
    let known = Knowledge(isAccepted: true, unchangedVisits: 4, unknownVisits: 1)
    let actions = run(.claimed(number: 3), .outOfTime, of: known)
    #expect(actions[1] == .record(.init(knowledge: known, starts: 0, isAtOnce: true)))
  }

  @Test("says what came of a start when there is no time to ask")
  func outOfTimeAfterStart() throws {
    let actions = run(.claimed(number: 1), .started(.unclear("timeout")), .outOfTime)
    let record = try record(actions[2])
    #expect(record == .init(knowledge: .init(), starts: 1, isAtOnce: true, problem: "timeout"))
  }

  @Test("has pauses that double up to the longest, each less a random part")
  func pauses() {
    let pace = OrderProcessPace(callTimeout: .seconds(5))
    var random = SystemRandomNumberGenerator()
    for (unchanged, longest) in [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (30, 30)] {
      let record = OrderProcessVisit.Record(knowledge: .init(unchangedVisits: unchanged), starts: 0)
      for _ in 0..<20 {
        let pause = record.pause(at: pace, isAway: false, using: &random)
        #expect(pause >= .milliseconds(longest * 500) && pause <= .seconds(longest))
        #expect(record.pause(at: pace, isAway: true, using: &random) <= pace.callTimeout)
      }
    }
    var record = OrderProcessVisit.Record(knowledge: .init(unchangedVisits: 9), starts: 0)
    record.isAtOnce = true
    #expect(record.pause(at: pace, isAway: false, using: &random) == .zero)
  }

  @Test("is over before its claim is, with all its calls")
  func lease() {
    let pace = OrderProcessPace(callTimeout: .seconds(5))
    #expect(pace.lastCallLimit + pace.callTimeout < pace.lease)
    #expect(pace.callTimeout * OrderProcessPace.callsMax < pace.lease)
  }
}
