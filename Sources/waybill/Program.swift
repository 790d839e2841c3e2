import EventLoop
import Glibc

/// The executable: finds the command, runs it, and says in one line what stood in the way.
@main
struct Program {
  static func main() {
    fillStandardDescriptors()
    // Before any thread is made, so that every thread leaves these signals to the one for them.
    Signals.block(Interruption.signals)
    _ = Interruption.ofProcess
    signal(SIGPIPE, SIG_IGN)
    let environment = Environment.ofProcess()
    do {
      let code = try Invocation(Array(CommandLine.arguments.dropFirst())).run(environment)
      Interruption.ofProcess.leaveTheEndToIt()
      exit(code)
    } catch {
      Interruption.ofProcess.leaveTheEndToIt()
      Self.complain("waybill: \(error)\n")
      exit(error is UsageError ? 2 : 1)
    }
  }

  /// A file opened later would get the number of a closed one, and what is meant for the log or the
  /// terminal would be written into it.
  private static func fillStandardDescriptors() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one.
      _ = open("/dev/null", O_RDWR)
      if descriptor == 1 { StandardOutput.startedClosed() }
    }
  }

  static func complain(_ line: String) {
    let bytes = Array(line.utf8)
    write(2, bytes, bytes.count)
  }
}
