/// Measures how long a restart of the service takes while the database is running.
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

  /// Stops the running service, then starts and stops others.
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
  /// The median and the maximum, in milliseconds.
  var summary: String {
    let milliseconds = map {
      Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3
    }.sorted()
    return "median \(milliseconds[milliseconds.count / 2].oneDecimal) ms, "
      + "worst \(milliseconds.last!.oneDecimal) ms"
  }
}
