import EventLoop

extension Connection {
  /// Sends the answers, as much of them as the peer takes and this turn of the loop allows.
  func transmit(_ out: inout [UInt8]) -> Outgoing.Transmission {
    guard !out.isEmpty || !unsent.isEmpty else { return .all }
    let limit = server.sendLimit(for: out.count + unsent.count)
    return unsent.send(&out, limit: limit) { bytes, offset, limit in
      let count = link?.socket.send(bytes, from: offset, limit: limit)
      if let count { server.countSent(count) }
      return count
    }
  }

  func flush(_ out: inout [UInt8]) -> ConnectionState.Action {
    let transmission = transmit(&out)
    if transmission == .broken { return event(.ended) }
    // These were answers to earlier requests; the phase is decided by the request in flight.
    guard inFlight == nil else { return .wait }
    guard case .part(let progress, let isBlocked) = transmission else {
      following?.sent()
      return event(.sent)
    }
    // A peer that has to wait for its turn is not to blame.
    return event(.blocked(progress: progress || !isBlocked))
  }
}
