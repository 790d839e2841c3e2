import Testing

@testable import order_process_standin

@Suite("The options")
struct OptionsTests {
  @Test("are all read, and are all in the help")
  func read() throws {
    let options = try Options([
      "--port", "0", "--seed", "7", "--journal", "j", "--process-max-ms", "600",
      "--lost-answer-rate", "0.25", "--early-callback-rate", "1",
    ])
    #expect(options.port == 0)
    #expect(options.seed == 7)
    #expect(options.journal == "j")
    #expect(options.processMaximum == 600)
    #expect(options.rates.lostAnswer == 0.25)
    #expect(options.rates.earlyCallback == 1)
    #expect(options.rates.refusal == 0)
    #expect(Options.help.split(separator: "\n").count == 19)
  }

  @Test(
    "are refused with the value that is expected",
    arguments: [
      (["--prot", "1"], "--prot is not known; see --help"),
      (["--port"], "--port wants a number from 0 to 65535"),
      (["--port", "65536"], "--port wants a number from 0 to 65535"),
      (["--seed", "-1"], "--seed wants a whole number"),
      (["--failure-rate", "1.5"], "--failure-rate wants a number from 0 to 1"),
      (["--failure-rate", "nan"], "--failure-rate wants a number from 0 to 1"),
      (["--silence-ms", "x"], "--silence-ms wants a number of milliseconds, an hour at most"),
      (["--process-min-ms", "9999"], "--process-min-ms must not be above --process-max-ms"),
    ])
  func refused(arguments: [String], complaint: String) {
    let error = #expect(throws: Options.Invalid.self) { try Options(arguments) }
    #expect(error?.description == complaint)
  }
}
