import EventLoop
import Glibc

/// The executable: finds the command, runs it, and prints an error as one line.
@main
struct Program {
  static func main() {
    fillStandardDescriptors()
    // Before any thread is made, so that every thread leaves these signals to the one for them.
    Signals.block(StopSignals.signals)
    _ = StopSignals.ofProcess
    signal(SIGPIPE, SIG_IGN)
    let environment = Environment.ofProcess()
    do {
      let code = try Invocation(Array(CommandLine.arguments.dropFirst())).run(environment)
      StopSignals.ofProcess.blockWhileEnding()
      exit(code)
    } catch {
      StopSignals.ofProcess.blockWhileEnding()
      Self.printError("waybill: \(error)\n")
      exit(error is UsageError ? 2 : 1)
    }
  }

  /// Opens the standard descriptors that are closed. Otherwise a file opened later would get such a
  /// number, and what is meant for the log or the terminal would be written into that file.
  private static func fillStandardDescriptors() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one.
      _ = open("/dev/null", O_RDWR)
      if descriptor == 1 { StandardOutput.startedClosed() }
    }
  }

  static func printError(_ line: String) {
    let bytes = Array(line.utf8)
    write(2, bytes, bytes.count)
  }
}
