import EventLoop
import Glibc
import HTTPServer

/// A stand-in for the external order process service, with faults at configurable rates.
@main
struct Program {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard !arguments.contains("--help") else { return say(Options.help) }
    // Before any thread is created, so that every thread leaves these signals to the event loop.
    Signals.block([SIGTERM, SIGINT])
    signal(SIGPIPE, SIG_IGN)
    do {
      try run(Options(arguments))
    } catch {
      printError("\(error)")
      exit(1)
    }
  }

  private static func run(_ options: Options) throws {
    let listener = try listen(options)
    // Only now that the port is bound: opening the journal forgets the processes of an earlier run.
    let journal = try Journal(options.journal)
    say("seed \(options.seed)\nlistening on http://\(listener.address)\n")
    let loop = EventLoop()
    loop.execute {
      _ = Signals([SIGTERM, SIGINT], on: loop) { _ in _exit(0) }
      Standin(options, journal, on: loop).serve(listener)
    }
    loop.run()
  }

  private static func listen(_ options: Options) throws(Options.Invalid) -> ListeningSocket {
    do {
      return try ListeningSocket(host: options.host, port: UInt16(options.port))
    } catch {
      throw .init(description: "cannot listen on \(options.host):\(options.port): \(error)")
    }
  }

  static func printError(_ line: String) { write(line + "\n", to: 2) }

  private static func say(_ text: String) { write(text, to: 1) }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
