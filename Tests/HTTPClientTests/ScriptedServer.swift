import EventLoop
import Glibc
import Synchronization

/// A service that answers what a test wrote down, whatever it is asked.
final class ScriptedServer: Sendable {
  /// What happens when a connection has sent something.
  enum Step: Sendable {
    case send(String)
    case sendAndClose(String)
    case close
    case reset
    case silence
  }

  let port: UInt16
  private let thread = LoopThread(name: "scripted")
  private let log = Mutex<[String]>([])
  private let opened = Atomic(0)

  /// What was received, each time something was.
  var requests: [String] { log.withLock { $0 } }
  var connections: Int { opened.load(ordering: .relaxed) }
  var host: String { "127.0.0.1:\(port)" }

  /// Each connection follows the next script; those beyond the last are closed at once.
  init(_ scripts: [Step]...) {
    let address = SocketAddress(literal: "127.0.0.1", port: 0)!
    let socket = Socket(for: address)!
    precondition(socket.listen(on: address, backlog: 16) == 0)
    port = socket.localAddress!.port
    let loop = thread.loop
    let descriptor = socket.descriptor
    let listener = LoopBound(
      loop, Listener(socket: socket, scripts: scripts, server: self, loop: loop))
    loop.execute { _ = loop.watch(descriptor, for: .read, listener.value) }
  }

  deinit { thread.stop() }

  private final class Listener: Watcher {
    let socket: Socket
    var scripts: [[Step]]
    unowned let server: ScriptedServer
    let loop: EventLoop

    init(socket: consuming Socket, scripts: [[Step]], server: ScriptedServer, loop: EventLoop) {
      self.socket = socket
      self.scripts = scripts
      self.server = server
      self.loop = loop
    }

    func ready(_ events: IOEvents) {
      guard case .connection(let accepted, _) = socket.accept() else { return }
      guard !scripts.isEmpty else { return }
      server.opened.add(1, ordering: .relaxed)
      let descriptor = accepted.descriptor
      let connection = Connection(socket: accepted, script: scripts.removeFirst(), server: server)
      connection.watch = loop.watch(descriptor, for: .read, connection)
    }
  }

  private final class Connection: Watcher {
    var socket: Socket?
    var script: [Step]
    unowned let server: ScriptedServer
    var watch: Watch?

    init(socket: consuming Socket, script: [Step], server: ScriptedServer) {
      self.socket = consume socket
      self.script = script
      self.server = server
    }

    func ready(_ events: IOEvents) {
      var bytes: [UInt8] = []
      guard case .bytes? = socket?.receive(appendingTo: &bytes, limit: 1_000_000) else {
        return close()
      }
      server.log.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
      switch script.isEmpty ? .silence : script.removeFirst() {
      case .send(let text): _ = socket?.send(Array(text.utf8), from: 0)
      case .sendAndClose(let text):
        _ = socket?.send(Array(text.utf8), from: 0)
        close()
      case .close: close()
      case .reset:
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<Glibc.linger>.size)
        if let descriptor = socket?.descriptor {
          setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
        }
        close()
      case .silence: break
      }
    }

    private func close() {
      watch?.cancel()
      watch = nil
      socket = nil
    }
  }
}
