import EventLoop
import HTTP
import HTTPServer
import JSON
import Orders
import Telemetry

/// One line for each request of one loop. Lines are gathered, so that the thread that writes them
/// is woken rarely.
final class AccessLog {
  /// Lines are handed over when this many bytes have gathered.
  private static let batchBytes = 65_536
  /// Lines are handed over after this time at the latest; people who watch do not notice it.
  private static let batchTime = Duration.milliseconds(100)
  /// How many bytes of a client's `User-Agent` are logged.
  private static let userAgentBytesMax = 200

  private let log: Log
  private let loop: EventLoop
  private var lines: [UInt8] = []
  private var timer: Timer?
  /// The time of the last line as text; the requests of one millisecond share it.
  private var time = (milliseconds: Int64.min, text: "")

  init(_ log: Log, on loop: EventLoop) {
    self.log = log
    self.loop = loop
    timer = Timer(on: loop) { [unowned self] in flush() }
  }

  func write(_ finished: FinishedRequest) {
    guard log.wants(.info) else { return }
    switch log.options.format {
    case .json: appendJSON(finished)
    case .text: appendText(finished)
    }
    if lines.count >= Self.batchBytes {
      flush()
    } else if timer?.isArmed == false {
      timer?.arm(after: Self.batchTime)
    }
  }

  /// Hands over the lines that have gathered.
  func flush() {
    timer?.disarm()
    guard !lines.isEmpty else { return }
    log.append(lines)
    lines.removeAll(keepingCapacity: true)
  }

  private func appendJSON(_ finished: FinishedRequest) {
    JSONWriter.append(to: &lines) { json in
      json.string("time", now)
      json.string("level", "info")
      json.string("message", "request")
      let id = finished.exchange.id
      json.plain("request_id", upTo: id.byteCount) { id.append(to: &$0) }
      json.string("site", finished.site)
      json.string("method", finished.request?.method.name)
      json.string("path", path(finished))
      json.string("route", finished.route)
      json.integer("status", finished.status.code)
      json.integer("bytes_in", finished.bytesIn)
      json.integer("bytes_out", finished.bytesOut)
      json.integer("microseconds", finished.duration.inNanoseconds / 1_000)
      let peer = finished.exchange.peer
      json.plain("peer", upTo: SocketAddress.byteCountMax) { peer.append(to: &$0) }
      if let caller = finished.caller { json.integer("token", caller) }
      if let agent = userAgent(finished) { json.string("user_agent", agent) }
      if let error = finished.serverError { json.string("refusal", "\(error)") }
      if finished.ending != .complete { json.string("ended", finished.ending.rawValue) }
    }
    lines.append(UInt8(ascii: "\n"))
  }

  private func appendText(_ finished: FinishedRequest) {
    let method = finished.request?.method.name ?? "-"
    let microseconds = finished.duration.inNanoseconds / 1_000
    let caller = finished.caller.map { " token \($0)" } ?? ""
    let agent = userAgent(finished).map { " " + $0.quoted(atMost: Self.userAgentBytesMax) } ?? ""
    let ending = finished.ending == .complete ? "" : " \(finished.ending.rawValue)"
    let line =
      "\(now) info \(finished.site) \(method) \(path(finished) ?? "-") \(finished.status.code) "
      + "\(microseconds) µs \(finished.exchange.id)\(caller)\(agent)\(ending)\n"
    lines += line.utf8
  }

  private func path(_ finished: FinishedRequest) -> String? {
    finished.request.map { String(decoding: $0.path, as: UTF8.self) }
  }

  /// The `User-Agent` of the client, which can be any text.
  private func userAgent(_ finished: FinishedRequest) -> String? {
    finished.request?.fieldBytes("user-agent").map {
      String(decoding: $0.prefix(Self.userAgentBytesMax), as: UTF8.self)
    }
  }

  private var now: String {
    let milliseconds = loop.wallClock / 1_000_000
    if milliseconds != time.milliseconds {
      time = (milliseconds, LogTime.text(milliseconds: milliseconds))
    }
    return time.text
  }
}

extension Log {
  /// Logs a failure of the service itself; the caller was told only the request's id.
  func report(_ error: any Error, _ id: RequestID) {
    write(.error, "request failed", ["request_id": "\(id)", "error": "\(error)"])
  }
}

extension RequestFigures {
  func count(_ finished: FinishedRequest) {
    let key = Key(
      site: finished.site, route: finished.route ?? "none",
      method: Self.name(finished.request?.method), status: finished.status.code)
    count(key, nanoseconds: finished.answeredAfter.inNanoseconds)
  }

  /// Unknown methods are counted under one name, because clients choose them.
  private static func name(_ method: HTTP.Method?) -> String {
    if case .other = method { "other" } else { method?.name ?? "none" }
  }
}
