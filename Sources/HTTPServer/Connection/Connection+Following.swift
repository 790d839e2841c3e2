import EventLoop
import HTTP
import Telemetry

extension Connection {
  /// Starts a handler whose answer may take any time.
  func follow(_ work: Following, _ handler: @escaping () async -> Response) {
    following = work
    _ = event(.follows)
    server.followBegan()
    work.task = server.loop.spawn {
      let response = await handler()
      guard self.following === work else {
        self.server.metrics.answersDropped.add()
        self.report(response, work, .clientGone, answeredAt: nil)
        return self.server.followEnded()
      }
      guard let stream = response.stream, work.framing.sendsBody(of: response) else {
        self.finish(work, response)
        return self.server.followEnded()
      }
      // In a new task, because the task that waited may have been cancelled when the server began
      // to stop.
      work.stream = stream
      work.task = self.server.loop.spawn {
        await self.send(stream, work, response)
        self.server.followEnded()
      }
      if self.server.isDraining { stream.endSoon() }
    }
  }

  /// The answer is whole.
  private func finish(_ work: Following, _ response: Response) {
    following = nil
    _ = event(.followed)
    var out = server.takeOutput()
    write(response, to: work.request, work.exchange, route: work.route, into: &out)
    let action = flush(&out)
    server.giveBack(output: out)
    perform(action)
  }

  /// Sends a stream piece by piece; the next one is asked for when the client has taken the last.
  private func send(_ stream: any BodyStream, _ work: Following, _ response: Response) async {
    let answeredAt = server.loop.currentTime
    await sendHead(of: response, work)
    var hasFailed = false
    do {
      while following === work, let piece = try await stream.next(), following === work {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(piece.count + 16)
        ResponseEncoder.append(piece: piece, as: work.framing, to: &bytes)
        await send(bytes, work)
      }
    } catch {
      hasFailed = true
      server.metrics.streamsFailed.add()
    }
    let isHere = following === work
    let end = isHere && !hasFailed && work.framing.isChunked ? ResponseEncoder.lastChunk : []
    work.bytesOut += end.count
    // Before the connection goes on, so that requests are reported in their order.
    report(
      response, work, hasFailed ? .failed : isHere ? .complete : .clientGone,
      answeredAt: answeredAt)
    guard isHere else { return }
    following = nil
    guard !hasFailed else {
      // The missing last chunk, or a reset where there are no chunks, tells the client that this is
      // not the whole.
      if !work.framing.isChunked { link?.socket.resetAtClose() }
      return cut()
    }
    _ = event(.followed)
    write(end)
  }

  private func sendHead(of response: Response, _ work: Following) async {
    var response = response
    if server.isDraining || server.closesConnections { response.closesConnection = true }
    server.refreshDate()
    var head: [UInt8] = []
    if !server.encoder.append(response, as: work.framing, id: work.exchange.id, to: &head),
      work.request.keepAlive
    {
      _ = event(.lastAnswer)
    }
    await send(head, work)
  }

  /// Sends what the system takes of these bytes, and goes on.
  private func write(_ bytes: [UInt8]) {
    var out = server.takeOutput()
    out += bytes
    let action = flush(&out)
    server.giveBack(output: out)
    perform(action)
  }

  /// Returns when the client has taken everything, or is gone.
  private func send(_ bytes: [UInt8], _ work: Following) async {
    work.bytesOut += bytes.count
    write(bytes)
    if following === work, !unsent.isEmpty { await work.untilSent() }
  }

  private func report(
    _ response: Response, _ work: Following, _ ending: FinishedRequest.Ending, answeredAt: Instant?
  ) {
    let now = server.loop.currentTime
    server.observer?(
      FinishedRequest(
        request: work.request, exchange: work.exchange, site: siteName, route: work.route,
        caller: response.caller, status: response.status, serverError: nil, bytesOut: work.bytesOut,
        duration: now - work.exchange.receivedAt,
        answeredAfter: (answeredAt ?? now) - work.exchange.receivedAt, ending: ending))
  }
}
