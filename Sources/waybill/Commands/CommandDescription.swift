/// A command: its words, what may follow them, and what it does.
///
/// Its help, the man page, the completions of the shells and the table in docs/commands.md are
/// made of this.
struct CommandDescription: Sendable {
  /// `["token", "create"]`.
  let words: [String]
  let summary: String
  /// More about it, in sentences.
  var details = ""
  var operand: Operand?
  /// A second such word, a file.
  var file: Operand?
  var options: [Option] = []
  var examples: [Example] = []
  let run: @Sendable (Environment, CommandInput) throws -> Int32

  /// A word that may follow and is not an option.
  struct Operand: Sendable {
    let name: String
    let meaning: String
    /// All values it may have; empty when they cannot be listed.
    var choices: [String] = []
    var isRequired = true
  }

  struct Option: Sendable {
    /// `--role`.
    let name: String
    /// The name of its value; nil for a switch, which has none.
    var value: String?
    let meaning: String
    /// All values it may have; empty when they cannot be listed.
    var choices: [String] = []
    var isRequired = false

    /// `--role ROLE`.
    var form: String { value.map { "\(name) \($0)" } ?? name }

    static let json = Option(name: "--json", meaning: "print JSON, for programs")
  }

  struct Example: Sendable {
    let line: String
    let meaning: String
  }

  var name: String { words.joined(separator: " ") }

  var operands: [Operand] { [operand, file].compactMap(\.self) }

  /// `waybill token create --role ROLE [OPTION...]`.
  var usage: String {
    var parts = ["waybill", name]
    parts += options.filter(\.isRequired).map(\.form)
    for operand in operands {
      parts.append(operand.isRequired ? operand.name : "[\(operand.name)]")
    }
    parts += options.filter { !$0.isRequired }.map { "[\($0.form)]" }
    return parts.joined(separator: " ")
  }

  /// What `--help` prints.
  var help: String {
    var lines = ["usage: \(usage)", "", summary]
    if !details.isEmpty { lines += ["", details] }
    for operand in operands {
      lines += Self.section(operand.name, [(operand.name, operand.meaning)])
    }
    lines += Self.section("options", options.map { ($0.form, $0.meaning) } + [Self.helpRow])
    lines += Self.section("examples", examples.map { ($0.line, $0.meaning) })
    return lines.joined(separator: "\n") + "\n"
  }

  private static let helpRow = ("--help", "print this")

  private static func section(_ title: String, _ rows: [(String, String)]) -> [String] {
    rows.isEmpty ? [] : ["", "\(title):"] + inColumns(rows)
  }

  /// Lines of two columns.
  static func inColumns(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { left, right in
      "  " + left + String(repeating: " ", count: width - left.count + 2) + right
    }
  }
}

/// What was typed after a command's words, read as the command describes it.
struct CommandInput: Equatable {
  var operand: String?
  /// The second such word.
  var file: String?
  /// The values of options by their names; a switch has an empty one.
  var options: [String: String] = [:]

  subscript(option: String) -> String? { options[option] }

  var wantsJSON: Bool { options[CommandDescription.Option.json.name] != nil }

  func number(_ option: String, in allowed: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = options[option] else { return nil }
    guard let number = Int(text), allowed.contains(number) else {
      throw UsageError(
        "\(option) must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return number
  }
}

/// A command that was not typed as it is described. The program's exit code is then 2.
struct UsageError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
