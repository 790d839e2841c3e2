import EventLoop
import HTTP
import HTTPClient

/// `waybill health`: for container health checks, without a shell or another program.
enum Health {
  static func run(_ configuration: Configuration) -> Int32 {
    // A server that listens on every address is asked on this machine's own.
    let host = ["0.0.0.0", "::"].contains(configuration.host) ? "127.0.0.1" : configuration.host
    do {
      let status = try EventLoop().runUntilDone { loop in
        let client = HTTPClient(loop: loop)
        defer { client.closeIdleConnections() }
        let origin = host.contains(":") ? "[\(host)]" : host
        return try await client.send(
          ClientRequest(.get, "/readyz", host: "\(origin):\(configuration.port)")
        ).status
      }
      print(status == 200 ? "ready" : "not ready: status \(status)")
      return status == 200 ? 0 : 1
    } catch {
      print("not ready: \(error)")
      return 1
    }
  }
}
