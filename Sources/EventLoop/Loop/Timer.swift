/// Calls an action at an instant; can be armed, moved and disarmed any number of times.
///
/// For a deadline that moves with every request it is cheapest to leave the timer armed: the owner
/// notes the new deadline, compares it when the timer fires, and arms the timer again only then.
package final class Timer {
  /// When the timer fires, or fired last.
  package fileprivate(set) var deadline = Instant.never
  /// The timer's index in the heap; nil while it is not armed.
  fileprivate(set) var position: Int?
  private let loop: EventLoop
  let action: () -> Void

  /// A timer that is not armed yet. The action must not keep the timer's owner alive.
  package init(on loop: EventLoop, action: @escaping () -> Void) {
    self.loop = loop
    self.action = action
  }

  package var isArmed: Bool { position != nil }

  /// Fires at `deadline` instead of at any deadline set before.
  package func arm(at deadline: Instant) { loop.arm(self, at: deadline) }

  /// Fires when `duration` has passed since the loop's current turn began.
  package func arm(after duration: Duration) { loop.arm(self, at: loop.now + duration) }

  package func disarm() { loop.disarm(self) }
}

/// Armed timers, earliest first: a binary heap in which every timer knows its index, so that
/// a disarmed timer is removed at once.
struct TimerHeap {
  private var timers: [Timer] = []

  var earliest: Instant? { timers.first?.deadline }
  var count: Int { timers.count }

  mutating func insert(_ timer: Timer, at deadline: Instant) {
    remove(timer)
    timer.deadline = deadline
    timer.position = timers.count
    timers.append(timer)
    rise(from: timers.count - 1)
  }

  mutating func remove(_ timer: Timer) {
    guard let hole = timer.position else { return }
    timer.position = nil
    let last = timers.removeLast()
    guard last !== timer else { return }
    place(last, at: hole)
    rise(from: hole)
    sink(from: last.position ?? hole)
  }

  /// Removes and returns the next timer that is due at `now`.
  mutating func popDue(at now: Instant) -> Timer? {
    guard let first = timers.first, first.deadline <= now else { return nil }
    remove(first)
    return first
  }

  private mutating func place(_ timer: Timer, at position: Int) {
    timers[position] = timer
    timer.position = position
  }

  private mutating func rise(from start: Int) {
    let timer = timers[start]
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard timer.deadline < timers[parent].deadline else { break }
      place(timers[parent], at: child)
      child = parent
    }
    place(timer, at: child)
  }

  private mutating func sink(from start: Int) {
    let timer = timers[start]
    var parent = start
    while true {
      var child = 2 * parent + 1
      guard child < timers.count else { break }
      if child + 1 < timers.count, timers[child + 1].deadline < timers[child].deadline {
        child += 1
      }
      guard timers[child].deadline < timer.deadline else { break }
      place(timers[child], at: parent)
      parent = child
    }
    place(timer, at: parent)
  }
}

extension EventLoop {
  /// Suspends the calling task; the loop goes on.
  package func pause(for duration: Duration) async {
    // The heap retains an armed timer.
    await withUnsafeContinuation { continuation in
      Timer(on: self) { continuation.resume() }.arm(after: duration)
    }
  }
}
