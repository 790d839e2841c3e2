import Glibc
import HTTP
import TestSupport
import Testing

/// A client of the fulfilment contract of a running program.
struct FulfilmentClient: Sendable {
  let port: UInt16

  /// Places an order; the status of the answer, nil when there was none.
  func place(_ id: String) -> Int? {
    send("POST", "/order", #"{"id":"\#(id)"}"#).status
  }

  /// What the list says: every order and its status.
  func list() throws -> [(id: String, status: String)] {
    let list = send("GET", "/order")
    try #require(list.status == 200, "\(list.body)")
    let entries = list.body.matches(of: /\{"id":"([^"]*)","status":"([A-Z]*)"\}/)
    return entries.map { (String($0.1), String($0.2)) }
  }

  func status(of id: String) -> String? {
    let answer = send("GET", "/order/\(id)").body
    return answer.firstMatch(of: /"status":"([A-Z]+)"/).map { String($0.1) }
  }

  func callBack(_ id: String, _ body: String = "") -> Int? {
    send("POST", "/order/\(id)/process-callback", body).status
  }

  /// A figure of `/metrics`, by its name and labels.
  func figure(_ name: String) -> Double? {
    let text = send("GET", "/metrics", below: "").body
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line?.split(separator: " ").last.flatMap { Double($0) }
  }

  private func send(
    _ method: String, _ path: String, _ body: String = "", below mount: String = "/fulfilment"
  ) -> (status: Int?, body: String) {
    guard let client = PlainClient(port: port) else { return (nil, "") }
    client.send(
      "\(method) \(mount)\(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    let answer = client.readAll()
    let end = answer.firstRange(of: "\r\n\r\n")?.upperBound ?? answer.endIndex
    return (Int(answer.dropFirst(9).prefix(3)), String(answer[end...]))
  }
}
