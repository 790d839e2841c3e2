import EventLoop
import Glibc
import HTTP
import HTTPClient

/// `waybill health`: for container health checks, without a shell or another program.
enum Health {
  static func run(_ configuration: Configuration) throws -> Int32 {
    // A service that listens on all addresses is reached on the loopback one.
    let host = ["0.0.0.0", "::"].contains(configuration.host) ? "127.0.0.1" : configuration.host
    let status: Int
    do {
      status = try EventLoop().runUntilDone { loop in
        let client = HTTPClient(loop: loop)
        defer { client.closeIdleConnections() }
        let origin = host.contains(":") ? "[\(host)]" : host
        return try await client.send(
          ClientRequest(.get, "/readyz", host: "\(origin):\(configuration.port)")
        ).status
      }
    } catch {
      let address = "\(configuration.host):\(configuration.port)"
      try StandardOutput.write("not ready: \(cause(of: error, at: address))\n")
      return 1
    }
    try StandardOutput.write(status == 200 ? "ready\n" : "not ready: status \(status)\n")
    return status == 200 ? 0 : 1
  }

  private static func cause(of error: any Error, at address: String) -> String {
    let cure = "start it with `waybill serve`, or set HOST and PORT to where it listens"
    switch (error as? HTTPClientError)?.reason {
    case .connectFailed(let code):
      return "\(address) cannot be reached (\(String(cString: strerror(code)))): \(cure)"
    case .badHost, .noAddress: return "HOST has no address: \(cure)"
    case .timeout: return "\(address) does not answer in time: see its log"
    default: return "\(address) does not answer as waybill does: \(cure)"
    }
  }
}
