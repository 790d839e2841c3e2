import EventLoop
import Glibc
import HTTPServer
import OrderAPI
import Telemetry

/// All sockets that the process listens on.
struct Ports: Sendable {
  /// The main port: every contract, and the operations.
  let main: ListeningSocket
  /// The ports of single contracts, by the contract's name.
  let own: [String: ListeningSocket]

  /// Takes over the inherited sockets that fit the settings, and opens the others.
  init(
    _ configuration: Configuration, systemd: InheritedSockets = InheritedSockets()
  ) throws(ConfigurationError) {
    let previous = configuration.handOverSocket.map { InheritedSockets(from: $0) }
    func port(
      _ name: String, _ port: UInt16, _ setting: any AnySetting
    ) throws(ConfigurationError) -> ListeningSocket {
      if let socket = systemd.sockets[name] { return socket }
      let taken = previous?.socket(name, host: configuration.host, port: port)
      if let taken { return taken }
      return try Self.listen(configuration.host, port, setting)
    }
    main = try port("main", configuration.port, Settings.port)
    var own: [String: ListeningSocket] = [:]
    for contract in Contract.additional {
      let number = configuration.contractPorts[contract.name]
      guard let number = number ?? systemd.sockets[contract.name]?.port else { continue }
      own[contract.name] = try port(contract.name, number, Settings.port(of: contract))
    }
    self.own = own
    // Sockets that are not used here stay with the other instance.
    let used = all.map(\.socket.descriptor)
    for socket in previous?.sockets.values ?? [:].values where !used.contains(socket.descriptor) {
      socket.close()
    }
  }

  /// All of them, by their names.
  var all: [(name: String, socket: ListeningSocket)] {
    [("main", main)] + own.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether only this machine can reach them. The bound addresses decide, not the names in the
  /// settings.
  var areLoopback: Bool { ([main] + own.values).allSatisfy(\.address.isLoopback) }

  /// Logs where each contract is, the main port first.
  func announce(to log: Log) {
    log.write(.notice, "listening", ["url": "http://\(main.address)", "pid": "\(getpid())"])
    for (name, listener) in own.sorted(by: { $0.key < $1.key }) {
      log.write(.notice, "listening", ["url": "http://\(listener.address)", "contract": name])
    }
  }

  private static func listen(
    _ host: String, _ port: UInt16, _ setting: any AnySetting
  ) throws(ConfigurationError) -> ListeningSocket {
    do {
      return try ListeningSocket(host: host, port: port)
    } catch {
      switch error {
      case .notListening, .noAddress:
        throw ConfigurationError("HOST=\(host) has no address: check the name")
      case .refused(EADDRINUSE):
        throw ConfigurationError(
          "\(host):\(port) is in use: "
            + "stop what listens there, or set \(setting.name) to another one")
      case .refused(let code):
        throw ConfigurationError(
          "cannot listen on \(host):\(port): \(String(cString: strerror(code))); "
            + "check HOST and \(setting.name)")
      }
    }
  }
}
