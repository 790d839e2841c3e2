import Glibc
import Synchronization

/// Exports all orders, one time after the other, on a thread of its own, until it is stopped.
final class Exports: Sendable {
  private let rows = Atomic(0)
  private let isStopped = Atomic(false)
  private let isDone = Atomic(false)
  private let start = ContinuousClock().now

  init(port: UInt16) throws {
    guard LocalSocket(port: port) != nil else { throw LabError("no connection") }
    try LabThread.start {
      var buffer = [UInt8](repeating: 0, count: 1_048_576)
      while !self.isStopped.load(ordering: .relaxed), let socket = LocalSocket(port: port) {
        socket.ask("/exports/orders", version: "1.0")
        while !self.isStopped.load(ordering: .relaxed) {
          let count = socket.receive(into: &buffer, waits: true)
          guard count > 0 else { break }
          // Each row is a line; the few lines of the head do not matter.
          self.rows.add(buffer[..<count].count { $0 == 10 }, ordering: .relaxed)
        }
      }
      self.isDone.store(true, ordering: .releasing)
    }
  }

  /// Returns how many rows came, and in how many seconds.
  func stop() -> (rows: Int, seconds: Double) {
    let seconds = start.duration(to: ContinuousClock().now) / .seconds(1)
    isStopped.store(true, ordering: .relaxed)
    while !isDone.load(ordering: .acquiring) { usleep(1_000) }
    return (rows.load(ordering: .relaxed), seconds)
  }
}
