import EventLoop
import OrderAPI
import OrderStore
import Orders
import Postgres

/// One import, from the first look at the file to the last line of its report.
///
/// The file is read whole and checked before anything is written. Then batches are written, each in
/// a transaction that also moves the row of the file in the database: whenever this ends, the next
/// run goes on behind the last batch that was committed.
final class ImportRun {
  /// How many rows are kept in memory whose faults only the whole file or the database shows.
  static let keptMax = 100_000
  /// Faults that are printed.
  private static let printedMax = 20

  let options: ImportOptions
  let source: SourceFile
  let format: ImportFormat
  let imports: ImportRepository
  let loop: EventLoop
  let progress: ImportProgress
  private let errors: OutputFile?
  private let moment: Orders.Timestamp
  private var printed = 0

  init(
    _ options: ImportOptions, _ source: SourceFile, _ format: ImportFormat, errors: OutputFile?,
    imports: ImportRepository, on loop: EventLoop
  ) {
    self.options = options
    self.source = source
    self.format = format
    self.errors = errors
    self.imports = imports
    self.loop = loop
    moment = Orders.Timestamp(microseconds: loop.wallClock / 1_000)
    progress = ImportProgress(bytes: source.bytes, on: loop)
  }

  private var file: ImportFile {
    ImportFile(
      kind: options.kind, name: source.name, sha256: source.sha256, bytes: source.bytes)
  }

  /// Returns the exit code: 0 when all rows are as the file says, 2 when some are, 1 when none is.
  func run() async throws -> Int32 {
    let known = try await imports.find(file)
    if let known, known.finishedAt == nil { try checkOptions(known) }
    if let known, known.finishedAt != nil, !options.isDryRun {
      return try await tell(finished: known)
    }

    progress.begin(.checking)
    let check = try await check(from: known?.byte ?? 0)
    if options.isDryRun || (check.refused > 0 && !options.skips) {
      return try await endUnwritten(check)
    }
    if check.numberMax > 0 { try await imports.reserve(check.numberMax, of: options.kind) }
    let begun = try await imports.begin(file, options.mode, options.stock, rows: check.rows)
    if known != nil {
      say("going on at byte \(begun.byte): \(begun.taken + begun.refused) rows are done already")
    }
    return try await write(begun, check)
  }

  private func checkOptions(_ known: ImportRecord) throws {
    guard known.mode == options.mode, known.stock == options.stock else {
      throw UnreadableFile(
        "this file was begun with --mode \(known.mode.rawValue) --stock \(known.stock.rawValue): "
          + "finish it so")
    }
  }

  private func tell(finished known: ImportRecord) async throws -> Int32 {
    // The run that finished it may have been killed before it had written the refused rows.
    if errors != nil, known.refused > 0 {
      try await writeErrors(try await check(from: source.bytes), of: known)
    }
    let moment = known.finishedAt?.rfc3339 ?? ""
    say("import \(known.number) of this file was finished at \(moment): \(Self.counts(known))")
    return Self.code(taken: known.taken, refused: known.refused)
  }

  static func code(taken: Int, refused: Int) -> Int32 { refused == 0 ? 0 : taken > 0 ? 2 : 1 }

  static func counts(_ record: ImportRecord) -> String {
    "\(record.created) created, \(record.changed) changed, \(record.unchanged) unchanged, "
      + "\(record.refused) refused"
  }

  func say(_ line: String) {
    progress.clear()
    Program.printError(line + "\n")
  }

  /// Prints a fault, if it is one of the first.
  func tell(_ line: Int, _ faults: [ImportFault]) {
    for fault in faults {
      printed += 1
      if printed <= Self.printedMax { say("line \(line), \(fault.sentence)") }
    }
  }

  func tellHowManyMore() {
    guard printed > Self.printedMax else { return }
    let rest = "and \(printed - Self.printedMax) more"
    say(rest + (errors == nil ? "; --errors FILE writes all of them" : ""))
  }

  // MARK: - Reading

  func reader(from byte: Int = 0, line: Int = 1) throws -> BatchReader {
    try BatchReader(
      source, options.kind, format, mode: options.mode, from: byte, line: line, at: moment)
  }

  /// Reads parts of the file one after the other. The next one is read on another thread while
  /// `take` waits for the database.
  func read(
    _ reader: BatchReader, _ take: (BatchReader.Part) async throws -> Void
  ) async throws {
    var ahead = Task.detached { try reader.next() }
    while let part = try await ahead.value {
      let isLast = part.batch.isLast
      if !isLast { ahead = Task.detached { try reader.next() } }
      do {
        try await take(part)
      } catch {
        // The reader belongs to the task until that has ended.
        _ = try? await ahead.value
        throw error
      }
      if isLast { return }
    }
  }

  // MARK: - Ends

  /// The end of an import that wrote nothing: a dry run, or one with faults.
  private func endUnwritten(_ check: ImportCheck) async throws -> Int32 {
    try await writeErrors(check, refusals: check.refusals)
    tellHowManyMore()
    let good = check.rows - check.refused
    if options.isDryRun {
      say("dry run: \(good) of \(check.rows) rows would be imported, \(check.refused) refused")
      return Self.code(taken: good, refused: check.refused)
    }
    say(
      "nothing was imported: \(check.refused) of \(check.rows) rows are refused; mend them, or "
        + "leave them out with --on-error skip")
    return 1
  }

