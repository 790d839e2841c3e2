/// What the program can be asked to do.
enum Command: String, CaseIterable {
  case serve, migrate, seed, token, doctor, health, openapi, settings, help

  init(_ arguments: [String]) throws(ConfigurationError) {
    guard let word = arguments.first else {
      self = .serve
      return
    }
    guard !arguments.contains(where: { ["--help", "-h"].contains($0) }) else {
      self = .help
      return
    }
    guard let command = Command(rawValue: word), arguments.count == 1 || command == .token else {
      let known = Command.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError("\(arguments.joined(separator: " ")): the commands are \(known)")
    }
    self = command
  }

  var summary: String {
    switch self {
    case .serve: "run the service (the default); stops well on SIGTERM, at once on a second one"
    case .migrate: "bring the database's schema to the newest version"
    case .seed: "fill an empty catalogue with demo products"
    case .token: "create, list and revoke tokens, which say who asks"
    case .doctor: "check settings, database, schema and clock, and say cause and cure"
    case .health: "ask the service on HOST and PORT whether it is ready; exit 0 when it is"
    case .openapi: "print the OpenAPI document of all calls"
    case .settings: "print the table of environment variables"
    case .help: "print this list"
    }
  }

  /// Runs the command; `arguments` are the words behind its own.
  func run(_ environment: Environment, _ arguments: ArraySlice<String>) throws -> Int32 {
    switch self {
    case .serve: return try Serve(Configuration(environment)).run()
    case .migrate: return try Maintenance(Configuration(environment)).migrate()
    case .seed: return try Maintenance(Configuration(environment)).seed()
    case .token: return try TokenCommand(arguments).run(Configuration(environment))
    case .doctor: return Doctor(environment).run()
    case .health: return Health.run(try Configuration(environment))
    case .openapi: print(try OpenAPICommand.document, terminator: "")
    case .settings: print(Setting.markdown)
    case .help: print(Self.list)
    }
    return 0
  }

  private static var list: String {
    let width = allCases.map(\.rawValue.count).max() ?? 0
    let lines = allCases.map { command in
      let gap = String(repeating: " ", count: width - command.rawValue.count + 2)
      return "  \(command.rawValue)\(gap)\(command.summary)"
    }
    let tokenLines = TokenCommand.usage.map { "  token " + $0 }
    return (["usage: waybill [COMMAND]"] + lines + ["", "token commands:"] + tokenLines)
      .joined(separator: "\n")
  }
}
