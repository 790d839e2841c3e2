import Glibc

/// One client who places an order and lists orders at once, again and again: each list has to show
/// what was written a moment ago, which a replica may not have yet.
struct BusyReader {
  let service: Service
  let token: String

  /// Goes on for so many seconds, and prints what its lists cost.
  func run(seconds: Int, replicas: Int) throws {
    guard let socket = LocalSocket(port: service.port) else { throw LabError("no connection") }
    let clock = ContinuousClock()
    let before = try figures()
    let end = clock.now + .seconds(seconds)
    var times: [Double] = []
    while clock.now < end {
      let order = try place(times.count, on: socket)
      let start = clock.now
      let list = socket.get("/orders?limit=20", fields: fields) ?? ""
      times.append(start.duration(to: clock.now) / .milliseconds(1))
      guard list.contains("\"number\":\(order),") else {
        throw LabError("a list lacks order \(order) of its own reader")
      }
    }
    times.sort()
    let after = try figures()
    let count = Double(times.count)
    let (reads, waits) = (after.reads - before.reads, after.waits - before.waits)
    let wait = (after.waited - before.waited) / max(1, waits) * 1e3
    print(
      """
      an order and a list in turns, one client, \(replicas) replicas: \
      \(Int(count / Double(seconds))) pairs/s; list p50 \(times[times.count / 2].twoDecimals) ms, \
      p99 \(times[times.count * 99 / 100].twoDecimals) ms; \
      \((reads / count * 100).oneDecimal) % of the lists read from a replica; \
      \((waits / count * 100).oneDecimal) % waited, \(wait.twoDecimals) ms on average
      """)
  }

  private var fields: String { "Authorization: Bearer \(token)\r\n" }

  /// Places an order; returns its number.
  private func place(_ turn: Int, on socket: LocalSocket) throws -> Int {
    let answer = socket.order(turn, fields: fields)
    guard let number = answer.flatMap({ EventText.orderNumbers(in: Array($0.utf8)).first }) else {
      throw LabError("no order was placed: \(answer ?? "no answer")")
    }
    return number
  }

  private func figures() throws -> (reads: Double, waits: Double, waited: Double) {
    guard let text = LocalSocket(port: service.port)?.get("/metrics") else {
      throw LabError("no metrics")
    }
    func sum(_ name: String) -> Double {
      text.split(separator: "\n").filter { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
        .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
    return (
      sum("replica_reads_total"), sum("replica_waits_total"), sum("replica_wait_seconds_total")
    )
  }
}
