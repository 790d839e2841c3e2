import Glibc
import Synchronization

/// Places orders at a steady rate, and notes when each was answered.
final class PacedOrders: Sendable {
  private static let threads = 8

  private let port: UInt16
  private let answered = Mutex<[Int: ContinuousClock.Instant]>([:])
  private let running: Atomic<Int>
  private let clock = ContinuousClock()

  init(port: UInt16, perSecond: Int, seconds: Int) throws {
    self.port = port
    running = Atomic(Self.threads)
    let pause = Duration.seconds(1) * Self.threads / perSecond
    let count = perSecond * seconds / Self.threads
    for thread in 0..<Self.threads {
      try LabThread.start {
        self.place(count, every: pause, after: pause * thread / Self.threads)
        self.running.subtract(1, ordering: .releasing)
      }
    }
  }

  /// When each order was answered, by its number; waits until all are.
  func answers() -> [Int: ContinuousClock.Instant] {
    while running.load(ordering: .acquiring) > 0 { usleep(1_000) }
    return answered.withLock { $0 }
  }

  private func place(_ count: Int, every pause: Duration, after start: Duration) {
    guard let socket = LocalSocket(port: port) else { return }
    var due = clock.now + start
    for number in 0..<count {
      let wait = due - clock.now
      if wait > .zero { usleep(UInt32(wait / .microseconds(1))) }
      due += pause
      let answer = socket.order(number)
      let now = clock.now
      if let number = answer.flatMap({ EventText.orderNumbers(in: Array($0.utf8)).first }) {
        answered.withLock { $0[number] = now }
      }
    }
  }
}

/// Finds what the experiments need in the text of events and orders.
enum EventText {
  private static let mark = Array(#""number":"#.utf8)

  /// The numbers of the orders that a text names, in their order.
  static func orderNumbers(in bytes: [UInt8]) -> [Int] {
    var numbers: [Int] = []
    var at = 0
    while at + mark.count < bytes.count {
      guard bytes[at] == mark[0], bytes[at..<at + mark.count].elementsEqual(mark) else {
        at += 1
        continue
      }
      at += mark.count
      var number = 0
      while at < bytes.count, (48...57).contains(bytes[at]) {
        number = number * 10 + Int(bytes[at] - 48)
        at += 1
      }
      numbers.append(number)
    }
    return numbers
  }
}
