import Glibc
import Synchronization

/// Streams of the feed on a thread of their own. For some of them the arrival of each order is
/// timed; the others are only read.
final class StreamReaders: Sendable {
  private static let timedMax = 20
  /// Of how many it is noted when each order comes.
  let timed: Int

  private struct Arrival {
    let order: Int
    let moment: ContinuousClock.Instant
  }

  private let arrived = Mutex<[Arrival]>([])
  private let received = Atomic(0)
  private let isStopped = Atomic(false)
  private let isDone = Atomic(false)

  init(_ count: Int, port: UInt16) throws {
    timed = min(count, Self.timedMax)
    let sockets = try (0..<count).map { _ in
      guard let socket = LocalSocket(port: port) else { throw LabError("no connection") }
      socket.ask("/events", version: "1.0", fields: "Accept: text/event-stream\r\n")
      return socket
    }
    // Wait until each stream has begun.
    for socket in sockets {
      var bytes = [UInt8](repeating: 0, count: 4_096)
      guard socket.receive(into: &bytes, waits: true) > 0 else { throw LabError("no stream") }
    }
    try LabThread.start { self.read(sockets) }
  }

  var bytes: Int { received.load(ordering: .relaxed) }

  /// Milliseconds between the answer to the client that placed an order and its event in a stream,
  /// ascending. An event may come before the answer.
  func delays(after answers: [Int: ContinuousClock.Instant]) -> [Double] {
    isStopped.store(true, ordering: .relaxed)
    while !isDone.load(ordering: .acquiring) { usleep(1_000) }
    return arrived.withLock { arrived in
      arrived.compactMap { arrival in
        answers[arrival.order].map { $0.duration(to: arrival.moment) / .milliseconds(1) }
      }
    }.sorted()
  }

  private func read(_ sockets: [LocalSocket]) {
    let clock = ContinuousClock()
    var buffer = [UInt8](repeating: 0, count: 262_144)
    // The beginning of a block whose end has not arrived.
    var rests = [[UInt8]](repeating: [], count: timed)
    while !isStopped.load(ordering: .relaxed) {
      for index in LocalSocket.ready(sockets, milliseconds: 100) {
        let count = sockets[index].receive(into: &buffer, waits: false)
        received.add(count, ordering: .relaxed)
        guard index < rests.count else { continue }
        let now = clock.now
        rests[index] += buffer[..<count]
        guard let end = rests[index].lastIndex(of: 10) else { continue }
        let lines = Array(rests[index][...end])
        rests[index].removeFirst(lines.count)
        let new = EventText.orderNumbers(in: lines).map { Arrival(order: $0, moment: now) }
        arrived.withLock { $0 += new }
      }
    }
    isDone.store(true, ordering: .releasing)
  }
}
