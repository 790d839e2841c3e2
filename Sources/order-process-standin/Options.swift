/// The command line options.
struct Options: Sendable {
  var host = "127.0.0.1"
  var port = 8_000
  var seed = Int.random(in: 0...Int(UInt32.max))
  var journal: String?
  var processMinimum = 500
  var processMaximum = 2_000
  var delayMaximum = 2_000
  var silence = 60_000
  var retryPause = 5_000
  var rates = Rates()

  /// An option that is not valid.
  struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  init(_ arguments: [String] = []) throws(Invalid) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard let option = Option.all.first(where: { "--" + $0.name == argument }) else {
        throw Invalid(description: "\(argument) is not known; see --help")
      }
      guard let value = rest.popFirst(), option.set(&self, value) else {
        throw Invalid(description: "\(argument) wants \(option.kind.wants)")
      }
    }
    guard processMinimum <= processMaximum else {
      throw Invalid(description: "--process-min-ms must not be above --process-max-ms")
    }
  }

  static var help: String {
    let lines = Option.all.map { option in
      let usage = "--\(option.name) \(option.kind.rawValue)"
      return "  \(usage)\(String(repeating: " ", count: 30 - usage.count))\(option.meaning)\n"
    }
    return "usage: order-process-standin [OPTION...]; a RATE is from 0 (never) to 1 (always)\n"
      + lines.joined()
  }
}

private struct Option: Sendable {
  enum Kind: String, Sendable {
    case host = "HOST"
    case file = "FILE"
    case port = "PORT"
    case number = "N"
    case milliseconds = "MS"
    case rate = "RATE"

    var wants: String {
      switch self {
      case .host, .file: "a value"
      case .port: "a number from 0 to 65535"
      case .number: "a whole number"
      case .milliseconds: "a number of milliseconds, an hour at most"
      case .rate: "a number from 0 to 1"
      }
    }
  }

  let name: String
  let kind: Kind
  let meaning: String
  /// Stores the value; false when it is not valid.
  let set: @Sendable (inout Options, String) -> Bool

  private init(
    _ name: String, _ kind: Kind, _ meaning: String,
    _ set: @escaping @Sendable (inout Options, String) -> Bool
  ) {
    (self.name, self.kind, self.meaning, self.set) = (name, kind, meaning, set)
  }

  private static func whole(
    _ name: String, _ kind: Kind, _ path: any WritableKeyPath<Options, Int> & Sendable,
    in range: ClosedRange<Int>, _ meaning: String
  ) -> Option {
    Option(name, kind, meaning) { options, text in
      guard let value = Int(text), range.contains(value) else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  private static func milliseconds(
    _ name: String, _ path: any WritableKeyPath<Options, Int> & Sendable, _ meaning: String
  ) -> Option {
    whole(name + "-ms", .milliseconds, path, in: 0...3_600_000, meaning)
  }

  private static func rate(
    _ name: String, _ path: any WritableKeyPath<Rates, Double> & Sendable, _ meaning: String
  ) -> Option {
    Option(name + "-rate", .rate, meaning) { options, text in
      guard let value = Double(text), (0...1).contains(value) else { return false }
      options.rates[keyPath: path] = value
      return true
    }
  }

  static let all = [
    Option("host", .host, "where to listen (127.0.0.1)") {
      $0.host = $1
      return true
    },
    whole("port", .port, \.port, in: 0...65_535, "where to listen (8000); 0 picks a free one"),
    whole("seed", .number, \.seed, in: 0...Int.max, "what all chance follows from (random)"),
    Option("journal", .file, "file that keeps what happened when the program is killed (none)") {
      $0.journal = $1
      return true
    },
    milliseconds("process-min", \.processMinimum, "a process takes so long at least (500)"),
    milliseconds("process-max", \.processMaximum, "a process takes so long at most (2000)"),
    rate("failure", \.failure, "a process ends FAILED"),
    rate("forget", \.forgetting, "a process is forgotten instead of ending"),
    rate("refusal", \.refusal, "a request has no effect; its connection is closed"),
    rate("lost-answer", \.lostAnswer, "a request takes effect; its connection is closed"),
    rate("silence", \.silence, "a request takes effect; nothing is said, then it is closed"),
    milliseconds("silence", \.silence, "how long nothing is said (60000)"),
    rate("delay", \.delay, "a request takes effect; the answer comes late"),
    milliseconds("delay-max", \.delayMaximum, "how late at most (2000)"),
    rate("lost-callback", \.lostCallback, "the end of a process is not told"),
    rate("doubled-callback", \.doubledCallback, "it is told again, with an empty body"),
    rate("early-callback", \.earlyCallback, "a process ends, and tells, before its 202"),
    milliseconds("retry-pause", \.retryPause, "pause after a callback not answered 200 (5000)"),
  ]
}
