import OrderAPI
import Orders

/// All commands of the program.
enum CommandTable {
  static let all: [CommandDescription] = [
    serve, migrate, seed, tokenCreate, tokenRotate, tokenList, tokenRevoke, export, importing,
    doctor, health,
    openapi,
    settings, metrics, version, completion, man, help,
  ]

  static let serve = CommandDescription(
    words: ["serve"],
    summary:
      "runs the service (the default); SIGTERM finishes what was begun, "
      + "one more than a second later ends it at once; SIGHUP reads secrets again",
    details: "It is told what to do by environment variables: `waybill settings` lists them. "
      + "Without DATABASE_URL it runs a private PostgreSQL in the folder WAYBILL_HOME.",
    options: [
      .init(
        name: "--console-from", value: "FOLDER",
        meaning: "serve the console's files from there, read anew each time, to work on them")
    ],
    examples: [
      .init(line: "waybill serve", meaning: "a private database, on http://127.0.0.1:8080"),
      .init(
        line: "DATABASE_URL=postgresql://waybill@db/waybill waybill serve",
        meaning: "a database that is there already; requests then need a token"),
    ]
  ) { environment, input in
    try Serve(
      Configuration(environment), environment, consoleFolder: input["--console-from"]
    ).run()
  }

  static let migrate = CommandDescription(
    words: ["migrate"],
    summary: "brings the schema to the newest version; any number at once, one does the work",
    details:
      "Each step is done whole or not at all. It runs as the role that owns the schema, grants "
      + "the roles of the service and of readers their rights, and makes WAYBILL_BOOTSTRAP_TOKEN "
      + "an admin's token. A private database is migrated by serve."
  ) { environment, _ in try Maintenance(Configuration(environment)).migrate() }

  static let seed = CommandDescription(
    words: ["seed"],
    summary: "fills an empty catalogue with demo products, customers and orders",
    details: "A catalogue that holds anything is left as it is."
  ) { environment, _ in try Maintenance(Configuration(environment)).seed() }

  static let export = CommandDescription(
    words: ["export"],
    summary: "writes all orders, customers, products, stock or events to a file, as it is read",
    details:
      "It reads the database as the service does, page by page, beside a service that runs. At the "
      + "end it says after which cursor of the feed to go on. The last line of JSON proves that "
      + "nothing is missing; a file has its name only when it is whole.",
    operand: .init(
      name: "KIND", meaning: "what is exported", choices: ExportKind.allCases.map(\.rawValue)),
    options: [
      .init(name: "--output", value: "FILE", meaning: "where it goes; without, standard output"),
      .init(
        name: "--format", value: "FORM", meaning: "ndjson, which is usual, or csv",
        choices: ["ndjson", "csv"]),
      .init(
        name: "--where", value: "QUERY",
        meaning: "filters, as in the address of GET /exports/KIND: status=new&channel=shop"),
      .init(name: "--after", value: "ROW", meaning: "the last row that is there already"),
    ],
    examples: [
      .init(line: "waybill export orders --output orders.ndjson", meaning: "all orders"),
      .init(
        line: "waybill export orders --format csv --where 'created_after=2026-01-01T00:00:00Z'",
        meaning: "this year's, as a table"),
    ]
  ) { environment, input in
    try ExportCommand(configuration: Configuration(environment)).run(input)
  }

  static let importing = CommandDescription(
    words: ["import"],
    summary:
      "reads products, customers or orders from a file; run again, it goes on where it stopped",
    details:
      "The file has the columns of an export. It is checked whole before anything is written. Then "
      + "500 rows at a time are written; a run that was killed goes on where it stopped, and a "
      + "file that is finished says so. The exit code is 0 when all rows were taken, 2 when some "
      + "were, and 1 when none was.",
    operand: .init(
      name: "KIND", meaning: "what is imported", choices: ImportKind.allCases.map(\.rawValue)),
    file: .init(name: "FILE", meaning: "the file; - is standard input"),
    options: [
      .init(
        name: "--format", value: "FORM",
        meaning: "csv or ndjson; without, what the name or the beginning of the file says",
        choices: ImportFormat.allCases.map(\.rawValue)),
      .init(name: "--dry-run", meaning: "check the file, and write nothing"),
      .init(
        name: "--mode", value: "MODE",
        meaning: "create refuses what exists already, as is usual; upsert changes it",
        choices: ImportMode.allCases.map(\.rawValue)),
      .init(
        name: "--on-error", value: "ACTION",
        meaning: "stop imports nothing when a row has a fault, as is usual; skip leaves it out",
        choices: ["stop", "skip"]),
      .init(
        name: "--errors", value: "FILE",
        meaning: "where refused rows go, with a column error; mended, it can be imported"),
      .init(
        name: "--stock", value: "ACTION",
        meaning: "take the stock of products, as is usual, or the units of open orders; or leave "
          + "the stock as it is, as is usual for orders",
        choices: ImportStock.allCases.map(\.rawValue)),
    ],
    examples: [
      .init(line: "waybill import orders orders.csv --dry-run", meaning: "what is wrong with it"),
      .init(
        line: "waybill import orders orders.csv --on-error skip --errors refused.csv",
        meaning: "all that can be taken"),
    ]
  ) { environment, input in
    try ImportCommand(configuration: Configuration(environment)).run(input)
  }

