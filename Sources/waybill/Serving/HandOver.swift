import EventLoop
import Glibc
import HTTPServer
import Telemetry

extension DescriptorOffer {
  /// Offers the ports of this process at a path, and replaces an earlier offer there.
  static func ports(
    _ ports: Ports, at path: String, log: Log, on loop: EventLoop
  ) throws(ConfigurationError) -> DescriptorOffer {
    guard let listener = LocalSocket(listeningAt: path) else {
      throw ConfigurationError(
        "\(Settings.handOverSocket.name)=\(path) cannot be used: "
          + "\(String(cString: strerror(errno))); name a file in a folder that may be written"
      )
    }
    let all = ports.all
    return DescriptorOffer(
      all.map(\.socket.descriptor), named: all.map(\.name).joined(separator: "\n"), at: listener,
      on: loop
    ) { log.write(.notice, "gave the ports to another instance, too") }
  }
}
