/// All processes the service knows: no socket, no clock, no chance.
struct ProcessTable {
  private struct Process {
    /// Tells it from an earlier, forgotten one of the same order.
    let number: Int
    let callback: CallbackURL?
    let fate: Fate
    var status = ProcessStatus.running
  }

  enum Event {
    /// A process is asked for.
    case start(String, CallbackTarget, Fate)
    /// The process with this number has run its time.
    case due(String, number: Int)
    /// The process of one order is forgotten; of all orders if none is named.
    case forget(String?)
  }

  /// Where an end is to be told.
  enum CallbackTarget: Equatable {
    case nowhere
    case url(CallbackURL)
    case unreadable(String)
  }

  enum Effect: Equatable {
    /// Goes into the journal before anything that follows.
    case record(Record)
    /// Report `due` when the time has passed.
    case wait(String, number: Int, Duration)
    /// Tell the end; with `isEarly` the first try comes before the answer to the start.
    case call(Callback, isEarly: Bool)
  }

  private var processes = ByOrder<Process>()
  private var started = 0

  /// Nil for an order that has no process.
  subscript(order: String) -> ProcessStatus? { processes[order]?.status }

  /// All processes, the oldest first.
  var all: [(order: String, status: ProcessStatus)] {
    processes.all.sorted { $0.value.number < $1.value.number }.map { ($0.order, $0.value.status) }
  }

  mutating func event(_ event: Event) -> [Effect] {
    switch event {
    case .start(let order, let target, let fate): return start(order, target, fate)
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
    _ order: String, _ target: CallbackTarget, _ fate: Fate
  ) -> [Effect] {
    guard processes[order] == nil else { return [.record(Record(.double, order))] }
    started += 1
    var callback: CallbackURL?
    if case .url(let url) = target { callback = url }
    processes[order] = Process(number: started, callback: callback, fate: fate)
    let start = Effect.record(Record(.start, order))
    // The real service fails between keeping such a process and running it.
    if case .unreadable = target { return [start] }
    let isEarly =
      fate.isEarly && callback != nil && fate.verdict != nil && fate.callbacks != .none
    return [start]
      + (isEarly ? end(order, isEarly: true) : [.wait(order, number: started, fate.duration)])
  }

  private mutating func end(_ order: String, isEarly: Bool) -> [Effect] {
    guard let process = processes[order] else { return [] }
    guard let verdict = process.fate.verdict else { return event(.forget(order)) }
    processes[order]?.status = verdict
    let end = Effect.record(Record(.end, order, verdict))
    guard let url = process.callback else { return [end] }
    guard process.fate.callbacks != .none else { return [end, .record(Record(.untold, order))] }
    let callback = Callback(
      url, order: order, verdict, isDoubled: process.fate.callbacks == .two)
    return [end, .call(callback, isEarly: isEarly)]
  }
}
