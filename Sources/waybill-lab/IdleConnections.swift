/// Measures the memory of ten thousand idle connections.
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
