import JSON
package import Orders

/// Reads the rows of a file, which has the columns that an export of this kind has.
package struct ImportRowReader: Sendable {
  /// The column in which an import writes why a row was refused.
  package static let errorColumn = "error"

  package let kind: ImportKind
  package let format: ImportFormat
  private let mode: ImportMode
  /// When rows were made that do not say.
  private let moment: Timestamp
  /// The place of each column of a table.
  private let columns: [String: Int]

  /// What a record is.
  package enum Reading: Sendable {
    case row(ImportedRow)
    case faults([ImportFault])
    /// The last line of an export, which says how many rows it has.
    case end(rows: Int)
  }

  /// - Parameter header: The first record of a table.
  package init(
    _ kind: ImportKind, _ format: ImportFormat, mode: ImportMode, header: [UInt8],
    at moment: Timestamp
  ) throws(ImportFault) {
    self.kind = kind
    self.format = format
    self.mode = mode
    self.moment = moment.inMilliseconds
    columns = format == .csv ? try Self.columns(CSVRecord(Self.withoutMark(header)), kind) : [:]
  }

  /// A header without the byte order mark that some programs write before it.
  package static func withoutMark(_ header: [UInt8]) -> [UInt8] {
    header.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(header[3...]) : header
  }

  private static func columns(
    _ record: CSVRecord, _ kind: ImportKind
  ) throws(ImportFault) -> [String: Int] {
    if let problem = record.problem { throw ImportFault("", problem) }
    let known = known(kind) + [errorColumn]
    var columns: [String: Int] = [:]
    for (place, cell) in record.cells.enumerated() {
      let name = record.text(cell)
      guard known.contains(name) else {
        let nearest = Similarity.nearest(to: name, of: known)
        throw ImportFault(
          name,
          "is not known; "
            + (nearest.map { "did you mean \($0)?" }
              ?? "the columns are \(known.joined(separator: ", "))"))
      }
      guard columns.updateValue(place, forKey: name) == nil else {
        throw ImportFault(name, "is there twice")
      }
    }
    return columns
  }

  private static func known(_ kind: ImportKind) -> [String] {
    switch kind {
    case .products: ImportedProduct.columns
    case .customers: ImportedCustomer.columns
    case .orders: ImportedOrder.columns
    }
  }

  /// Reads a record.
  package func read(_ record: RecordSplitter.Record) -> Reading {
    if record.isTooLong {
      return .faults([ImportFault("", "is longer than \(RecordSplitter.bytesMax) bytes")])
    }
    return format == .csv ? readTable(record.bytes) : readObject(record.bytes)
  }

  private func readTable(_ bytes: [UInt8]) -> Reading {
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
      return .faults([ImportFault("", "is not UTF-8 text")])
    }
    let record = CSVRecord(bytes)
    if let problem = record.problem { return .faults([ImportFault("", problem)]) }
    guard record.cells.count == columns.count else {
      return .faults([
        ImportFault("", "has \(record.cells.count) columns, but the first line \(columns.count)")
      ])
    }
    let source = TableSource(record, columns: columns)
    let row = self.row(source)
    return source.isFaultless ? .row(row) : .faults(source.faults)
  }

  private func readObject(_ bytes: [UInt8]) -> Reading {
    do throws(JSONFailure) {
      return try JSONReader.decode(bytes) { json throws(JSONInvalid) in
        if json["end"].ifPresent != nil {
          _ = json["end"].boolean()
          return .end(rows: json["rows"].integer(in: 0...Int.max))
        }
        _ = json["error"].ifPresent?.scalarText()
        guard kind == .orders, let shipping = json["shipping"].optional else {
          return .row(row(ObjectSource(json, shipping: nil)))
        }
        return .row(shipping.object { row(ObjectSource(json, shipping: $0)) })
      }
    } catch {
      switch error {
      case .syntax(let error):
        return .faults([ImportFault("", "is not JSON: \(error.message)")])
      case .violations(let violations):
        return .faults(violations.map { ImportFault($0.field, $0.message) })
      }
    }
  }

  private func row(_ source: some ImportSource) -> ImportedRow {
    switch kind {
    case .products: .product(ImportedProduct(source, at: moment, mode: mode))
    case .customers: .customer(ImportedCustomer(source, at: moment))
    case .orders: .order(ImportedOrder(source, at: moment))
    }
  }

  // MARK: - Rows that were refused

  /// The first line of a table of refused rows.
  package func headerOfRefused(_ header: [UInt8]) -> [UInt8] {
    columns[Self.errorColumn] == nil ? header + ",\(Self.errorColumn)".utf8 : header
  }

  /// A refused row with what is wrong with it: mended, it can be imported.
  package func refused(_ record: RecordSplitter.Record, _ faults: [ImportFault]) -> [UInt8] {
    let text = faults.map(\.sentence).joined(separator: "; ")
    return format == .csv ? refusedTable(record.bytes, text) : refusedObject(record.bytes, text)
  }

  private func refusedTable(_ bytes: [UInt8], _ text: String) -> [UInt8] {
    var line = CSVWriter(continuing: [])
    line.line { $0.text(text) }
    let quoted = line.bytes.dropLast(2)
    let record = CSVRecord(bytes)
    guard let place = columns[Self.errorColumn], record.cells.indices.contains(place) else {
      return bytes + [UInt8(ascii: ",")] + quoted
    }
    let cell = record.cells[place].raw
    return Array(bytes[..<cell.lowerBound]) + quoted + bytes[cell.upperBound...]
  }

  private func refusedObject(_ bytes: [UInt8], _ text: String) -> [UInt8] {
    let error = JSONValue.Member(key: Self.errorColumn, value: .string(text))
    guard case .object(let members)? = try? JSONValue(parsing: bytes) else {
      let row = JSONValue.Member(
        key: "row", value: .string(String(decoding: bytes, as: UTF8.self)))
      return JSONValue.object([row, error]).bytes
    }
    return JSONValue.object(members.filter { $0.key != Self.errorColumn } + [error]).bytes
  }
}

extension ImportFault {
  /// `column price: "1,50" is not an amount`.
  package var sentence: String {
    column.isEmpty ? "the row \(problem)" : "column \(column): \(problem)"
  }
}
