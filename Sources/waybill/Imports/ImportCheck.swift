import OrderAPI
import OrderStore
import Orders

/// What a look at the whole file has shown.
struct ImportCheck {
  var rows = 0
  var refused = 0
  /// The largest number that a row has.
  var numberMax = 0
  /// Rows that have a key of an earlier row, by their lines.
  var duplicates: [Int: ImportFault] = [:]
  /// Rows that the database does not take, by their lines.
  var refusals: [Int: ImportFault] = [:]
}

extension ImportRun {
  /// Reads the whole file and looks for faults; writes nothing.
  ///
  /// - Parameter byte: Where the import stands; what is before it is in the database already.
  func check(from byte: Int) async throws -> ImportCheck {
    var check = ImportCheck()
    var finder = DuplicateFinder()
    try await read(try reader()) { part in
      check.rows += part.rowCount
      for (row, line) in zip(part.batch.rows, part.batch.lines) {
        check.numberMax = max(check.numberMax, row.number ?? 0)
        for (index, key) in row.keys.enumerated() {
          try finder.append(key.text, line: line, key: index)
        }
      }
      let isNew = part.batch.endByte > byte
      let isTold = isNew && (options.isDryRun || !options.skips)
      if isTold { for row in part.faults { tell(row.record.line, row.faults) } }
      if isNew || options.skips { check.refused += part.faults.count }
      if isNew {
        let refusals = try await imports.check(part.batch, mode: options.mode)
        check.refused += refusals.count
        for refusal in refusals where isTold {
          tell(refusal.line, [refusal.fault])
          if check.refusals.count < Self.keptMax { check.refusals[refusal.line] = refusal.fault }
        }
      }
      progress.show(part.batch.endByte, rows: check.rows, refused: check.refused)
    }
    let duplicates = try finder.finish(atMost: Self.keptMax)
    for duplicate in duplicates.sorted(by: { ($0.line, $0.key) < ($1.line, $1.key) }) {
      let column = duplicate.key == 0 ? "id" : "reference"
      let fault = ImportFault(column, "is also in line \(duplicate.earlierLine)")
      guard check.duplicates.updateValue(fault, forKey: duplicate.line) == nil else { continue }
      guard check.refusals[duplicate.line] == nil else { continue }
      check.refused += 1
      if options.isDryRun || !options.skips { tell(duplicate.line, [fault]) }
    }
    return check
  }
}
