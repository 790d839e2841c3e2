/// How long the service is away for a restart while the database is up.
struct StartAndStop {
  let conninfo: String
  let log: Int32

  struct Figures {
    let starts: [Duration]
    let stops: [Duration]

    func printed() {
      print(
        "start and stop, \(starts.count) times, the database up\n"
          + "  start to ready: \(starts.summary) (aim: 100 ms); stop: \(stops.summary)\n")
    }
  }

  /// Ends the service measured so far, then starts and stops others.
  func measure(_ running: Service) throws -> Figures {
    var stops = [try running.stop()]
    var starts: [Duration] = []
    for _ in 0..<9 {
      let service = try Service(conninfo: conninfo, log: log)
      starts.append(try service.waitUntilReady())
      stops.append(try service.stop())
    }
    return Figures(starts: starts, stops: stops)
  }
}

extension [Duration] {
  /// The middle one and the worst, in milliseconds.
  var summary: String {
    let milliseconds = map {
      Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3
    }.sorted()
    return "median \(milliseconds[milliseconds.count / 2].oneDecimal) ms, "
      + "worst \(milliseconds.last!.oneDecimal) ms"
  }
}
