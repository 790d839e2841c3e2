import Glibc

/// What ten thousand clients cost that keep their connections open and say nothing.
struct IdleConnections {
  private static let count = 10_000
  let service: Service

  struct Figures {
    let connections: Int
    let bytes: Int

    func printed() {
      let each = Double(bytes) / Double(connections)
      print(
        "idle connections\n  \(connections) after one request each: "
          + "+\(bytes / 1024) KB resident, \(Int(each)) bytes each (aim: under 1024)\n")
    }
  }

  func measure() throws -> Figures {
    let before = ProcessFigures.memory(of: service.pid)
    var sockets: [LocalSocket] = []
    sockets.reserveCapacity(Self.count)
    for _ in 0..<Self.count {
      guard let socket = LocalSocket(port: service.port), socket.get("/livez") != nil else {
        throw LabError("only \(sockets.count) of \(Self.count) connections were answered")
      }
      sockets.append(socket)
    }
    let grown = ProcessFigures.memory(of: service.pid) - before
    return withExtendedLifetime(sockets) { Figures(connections: sockets.count, bytes: grown) }
  }
}

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
          + "  start to ready: \(text(starts)) (aim: 100 ms); stop: \(text(stops))\n")
    }

    private func text(_ durations: [Duration]) -> String {
      let milliseconds = durations.map {
        Double($0.components.attoseconds) / 1e15
          + Double($0.components.seconds) * 1e3
      }.sorted()
      return "median \(milliseconds[milliseconds.count / 2].oneDecimal) ms, "
        + "worst \(milliseconds.last!.oneDecimal) ms"
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
