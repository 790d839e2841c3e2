import Glibc
import PrivateCluster

/// Records which functions processes are in, each 999th of a second of their CPU time (perf).
struct Perf {
  /// How the callers of a function are found.
  enum Callers: String {
    /// Debian builds PostgreSQL with frame pointers.
    case framePointers = "fp"
    /// libc has none where the service sends and waits, so each sample has a copy of the stack.
    case copiedStack = "dwarf,16384"
  }

  static let program = "/usr/bin/perf"

  private let process: ChildProcess
  private let file: String

  /// Starts to record these processes, their threads, and the processes that they start.
  init(_ pids: [pid_t], _ callers: Callers, file: String) throws {
    self.file = file
    let log = open(file + ".log", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
    defer { close(log) }
    // Time, not cycles: every machine has a clock, but many virtual ones have no counters.
    process = try ChildProcess(
      [
        Self.program, "record", "-e", "cpu-clock", "-F", "999", "--call-graph", callers.rawValue,
        "-o", file, "-p", pids.map(String.init).joined(separator: ","),
      ], output: log)
    usleep(500_000)
    guard process.pid != nil else { throw refusal() }
  }

  /// Stops recording; returns what was recorded.
  func stop() throws -> [StackSample] {
    process.signal(SIGINT)
    guard process.exitStatus(within: 60) != nil else { throw LabError("perf does not stop") }
    let text = file + ".txt"
    let command = "exec \(Self.program) script --no-inline -F period,ip,sym,dso -i \(file)"
    let done = ChildProcess.output(
      of: ["/bin/sh", "-c", "\(command) >\(text) 2>>\(file).log"], seconds: 120)
    let samples = StackSample.read(try readText(text))
    guard done != nil, !samples.isEmpty else { throw refusal() }
    guard samples.contains(where: { $0.frames.contains { $0.library == Frame.kernel } }) else {
      throw LabError("perf was not allowed to see the kernel. " + Self.cure)
    }
    return samples
  }

  private func refusal() -> LabError {
    let said = (try? readText(file + ".log"))?.split(separator: "\n").prefix(6) ?? []
    return LabError("perf cannot record:\n  " + said.joined(separator: "\n  ") + "\n" + Self.cure)
  }

  private static let cure =
    "It needs root, or `sysctl kernel.perf_event_paranoid=1`; many containers refuse it, until "
    + "they are given CAP_PERFMON and a seccomp profile with perf_event_open"
}

/// A function that a program was in, or that had called it.
struct Frame: Hashable {
  static let kernel = "kernel"
  /// Where perf does not know of any file.
  static let none = "[unknown]"

  /// As the linker knows it; nil where the program keeps no names.
  let symbol: String?
  /// The file it is in, without folder and version.
  let library: String
}

/// What a thread was doing at one moment.
struct StackSample {
  /// The CPU time that it stands for.
  var nanoseconds: Int
  /// The innermost first.
  var frames: [Frame] = []

  /// Reads what `perf script` prints: a line with the period, then one for each function.
  static func read(_ text: String) -> [StackSample] {
    var samples: [StackSample] = []
    var frames: [Substring: Frame] = [:]
    for line in text.utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) {
      if line.hasPrefix("\t") {
        guard let frame = frames[line] ?? frame(line), !samples.isEmpty else { continue }
        frames[line] = frame
        samples[samples.count - 1].frames.append(frame)
      } else if let period = Int(line.filter { $0 != " " }) {
        samples.append(StackSample(nanoseconds: period))
      }
    }
    return samples.filter { !$0.frames.isEmpty }
  }

  /// "\t  1bbe87 _bt_compare (/usr/lib/postgresql/15/bin/postgres)".
  private static func frame(_ line: Substring) -> Frame? {
    let words = line.drop { $0 == "\t" || $0 == " " }
    guard let space = words.firstIndex(of: " "), words.hasSuffix(")"),
      let open = words.lastIndex(of: "("), space < open
    else { return nil }
    let symbol = words[space..<open].drop { $0 == " " }.dropLast()
    let path = words[words.index(after: open)...].dropLast()
    // Names in brackets are the kernel, its modules, and what has no file.
    let isKernel = path.hasPrefix("[") && ![Frame.none, "[vdso]", "[heap]"].contains(String(path))
    let file = path.split(separator: "/").last?.split(separator: ".").first ?? ""
    return Frame(
      symbol: symbol == Frame.none ? nil : String(symbol),
      library: isKernel ? Frame.kernel : String(file))
  }
}
