import EventLoop
import Glibc
import HTTPServer
import OrderAPI

/// Listening sockets that are older than this process, by the port they are for: `main`, or the
/// name of a contract. They come from systemd, or from the instance that this one replaces.
struct InheritedSockets {
  private static let main = "main"

  private(set) var sockets: [String: ListeningSocket] = [:]

  /// No sockets.
  init() {}

  /// Those that systemd has passed on (`sd_listen_fds`): from descriptor 3 on, named by
  /// `FileDescriptorName=`. A single one whose name is unknown is for the main port.
  init(systemd environment: Environment, process: pid_t = getpid()) throws(ConfigurationError) {
    guard let pid = environment.values["LISTEN_PID"], pid_t(pid) == process,
      let text = environment.values["LISTEN_FDS"]
    else { return }
    guard let count = Int(text), (1...64).contains(count) else {
      throw ConfigurationError(
        "LISTEN_FDS=\(text) is not the number of sockets: see systemd.socket")
    }
    let given =
      environment.values["LISTEN_FDNAMES"]?.split(
        separator: ":", omittingEmptySubsequences: false) ?? []
    let known = [Self.main] + Contract.additional.map(\.name)
    for index in 0..<count {
      var name = index < given.count ? String(given[index]) : ""
      if count == 1, !known.contains(name) { name = Self.main }
      guard known.contains(name), sockets[name] == nil else {
        throw ConfigurationError(
          "LISTEN_FDNAMES has \"\(name)\": name each socket once by FileDescriptorName=, as one of "
            + known.joined(separator: ", "))
      }
      guard let socket = try? ListeningSocket(inherited: 3 + Int32(index)) else {
        throw ConfigurationError(
          "the socket \(name) from systemd does not listen: ListenStream= with an address, "
            + "Accept=no")
      }
      sockets[name] = socket
    }
  }

  /// Those that another instance offers at a path; none when there is no such instance.
  init(from path: String) {
    guard let peer = LocalSocket(connectingTo: path) else { return }
    guard let (text, descriptors) = peer.socket.receivePassed() else { return }
    for (name, descriptor) in zip(text.split(separator: "\n"), descriptors) {
      if let socket = try? ListeningSocket(inherited: descriptor) {
        sockets[String(name)] = socket
      }
    }
  }

  /// The socket of that name, if it is bound where the settings say.
  func socket(_ name: String, host: String, port: UInt16) -> ListeningSocket? {
    guard let socket = sockets[name],
      SocketAddress.resolve(host: host, port: port).contains(where: {
        $0.host == socket.address.host && (port == 0 || port == socket.port)
      })
    else { return nil }
    return socket
  }
}