  private func write(_ begun: ImportRecord, _ check: ImportCheck) async throws -> Int32 {
    progress.begin(.importing, at: begun.byte, rows: begun.taken + begun.refused)
    let reader = try reader(from: begun.byte, line: begun.line + 1)
    reader.knownFaults = check.duplicates
    var faults: [[ImportRefusal]] = []
    let batches = ImportBatches(
      begun, of: options.kind, skips: options.skips, imports: imports, on: loop
    ) { record, written in
      // What the file shows of a batch, and what the database has against it, by line.
      let refusals = faults.removeFirst() + written.refusals
      for refusal in refusals.sorted(by: { $0.line < $1.line }) {
        self.tell(refusal.line, [refusal.fault])
      }
      self.progress.show(
        record.byte, rows: record.taken + record.refused, refused: record.refused)
    }
    do {
      try await read(reader) { part in
        faults.append(
          part.faults.flatMap { row in
            row.faults.map { ImportRefusal(line: row.record.line, fault: $0) }
          })
        try await batches.write(part.batch)
      }
      try await batches.finish()
    } catch {
      await batches.abandon()
      guard case ImportFailure.refused(let refusals) = error else { throw error }
      let record = batches.record
      for refusal in refusals { tell(refusal.line, [refusal.fault]) }
      let kept = Dictionary(refusals.map { ($0.line, $0.fault) }) { first, _ in first }
      try await writeErrors(check, refusals: kept)
      tellHowManyMore()
      say("stopped: \(Self.counts(record)), and \(begun.rows - record.taken) rows are left")
      return record.taken > 0 ? 2 : 1
    }
    let record = batches.record
    let rows = record.taken + record.refused - begun.taken - begun.refused
    let rate = Int(Double(rows) / progress.seconds)
    if record.refused > 0 { try await writeErrors(check, of: record) }
    tellHowManyMore()
    say("import \(record.number): \(Self.counts(record)), \(rate) rows a second")
    return Self.code(taken: record.taken, refused: record.refused)
  }

  // MARK: - Rows that were refused

  /// Writes the refused rows of a check, or of a batch.
  private func writeErrors(
    _ check: ImportCheck, refusals: [Int: ImportFault]
  ) async throws {
    guard let errors, check.refused > 0 || !refusals.isEmpty else { return }
    let file = RefusedRows(errors)
    progress.begin(.collecting)
    let reader = try reader()
    reader.knownFaults = check.duplicates.merging(refusals) { first, _ in first }
    try await read(reader) { part in
      for row in part.faults { try file.append(row.record, row.faults, reader) }
    }
    try errors.finish()
  }

  /// Writes all refused rows of an import: those that the file shows, and those that the database
  /// has noted while it was written, in this run or before it.
  private func writeErrors(_ check: ImportCheck, of record: ImportRecord) async throws {
    guard let errors else { return }
    let file = RefusedRows(errors)
    progress.begin(.collecting)
    let reader = try reader()
    reader.knownFaults = check.duplicates
    var noted = try await imports.refusals(of: record, after: 0)
    var next = 0
    try await read(reader) { part in
      var rows = part.faults
      for (line, row) in zip(part.batch.lines, part.records) {
        if next == noted.count, let last = noted.last {
          noted = try await imports.refusals(of: record, after: last.line)
          next = 0
        }
        guard next < noted.count, noted[next].line == line else { continue }
        rows.append((row, [noted[next].fault]))
        next += 1
      }
      for row in rows.sorted(by: { $0.record.line < $1.record.line }) {
        try file.append(row.record, row.faults, reader)
      }
    }
    try errors.finish()
  }

  /// An error in words that say what to do.
  func explained(_ error: any Error) -> any Error {
    let again = "run the same command again, and it goes on where it stopped"
    switch error {
    case ImportFailure.movedElsewhere:
      return ConfigurationError("another process is importing this file: wait for it")
    case ImportFailure.database(let cause):
      return ConfigurationError("the import stopped: \(cause.debugDescription); \(again)")
    case is OrderError, is PostgresError:
      return ConfigurationError("the import stopped: \(error); \(again)")
    default: return error
    }
  }
}

/// The file of the rows that were refused.
private final class RefusedRows {
  private let file: OutputFile
  private var hasBegun = false

  init(_ file: OutputFile) { self.file = file }

  func append(
    _ record: RecordSplitter.Record, _ faults: [ImportFault], _ reader: BatchReader
  ) throws {
    var bytes: [UInt8] = []
    if !hasBegun, reader.rows.format == .csv {
      bytes = reader.rows.headerOfRefused(reader.header) + [0x0D, 0x0A]
    }
    hasBegun = true
    bytes += reader.rows.refused(record, faults)
    bytes += reader.rows.format == .csv ? [0x0D, 0x0A] : [0x0A]
    try file.write(bytes)
  }
}
