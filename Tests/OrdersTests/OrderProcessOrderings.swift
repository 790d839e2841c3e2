import Testing

@testable import Orders

/// The visits of one order and a process service that does everything it is known to do, in every
/// order: the walk covers all states that can be reached, so sequences of any length.
@Suite("An order and its process, in every ordering of events")
struct OrderProcessOrderings {
  @Test("is started without a question once at most, and final only as the process service says")
  func everyOrdering() throws {
    var sequences: [World: [String]] = [World(): []]
    // Each state after all that fewer events lead to, so that what fails is a shortest sequence.
    var reached = [World()]
    var place = 0
    while place < reached.count {
      let world = reached[place]
      place += 1
      let path = sequences[world] ?? []
      for (name, next) in world.steps where sequences[next] == nil {
        sequences[next] = path + [name]
        try #require(next.complaints.isEmpty, "\(next.complaints): \(path + [name])")
        reached.append(next)
      }
      try #require(world.endsWell, "never final, although nothing goes wrong any more: \(path)")
    }
    // Fewer would mean that the model no longer does what it should.
    #expect(sequences.count > 1_000, "\(sequences.count) states")
  }
}

/// Everything that matters: what the database has, what the visit under way has come to, what the
/// process service knows, what is on its way, and what an auditor has written down.
private struct World: Hashable {
  enum Process: Hashable { case none, running, succeeded, failed }

  // The database.
  var status = OrderStatus.new
  var wasVisited = false
  var isAccepted = false
  var missing = 0

  // The visit under way, if there is one.
  var visit: Visit?

  // The process service, and a start that it gets later than we believe.
  var process = Process.none
  var isStartOnItsWay = false

  // The auditor.
  var hasStarted = false
  var hasBegun = false
  var hasAskedSinceStart = false
  var unknownInARow = 0
  var verdicts: Set<OrderStatus> = []
  var complaints: Set<String> = []

  struct Visit: Hashable {
    var machine: Machine
    var next: Next
    var calls = 0
  }

  enum Next: Hashable { case start, ask, record(OrderStatus?, Bool, Int) }

  /// The visit's value, told apart by the events that made it what it is.
  struct Machine: Hashable {
    var knowledge: [Int]
    var events: [String] = []
  }

  var isFinal: Bool { status == .completed || status == .failed }
}

extension World {
  /// All that can happen next.
  var steps: [(String, World)] {
    var steps: [(String, World)] = []
    func add(_ name: String, _ change: (inout World) -> Void) {
      var next = self
      change(&next)
      if next != self { steps.append((name, next)) }
    }

    if process == .running {
      add("succeeds") { $0.end(.succeeded, .completed) }
      add("fails") { $0.end(.failed, .failed) }
    }
    add("service restarts") { $0.process = .none }
    if isStartOnItsWay {
      add("late start arrives") {
        $0.isStartOnItsWay = false
        $0.begin()
      }
    }
    guard let visit else {
      // By time, by notification or by a callback, be it early, late, doubled, empty or forged:
      // the machine is not told.
      if !isFinal { add("claimed") { $0.claim() } }
      return steps
    }
    add("we crash, or lose the claim") { $0.visit = nil }
    switch visit.next {
    case .start:
      add("start answered") { $0.send(reply: $0.process == .none ? "accepted" : "unclear") }
      add("start's answer lost") { $0.send(reply: "unclear") }
      add("start sent, then we crash") {
        $0.send(reply: "unclear")
        $0.visit = nil
      }
      add("start lost") { $0.send(reply: "unclear", arrives: false) }
      add("start delayed") {
        $0.send(reply: "unclear", arrives: false)
        $0.isStartOnItsWay = true
      }
      add("start not sent") { $0.tell("notSent") }
      add("no time") { $0.tell("outOfTime") }
    case .ask:
      add("question answered") { $0.ask() }
      add("question not answered") { $0.tell("asked unclear") }
      add("no time") { $0.tell("outOfTime") }
    case .record(let status, let accepted, let missing):
      add("recorded") { $0.record(status, accepted, missing) }
    }
    return steps
  }

  private mutating func end(_ end: Process, _ verdict: OrderStatus) {
    process = end
    verdicts.insert(verdict)
  }

  /// The process service takes a start; it refuses a second one of an order it knows.
  private mutating func begin() {
    if process == .none { process = .running }
    hasBegun = true
  }

  mutating func claim() {
    visit = Visit(
      machine: Machine(knowledge: [wasVisited ? 2 : 1, isAccepted ? 1 : 0, missing]), next: .ask)
    wasVisited = true
    decide()
  }

  private mutating func send(reply: String, arrives: Bool = true) {
    if hasStarted, !hasAskedSinceStart { complaints.insert("started twice without a question") }
    if isAccepted, unknownInARow < 3 { complaints.insert("started again too soon") }
    hasStarted = true
    hasAskedSinceStart = false
    if arrives { begin() }
    tell(reply)
  }

  private mutating func ask() {
    hasAskedSinceStart = true
    if process == .none { unknownInARow = min(unknownInARow + 1, 3) }
    tell("asked \(process)")
  }

  private mutating func tell(_ event: String) {
    visit?.machine.events.append(event)
    if event != "outOfTime" { visit?.calls += 1 }
    decide()
  }

  private mutating func record(_ status: OrderStatus?, _ accepted: Bool, _ missing: Int) {
    visit = nil
    if let status {
      if isFinal { complaints.insert("changed what was final") }
      if !hasBegun { complaints.insert("moved on without a process") }
      self.status = status
    }
    if isFinal, !verdicts.contains(self.status) { complaints.insert("made up an end") }
    isAccepted = accepted
    self.missing = missing
    // What a visit saw and could not record is not known to anybody.
    if missing == 0 { unknownInARow = 0 }
  }

  /// Asks the machine under test what follows from what the visit has seen.
  private mutating func decide() {
    guard var visit else { return }
    let known = visit.machine.knowledge
    var machine = OrderProcessVisit(
      .init(isAccepted: known[1] == 1, unchangedVisits: 0, unknownVisits: known[2]))
    var action = machine.event(.claimed(number: known[0]))
    for event in visit.machine.events { action = machine.event(Self.events[event]!) }
    switch action {
    case .start: visit.next = .start
    case .ask: visit.next = .ask
    case .record(let record):
      visit.next = .record(
        record.status, record.knowledge.isAccepted, record.knowledge.unknownVisits)
    }
    if visit.calls > OrderProcessPace.callsMax {
      complaints.insert("more calls than a claim is for")
    }
    self.visit = visit
  }

  private static let events: [String: OrderProcessVisit.Event] = [
    "accepted": .started(.accepted), "unclear": .started(.unclear("")),
    "notSent": .started(.notSent("")), "outOfTime": .outOfTime,
    "asked none": .asked(.unknown), "asked running": .asked(.running),
    "asked succeeded": .asked(.succeeded), "asked failed": .asked(.failed),
    "asked unclear": .asked(.unclear("")),
  ]
}

extension World {
  /// Whether the order becomes final when from now on every call is answered, every process ends
  /// and nobody crashes.
  var endsWell: Bool {
    var world = self
    for _ in 0..<40 where !world.isFinal {
      if world.isStartOnItsWay {
        world.isStartOnItsWay = false
        world.begin()
      }
      switch world.visit?.next {
      case nil:
        if world.process == .running { world.end(.succeeded, .completed) }
        world.claim()
      case .start: world.send(reply: world.process == .none ? "accepted" : "unclear")
      case .ask: world.ask()
      case .record(let status, let accepted, let missing): world.record(status, accepted, missing)
      }
    }
    return world.isFinal
  }
}
