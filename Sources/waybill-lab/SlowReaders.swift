import Glibc
import Synchronization

/// Measures how long others wait while clients ask for a large answer and read it slowly.
struct SlowReaders {
  private static let requests = 2_000
  private static let path = "/orders/1"
  private static let largePath = "/openapi.json"

  let service: Service

  func printFigures() throws {
    print("GET \(Self.path) one after another, ms, beside readers of GET \(Self.largePath)")
    for count in [0, 100, 500, 0] {
      let readers = try count == 0 ? nil : Readers(count, port: service.port, Self.largePath)
      defer { readers?.stop() }
      let times = try measure()
      print(
        "  \("\(count)".padded(to: 4)) slow readers: p50 \(times[times.count / 2].twoDecimals), "
          + "p99 \(times[times.count * 99 / 100].twoDecimals)")
    }
  }

  /// The times of all requests in milliseconds, in ascending order.
  private func measure() throws -> [Double] {
    guard let socket = LocalSocket(port: service.port) else { throw LabError("no connection") }
    let clock = ContinuousClock()
    return try (0..<Self.requests).map { _ in
      let start = clock.now
      guard socket.get(Self.path) != nil else { throw LabError("\(Self.path) was not answered") }
      return start.duration(to: clock.now) / .milliseconds(1)
    }.sorted()
  }
}

/// Connections that ask for a large answer, read a little of it every few milliseconds, and ask
/// again when they have all of it. They have a thread of their own.
private final class Readers: Sendable {
  private static let readBytes = 8_192
  private static let pauseMicroseconds: UInt32 = 5_000

  private let isStopped = Atomic(false)
  private let isDone = Atomic(false)

  init(_ count: Int, port: UInt16, _ path: String) throws {
    guard let answer = LocalSocket(port: port)?.get(path) else {
      throw LabError("\(path) was not answered")
    }
    let sockets = try (0..<count).map { _ in
      guard let socket = LocalSocket(port: port) else { throw LabError("no connection") }
      return socket
    }
    try LabThread.start { self.read(sockets, path, answerBytes: answer.utf8.count) }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    while !isDone.load(ordering: .relaxed) { usleep(1_000) }
  }

  private func read(_ sockets: [LocalSocket], _ path: String, answerBytes: Int) {
    var missing = [Int](repeating: 0, count: sockets.count)
    while !isStopped.load(ordering: .relaxed) {
      for (index, socket) in sockets.enumerated() {
        if missing[index] == 0 {
          socket.ask(path)
          missing[index] = answerBytes
        }
        missing[index] -= socket.receiveSome(min(Self.readBytes, missing[index]))
      }
      usleep(Self.pauseMicroseconds)
    }
    isDone.store(true, ordering: .relaxed)
  }
}
