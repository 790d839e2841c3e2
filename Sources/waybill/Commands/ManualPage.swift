/// `waybill man`: waybill(1) in the language of man pages.
enum ManualPage {
  static var text: String {
    let isDated = BuildFacts.sourceDate != "unknown"
    let day = isDated ? roff(BuildFacts.sourceDate.prefix(10)) : ""
    let lines =
      [
        ".TH WAYBILL 1 \"\(day)\" \"waybill \(roff(BuildFacts.version))\"",
        ".SH NAME", "waybill \\- order management on PostgreSQL",
        ".SH SYNOPSIS", ".B waybill", "[\\fICOMMAND\\fR] [\\fIOPTION\\fR...]",
        ".SH DESCRIPTION",
        roff("One program that serves orders over HTTP and keeps them in PostgreSQL. Without a"),
        roff("command it serves. Everything else is told to it by environment variables."),
        ".SH COMMANDS",
      ] + CommandTable.all.flatMap(section) + [".SH ENVIRONMENT"] + Settings.all.flatMap(entry) + [
        ".SH EXIT STATUS",
        ".TP", ".B 0", "Done; for doctor and health: all is well.",
        ".TP", ".B 1", "Not done; one line on the standard error says cause and cure.",
        ".TP", ".B 2", "The command was not typed as it is described here.",
        ".SH FILES",
        ".TP", ".I /etc/waybill/waybill.env",
        "The settings of the service that the Debian package installs.",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ command: CommandDescription) -> [String] {
    var lines = [".SS \(roff(command.usage))", roff(command.summary + ".")]
    if !command.details.isEmpty { lines += [".PP", roff(command.details)] }
    for operand in command.operands {
      lines += [
        ".TP", ".I \(roff(operand.name))", roff(operand.meaning + choices(operand.choices)),
      ]
    }
    for option in command.options {
      lines += [".TP", ".B \(roff(option.form))", roff(option.meaning)]
    }
    for example in command.examples {
      lines += [".PP", roff(example.meaning + ":"), ".PP", ".EX", roff(example.line), ".EE"]
    }
    return lines
  }

  private static func choices(_ words: [String]) -> String {
    words.isEmpty ? "" : ": " + words.joined(separator: ", ")
  }

  private static func entry(_ setting: any AnySetting) -> [String] {
    let names = [setting.name] + (setting.isSecret ? [setting.fileName] : [])
    return [
      ".TP", ".B \(roff(names.joined(separator: ", ")))",
      roff("\(setting.meaning) (default: \(setting.defaultText))"),
    ]
  }

  /// Escapes the text, so that the formatter prints it as it is. Text between backticks is bold.
  static func roff(_ text: some StringProtocol) -> String {
    var isBold = false
    let escaped = text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "·": result += "\\(bu"
      case "`":
        isBold.toggle()
        result += isBold ? "\\fB" : "\\fR"
      default: result.append(character)
      }
    }
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }
}
