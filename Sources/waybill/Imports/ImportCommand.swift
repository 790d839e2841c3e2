import EventLoop
import OrderAPI
import OrderStore
import Orders
import Postgres

/// `waybill import …`: reads products, customers or orders from a file.
struct ImportCommand {
  let configuration: Configuration

  func run(_ input: CommandInput) throws -> Int32 {
    let options = try ImportOptions(input)
    let source = try SourceFile(options.file)
    let format = try options.format ?? source.guessedFormat()
    let errors = try options.errors.map(OutputFile.init)
    return try configuration.onDatabase { target, loop in
      let database = Database(target, settings: .ofImport, on: loop)
      let run = ImportRun(
        options, source, format, errors: errors,
        imports: ImportRepository(
          database, unknownCustomers: configuration.unknownCustomers),
        on: loop)
      do {
        let code = try await run.run()
        await database.close()
        return code
      } catch {
        await database.close()
        run.progress.clear()
        throw run.explained(error)
      }
    }
  }
}

/// What an import was asked for.
struct ImportOptions {
  let kind: ImportKind
  let file: String
  let format: ImportFormat?
  let mode: ImportMode
  let stock: ImportStock
  let isDryRun: Bool
  /// Whether rows that cannot be imported are left out; if not, there is no import.
  let skips: Bool
  let errors: String?

  init(_ input: CommandInput) throws(UsageError) {
    kind = ImportKind(rawValue: input.operand!)!
    file = input.file!
    format = input["--format"].flatMap(ImportFormat.init)
    mode = input["--mode"].flatMap(ImportMode.init) ?? .create
    stock = input["--stock"].flatMap(ImportStock.init) ?? .standard(for: kind)
    isDryRun = input["--dry-run"] != nil
    skips = input["--on-error"] == "skip"
    errors = input["--errors"]
    if kind == .customers, input["--stock"] != nil {
      throw UsageError("--stock is not for customers, who have none")
    }
  }
}

extension PostgresSettings {
  /// For imports, whose batches are large, and wait for locks of others longer than requests would.
  fileprivate static var ofImport: PostgresSettings {
    var settings = PostgresSettings.administration
    settings.statementTimeout = .seconds(60)
    settings.lockTimeout = .seconds(20)
    settings.writeConnections = ImportBatches.underWayMax + 1
    return settings
  }
}
