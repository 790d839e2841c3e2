/// The arguments of the program, read as a command or as a question for help.
enum Invocation {
  case run(CommandDescription, CommandInput)
  /// Print this text.
  case show(String)

  init(_ arguments: [String]) throws(UsageError) {
    guard let first = arguments.first else {
      self = .run(CommandTable.serve, CommandInput())
      return
    }
    if Self.asksForHelp(first) {
      self = .show(CommandTable.overview)
      return
    }
    if first == "--version" {
      guard arguments.count == 1 else { throw UsageError("--version stands alone") }
      self = .show(VersionCommand.line)
      return
    }
    guard let command = CommandTable.command(at: arguments) else {
      self = .show(try Self.helpOfGroup(arguments))
      return
    }
    let rest = arguments.dropFirst(command.words.count)
    if rest.contains(where: Self.asksForHelp) {
      self = .show(command.help)
    } else {
      self = .run(command, try Self.read(rest, as: command))
    }
  }

  func run(_ environment: Environment) throws -> Int32 {
    switch self {
    case .run(let command, let input): return try command.run(environment, input)
    case .show(let text):
      try StandardOutput.write(text)
      return 0
    }
  }

  private static func asksForHelp(_ word: String) -> Bool { ["--help", "-h"].contains(word) }

  /// `waybill token --help`. Anything else that does not begin with a command is an error.
  private static func helpOfGroup(_ arguments: [String]) throws(UsageError) -> String {
    let group = CommandTable.all.filter { $0.words.count > 1 && $0.words[0] == arguments[0] }
    guard !group.isEmpty else {
      throw UsageError("\(arguments[0]): \(CommandTable.known)")
    }
    guard arguments.dropFirst().contains(where: asksForHelp) else {
      throw UsageError(
        "the \(arguments[0]) commands are: "
          + group.map { $0.words[1...].joined(separator: " ") }.joined(separator: ", "))
    }
    return CommandTable.overview(of: group)
  }

  private static func read(
    _ words: ArraySlice<String>, as command: CommandDescription
  ) throws(UsageError) -> CommandInput {
    var input = CommandInput()
    var words = words
    while let word = words.popFirst() {
      // A hyphen alone stands for standard input or output.
      guard word.hasPrefix("-"), word != "-" else {
        try readOperand(word, command, &input)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = command.options.first(where: { $0.name == parts[0] }) else {
        throw UsageError("\(parts[0]) is not an option of \(command.name): \(command.hint)")
      }
      let value = try value(of: option, parts.count > 1 ? String(parts[1]) : nil, &words)
      try check(value, option.name, option.choices)
      guard input.options.updateValue(value, forKey: option.name) == nil else {
        throw UsageError("\(option.name) is there twice: \(command.hint)")
      }
    }
    try checkComplete(input, command)
    return input
  }

  private static func readOperand(
    _ word: String, _ command: CommandDescription, _ input: inout CommandInput
  ) throws(UsageError) {
    if let operand = command.operand, input.operand == nil {
      try check(word, operand.name, operand.choices)
      input.operand = word
    } else if command.file != nil, input.file == nil {
      input.file = word
    } else {
      throw UsageError("\(word) is one word too many: \(command.hint)")
    }
  }

  private static func value(
    of option: CommandDescription.Option, _ attached: String?, _ words: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard option.value != nil else {
      guard attached == nil else { throw UsageError("\(option.name) takes no value") }
      return ""
    }
    guard let value = attached ?? words.popFirst() else {
      throw UsageError("\(option.name) needs a value: \(option.form)")
    }
    return value
  }

  private static func check(
    _ word: String, _ name: String, _ choices: [String]
  ) throws(UsageError) {
    guard choices.isEmpty || choices.contains(word) else {
      throw UsageError("\(name) must be one of: \(choices.joined(separator: ", "))")
    }
  }

  private static func checkComplete(
    _ input: CommandInput, _ command: CommandDescription
  ) throws(UsageError) {
    for option in command.options where option.isRequired && input[option.name] == nil {
      throw UsageError("\(command.name) needs \(option.form): \(command.hint)")
    }
    if let operand = command.operand, operand.isRequired, input.operand == nil {
      throw UsageError("\(command.name) needs \(operand.meaning): \(command.hint)")
    }
    if let file = command.file, file.isRequired, input.file == nil {
      throw UsageError("\(command.name) needs \(file.meaning): \(command.hint)")
    }
  }
}

extension CommandDescription {
  fileprivate var hint: String { "`waybill \(name) --help` says what it takes" }
}
