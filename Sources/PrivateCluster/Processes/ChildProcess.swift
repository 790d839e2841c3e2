import EventLoop
import Glibc
import Synchronization

/// A program run by this process, in a process group of its own: Ctrl-C in a terminal reaches only
/// the service, which then stops the program in good order.
///
/// A thread of its own starts and reaps the program. The kernel sends the parent-death signal that
/// `ServerUser` asks for when the starting *thread* ends, and the threads of a pool may end at any
/// time.
package final class ChildProcess: Sendable {
  private enum State {
    case starting
    case running(pid_t)
    case failed(code: Int32)
    case exited(status: Int32)
  }

  private let state = Mutex(State.starting)
  private let command: [String]
  private let environment: [String: String]
  private let output: Int32

  /// The variables of a program, unless others are given.
  package static let plainEnvironment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"]

  /// Starts the program, its output and errors going to the file descriptor.
  package init(
    _ command: [String], output: Int32, environment: [String: String] = plainEnvironment
  ) throws(ClusterError) {
    self.command = command
    self.environment = environment
    self.output = output
    guard let thread = SystemThread({ [self] in runAndReap() }) else {
      throw .system("start a thread", code: EAGAIN)
    }
    thread.detach()
    _ = waited(upTo: 60) { if case .starting = state.withLock({ $0 }) { false } else { true } }
    if case .failed(let code) = state.withLock({ $0 }) {
      throw .system("run \(command[0])", code: code)
    }
  }

  /// Runs a program to its end; nil output when it fails or takes longer than the limit.
  package static func output(
    of command: [String], seconds: Int, environment: [String: String] = plainEnvironment
  ) -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    let child = try? ChildProcess(command, output: ends[1], environment: environment)
    close(ends[1])
    guard let child, child.exitStatus(within: seconds) == 0 else { return nil }
    // A pipe holds 64 KiB, which is more than any of these programs prints.
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(ends[0], &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// The process, as long as it has not been reaped.
  package var pid: Int32? {
    state.withLock { if case .running(let pid) = $0 { pid } else { nil } }
  }

  /// Sends the signal to the program, never to a later one that got its number.
  package func signal(_ number: Int32) {
    state.withLock { if case .running(let pid) = $0 { kill(pid, number) } }
  }

  /// The wait status of the ended program; nil when it still runs after the time given.
  package func exitStatus(within seconds: Int) -> Int32? {
    var status: Int32?
    _ = waited(upTo: seconds) {
      if case .exited(let value) = state.withLock({ $0 }) { status = value }
      return status != nil
    }
    return status
  }

  private func runAndReap() {
    var pid = pid_t()
    let code = spawn(&pid)
    state.withLock { $0 = code == 0 ? .running(pid) : .failed(code: code) }
    guard code == 0 else { return }
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    // Reaped under the lock: until then no other process can get the number, so `signal` reaches
    // this program or none.
    state.withLock {
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      $0 = .exited(status: status)
    }
  }

  private func spawn(_ pid: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The service blocks signals to read them as events. The program must not inherit that.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var arguments = command.map { strdup($0) } + [nil]
    var environment = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + environment { free(text) } }
    return posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &environment)
  }
}
