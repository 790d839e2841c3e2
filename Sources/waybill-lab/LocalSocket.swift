import Glibc

/// A blocking connection to a port of this machine, for the requests of the experiments themselves.
final class LocalSocket {
  private let descriptor: Int32

  init?(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(port: port)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // deinit closes the descriptor: it runs also when a completely initialised object fails here.
    guard result == 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Sends a GET and reads the answer; nil when there is none.
  func get(_ path: String, fields: String = "") -> String? {
    exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
  }

  /// Orders one of the first 10,000 products, and reads the answer; nil when there is none.
  func order(_ turn: Int, fields: String = "") -> String? {
    let product = turn * 7 % 10_000 + 1
    let body =
      #"{"customer_id":"customer-1","items":[{"product_id":"product-\#(product)","quantity":1}]}"#
    return exchange(
      "POST /orders HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  /// Sends a request and reads the answer; nil when there is none.
  func exchange(_ request: String) -> String? {
    let request = Array(request.utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { return nil }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      answer.append(contentsOf: chunk[..<count])
      let text = String(decoding: answer, as: UTF8.self)
      if let length = Self.contentLength(text), let end = text.range(ofHeadEnd: ()),
        answer.count >= end + length
      {
        return text
      }
    }
  }

  /// Sends a GET without waiting for the answer.
  func ask(_ path: String, version: String = "1.1", fields: String = "") {
    let head = "GET \(path) HTTP/\(version)\r\nHost: localhost\r\n\(fields)\r\n"
    let request = Array(head.utf8)
    send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
  }

  /// Reads what has arrived, at most so many bytes; returns how many.
  func receiveSome(_ bytesMax: Int) -> Int {
    withUnsafeTemporaryAllocation(byteCount: bytesMax, alignment: 1) { buffer in
      max(recv(descriptor, buffer.baseAddress, bytesMax, Int32(MSG_DONTWAIT)), 0)
    }
  }

  /// Reads into a buffer what has arrived, or waits for that; returns how many bytes, 0 at the end.
  func receive(into buffer: inout [UInt8], waits: Bool) -> Int {
    max(recv(descriptor, &buffer, buffer.count, waits ? 0 : Int32(MSG_DONTWAIT)), 0)
  }

  /// Waits until something has arrived on one of the sockets; returns which have something.
  static func ready(_ sockets: [LocalSocket], milliseconds: Int32) -> [Int] {
    var waiting = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    poll(&waiting, UInt(waiting.count), milliseconds)
    return waiting.indices.filter { waiting[$0].revents != 0 }
  }

  /// A port that was free a moment ago.
  static func freePort() throws -> UInt16 {
    let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(probe) }
    var address = address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(probe, $0, length) == 0 && getsockname(probe, $0, &length) == 0
      }
    }
    guard result else { throw LabError("no free port") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    return address
  }

  private static func contentLength(_ text: String) -> Int? {
    for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
      return Int(line.dropFirst(15).drop { $0 == " " })
    }
    return nil
  }
}

extension String {
  /// The length of a message's head; nil when it is not complete.
  fileprivate func range(ofHeadEnd: Void) -> Int? {
    let bytes = Array(utf8)
    guard bytes.count >= 4 else { return nil }
    for start in 0...(bytes.count - 4) where bytes[start..<start + 4] == [13, 10, 13, 10] {
      return start + 4
    }
    return nil
  }
}