  static let doctor = CommandDescription(
    words: ["doctor"],
    summary: "checks settings, database, rights, schema, clock and disk, and says cause and cure",
    details: "It starts nothing and changes nothing. The exit code is 0 when all is well, else 1.",
    options: [
      .init(
        name: "--instances", value: "N",
        meaning: "whether the connections suffice for N instances of the service; 1 if not given"),
      .json,
    ],
    examples: [
      .init(line: "waybill doctor --instances 4", meaning: "is there room for four of them?")
    ]
  ) { environment, input in
    let instances = try input.number("--instances", in: 1...1_000) ?? 1
    return try Doctor(environment, instances: instances).run(asJSON: input.wantsJSON)
  }

  static let health = CommandDescription(
    words: ["health"],
    summary: "exit code 0 when the service on `HOST` and `PORT` is ready, else 1"
  ) { environment, _ in try Health.run(Configuration(environment)) }

  static let openapi = CommandDescription(
    words: ["openapi"],
    summary: "prints the OpenAPI document; `docs/openapi.json` is this"
  ) { _, _ in
    try StandardOutput.write(OpenAPICommand.document)
    return 0
  }

  static let settings = CommandDescription(
    words: ["settings"],
    summary: "prints the table of environment variables",
    options: [
      .json,
      .init(name: "--env", meaning: "print a file of variables to fill in, all commented out"),
    ]
  ) { _, input in
    let form = input.wantsJSON ? Settings.json : Settings.markdown + "\n"
    try StandardOutput.write(input["--env"] == nil ? form : Settings.environmentFile)
    return 0
  }

  static let metrics = CommandDescription(
    words: ["metrics"],
    summary: "prints the table of figures on `/metrics`; `docs/metrics.md` is this"
  ) { _, _ in
    try StandardOutput.write(Metrics.documentation)
    return 0
  }

  static let version = CommandDescription(
    words: ["version"],
    summary: "prints the version of the program, its sources, its schema and of libpq",
    options: [.json]
  ) { _, input in
    try StandardOutput.write(input.wantsJSON ? VersionCommand.json : VersionCommand.text)
    return 0
  }

  static let completion = CommandDescription(
    words: ["completion"],
    summary: "prints the completion of commands and options for a shell",
    operand: .init(
      name: "SHELL", meaning: "the shell's name", choices: Shell.allCases.map(\.rawValue)),
    examples: [
      .init(
        line: "source <(waybill completion bash)", meaning: "completes in this shell from now on")
    ]
  ) { _, input in
    try StandardOutput.write(Shell(rawValue: input.operand!)!.completion)
    return 0
  }

  static let man = CommandDescription(
    words: ["man"],
    summary: "prints the man page, for `man -l -`",
    examples: [.init(line: "waybill man | man -l -", meaning: "shows it")]
  ) { _, _ in
    try StandardOutput.write(ManualPage.text)
    return 0
  }

  static let help = CommandDescription(
    words: ["help"], summary: "prints the list of commands"
  ) { _, _ in
    try StandardOutput.write(overview)
    return 0
  }

  /// The command whose words the arguments begin with.
  static func command(at arguments: [String]) -> CommandDescription? {
    all.first { arguments.starts(with: $0.words) }
  }

  /// The first words of all commands, each once.
  static var firstWords: [String] {
    all.reduce(into: []) { words, command in
      if words.last != command.words[0] { words.append(command.words[0]) }
    }
  }

  static var known: String { "the commands are \(firstWords.joined(separator: ", "))" }

  static var overview: String { overview(of: all) }

  static func overview(of commands: [CommandDescription]) -> String {
    let rows = commands.map { ($0.name, $0.summary) }
    let lines =
      ["usage: waybill [COMMAND] [OPTION...]", ""] + CommandDescription.inColumns(rows)
      + [
        "",
        "`waybill COMMAND --help` says more of each, `waybill --version` which program this is,",
        "`waybill settings` what the environment can hold.",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The table for docs/commands.md.
  static var markdown: String {
    let rows = all.map { "| `\($0.usage)` | \($0.summary) |" }
    return (["| command | does |", "| --- | --- |"] + rows).joined(separator: "\n")
  }
}
