import EventLoop
import Glibc
import HTTPServer
import OrderAPI

/// Everything the process listens on.
struct Ports: Sendable {
  /// Where every contract is, and what the people who run the service ask.
  let main: ListeningSocket
  /// The ports of single contracts, by the contract's name.
  let own: [String: ListeningSocket]

  init(_ configuration: Configuration) throws(ConfigurationError) {
    main = try Self.listen(configuration.host, configuration.port, .port)
    var own: [String: ListeningSocket] = [:]
    for contract in Contract.all {
      guard let port = configuration.contractPorts[contract.name] else { continue }
      own[contract.name] = try Self.listen(configuration.host, port, .port(of: contract))
    }
    self.own = own
  }

  /// Whether only this machine reaches them. Of names, only the addresses they have led to count.
  var areLoopback: Bool { ([main] + own.values).allSatisfy(\.address.isLoopback) }

  /// Says where which contract is, the main port first.
  func announce(to log: Log) {
    log.write(.notice, "listening", ["url": "http://\(main.address)", "pid": "\(getpid())"])
    for (name, listener) in own.sorted(by: { $0.key < $1.key }) {
      log.write(.notice, "listening", ["url": "http://\(listener.address)", "contract": name])
    }
  }

  private static func listen(
    _ host: String, _ port: UInt16, _ setting: Setting
  ) throws(ConfigurationError) -> ListeningSocket {
    do {
      return try ListeningSocket(host: host, port: port)
    } catch {
      switch error {
      case .noAddress:
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
