import JSON
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("A command")
struct CommandTests {
  @Test(
    "says how it is used, and nothing of the others",
    arguments: CommandTable.all.map(\.words))
  func help(words: [String]) async throws {
    let program = try RunningProgram([:], arguments: words + ["--help"])

    #expect(await program.exitCode() == 0)
    let command = try #require(CommandTable.command(at: words))
    #expect(program.log.hasPrefix("usage: waybill \(command.name)"))
    for option in command.options { #expect(program.log.contains(option.meaning)) }
    for other in CommandTable.all where other.words != words {
      #expect(!program.log.contains(other.summary))
    }
  }

  typealias Misuse = (words: String, line: String)
  static let misuses: [Misuse] = [
    ("dance", "dance: the commands are serve, migrate, seed, token, export, import, doctor"),
    ("token", "the token commands are: create, rotate, list, revoke"),
    ("token make", "the token commands are"),
    ("serve now", "now is one word too many: `waybill serve --help` says what it takes"),
    ("token create --name x", "token create needs --role ROLE"),
    ("token create --role", "--role needs a value: --role ROLE"),
    ("token create --role boss", "--role must be one of: admin, retailer, warehouse, customer"),
    ("token create --role admin --role admin", "--role is there twice"),
    ("token create --role admin --color red", "--color is not an option of token create"),
    ("token list --json=yes", "--json takes no value"),
    ("token rotate", "token rotate needs the number"),
    ("token revoke 1 2", "2 is one word too many"),
    ("completion tcsh", "SHELL must be one of: bash, zsh, fish"),
    ("--version now", "--version stands alone"),
  ]

  @Test("that was mistyped ends with 2 and one line that says how it is typed", arguments: misuses)
  func misuse(_ example: Misuse) async throws {
    let program = try RunningProgram(
      [:], arguments: example.words.split(separator: " ").map(String.init))

    #expect(await program.exitCode() == 2)
    #expect(program.log.split(separator: "\n").count == 1, "\(program.log)")
    #expect(program.log.contains(example.line), "\(program.log)")
  }

  @Test("takes the value of an option behind a blank or an equals sign")
  func values() throws {
    for words in [["--role", "admin", "--days=9"], ["--role=admin", "--days", "9"]] {
      guard case .run(let command, let input) = try Invocation(["token", "create"] + words) else {
        Issue.record("it is not run")
        return
      }
      #expect(command.name == "token create")
      #expect(input == CommandInput(options: ["--role": "admin", "--days": "9"]))
    }
  }

  @Test("is described in docs/commands.md as the code has it")
  func page() throws {
    let page = try #require(readFile(RepositoryRoot.path + "/docs/commands.md"))

    #expect(page.contains(CommandTable.markdown), "\(CommandTable.markdown)")
  }

  @Test("is in the man page with all its options, and every setting is, too")
  func manual() throws {
    for command in CommandTable.all {
      #expect(ManualPage.text.contains(".SS \(ManualPage.roff(command.usage))\n"))
    }
    for setting in Settings.all { #expect(ManualPage.text.contains(setting.name)) }
    #expect(ManualPage.roff(".a `b` \\ -") == "\\&.a \\fBb\\fR \\e \\-")
  }

  typealias Typed = (words: [String], candidates: [String])
  static let typed: [Typed] = [
    (["tok"], ["token"]), (["token", ""], ["create", "rotate", "list", "revoke"]),
    (["token", "create", "--role", "w"], ["warehouse"]),
    (["token", "create", "--new"], ["--new-customer"]),
    (["token", "create", "--role", "admin", "--d"], ["--days"]),
    (["completion", "f"], ["fish"]), (["doctor", "--"], ["--instances", "--json", "--help"]),
    (["dance", ""], []), (["token", "create", "--name", ""], []),
  ]

  @Test("is completed by bash", arguments: typed)
  func bash(_ example: Typed) async throws {
    let words = (["waybill"] + example.words).map { "'\($0)'" }.joined(separator: " ")
    let shell = try RunningProgram(
      [:], arguments: ["completion", "bash"],
      launcher: """
        "$0" "$@" | bash -c 'source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _waybill;
          printf "%s\\n" "${COMPREPLY[@]}"' bash \(words)
        """)

    #expect(await shell.exitCode() == 0, "\(shell.log)")
    #expect(shell.log.split(separator: "\n").map(String.init) == example.candidates)
  }

  @Test("says which program it is, in a word, in lines and as JSON")
  func version() async throws {
    func output(_ arguments: String...) async throws -> String {
      let program = try RunningProgram([:], arguments: arguments)
      #expect(await program.exitCode() == 0)
      return program.log
    }

    #expect(try await output("--version").hasPrefix("waybill \(BuildFacts.version) ("))
    #expect(try await output("version").contains("\nlibpq       "))
    let json = try JSONValue(parsing: Array(try await output("version", "--json").utf8))
    #expect(json["version"] == .string(BuildFacts.version))
    #expect(json["schema_version"] == .number("\(try Schema.migrator().files.count)"))
  }

  @Test(
    "fails when what it prints cannot be written", arguments: ["settings", "openapi", "version"])
  func full(command: String) async throws {
    let program = try RunningProgram(
      [:], arguments: [command], launcher: #"exec "$0" "$@" >/dev/full"#)

    #expect(await program.exitCode() == 1)
    #expect(program.log.contains("the output cannot be written (No space left on device)"))
  }

  @Test("lists the settings as a file to fill in, and as JSON")
  func settings() throws {
    for setting in Settings.all {
      #expect(Settings.environmentFile.contains("\n#\(setting.name)=\n"))
      #expect(Settings.json.contains(#"{"name":"\#(setting.name)","#))
    }
    let lines = Settings.environmentFile.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("#") }, "nothing is set")
  }
}
