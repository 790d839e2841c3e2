/// All processes of the service, as a value without a socket, a clock or randomness.
struct ProcessTable {
  private struct Process {
    /// Distinguishes it from an earlier, forgotten process of the same order.
    let number: Int
    let callback: CallbackURL?
    let plan: ProcessPlan
    var status = ProcessStatus.running
  }

  enum Event {
    /// A client starts a process.
    case start(String, CallbackTarget, ProcessPlan)
    /// The duration of the process with this number is over.
    case due(String, number: Int)
    /// The process of this order is forgotten; nil forgets all.
    case forget(String?)
  }

  enum CallbackTarget: Equatable {
    case absent
    case url(CallbackURL)
    case invalid(String)
  }

  enum Effect: Equatable {
    /// Write this to the journal before the effects that follow.
    case record(Record)
    /// Report `due` after this time.
    case wait(String, number: Int, Duration)
    /// Send the callback; with `isEarly` the first attempt comes before the start is answered.
    case call(Callback, isEarly: Bool)
  }

  private var processes = ByOrder<Process>()
  private var started = 0

  subscript(order: String) -> ProcessStatus? { processes[order]?.status }

  /// All processes, oldest first.
  var all: [(order: String, status: ProcessStatus)] {
    processes.all.sorted { $0.value.number < $1.value.number }.map { ($0.order, $0.value.status) }
  }

  mutating func event(_ event: Event) -> [Effect] {
    switch event {
    case .start(let order, let target, let plan): return start(order, target, plan)
    case .due(let order, let number):
      guard processes[order]?.number == number else { return [] }
      return end(order, isEarly: false)
    case .forget(let order?):
      guard processes[order] != nil else { return [] }
      processes[order] = nil
      return [.record(Record(.forget, order))]
    case .forget(nil):
      processes = ByOrder()
      return [.record(Record(.forget))]
    }
  }

  private mutating func start(
    _ order: String, _ target: CallbackTarget, _ plan: ProcessPlan
  ) -> [Effect] {
    guard processes[order] == nil else { return [.record(Record(.duplicate, order))] }
    started += 1
    var callback: CallbackURL?
    if case .url(let url) = target { callback = url }
    processes[order] = Process(number: started, callback: callback, plan: plan)
    let start = Effect.record(Record(.start, order))
    // The real service stores such a process and then fails to run it.
    if case .invalid = target { return [start] }
    let isEarly =
      plan.isEarly && callback != nil && plan.verdict != nil && plan.callbacks != .none
    return [start]
      + (isEarly ? end(order, isEarly: true) : [.wait(order, number: started, plan.duration)])
  }

  private mutating func end(_ order: String, isEarly: Bool) -> [Effect] {
    guard let process = processes[order] else { return [] }
    guard let verdict = process.plan.verdict else { return event(.forget(order)) }
    processes[order]?.status = verdict
    let end = Effect.record(Record(.end, order, verdict))
    guard let url = process.callback else { return [end] }
    guard process.plan.callbacks != .none else {
      return [end, .record(Record(.lostCallback, order))]
    }
    let callback = Callback(
      url, order: order, verdict, isDoubled: process.plan.callbacks == .two)
    return [end, .call(callback, isEarly: isEarly)]
  }
}
