import JSON
import Orders

/// The columns of one row of a file, whatever the form of the file. What cannot be read is
/// collected.
protocol ImportSource {
  /// Whether the row has the column, even if there is nothing in it.
  func isGiven(_ column: StaticString) -> Bool
  /// The text in a column; nil when there is none.
  func text(_ column: StaticString) -> String?
  /// The text in a column, which may be empty; nil when there is none.
  func textOrEmpty(_ column: StaticString) -> String?
  /// Reads a column that holds JSON; nil when there is nothing in it.
  func json<Value>(
    _ column: StaticString, _ read: (JSONField) throws(JSONInvalid) -> Value
  ) -> Value?
  func refuse(_ column: StaticString, _ problem: String)
  /// Whether nothing was refused so far.
  var isFaultless: Bool { get }
}

extension ImportSource {
  /// Refuses a value that is there.
  private func refuse(_ column: StaticString, _ text: String, _ problem: String) {
    let shown = text.unicodeScalars.count > 50 ? "\(text.prefix(50))…" : text
    refuse(column, "\"\(shown)\" \(problem)")
  }

  /// A column in which there must be something.
  func required<Value>(_ column: StaticString, _ value: Value?) -> Value? {
    if value == nil, text(column) == nil { refuse(column, "is required") }
    return value
  }

  func value<Value: FieldText>(_ column: StaticString, _: Value.Type) -> Value? {
    guard let text = text(column) else { return nil }
    let value = Value(text)
    if value == nil { refuse(column, text, Value.rule) }
    return value
  }

  func text(_ column: StaticString, _ length: ClosedRange<Int>) -> String? {
    guard let text = text(column) else { return nil }
    guard length.contains(text.unicodeScalars.count) else {
      refuse(column, text, JSONViolation.Reason.length(length).description)
      return nil
    }
    return text
  }

  func integer(_ column: StaticString, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(column) else { return nil }
    guard let number = Int(text), range.contains(number), text.utf8.first != UInt8(ascii: "+")
    else {
      refuse(
        column, text, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// An amount in cents, of any size.
  func cents(_ column: StaticString) -> Int128? {
    guard let text = text(column) else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= 30,
      parts.count == 1 || parts[1].count <= 2,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else {
      refuse(column, text, "is not an amount")
      return nil
    }
    let missing = parts.count == 1 ? 2 : 2 - parts[1].count
    return digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
      * [1, 10, 100][missing]
  }

  func price(_ column: StaticString) -> Money? {
    guard let cents = cents(column) else { return nil }
    guard let price = Int64(exactly: cents).map(Money.init), Money.allowed.contains(price) else {
      refuse(column, text(column) ?? "", "is more than \(Money.allowed.upperBound.decimal)")
      return nil
    }
    return price
  }

  /// A moment, or the beginning of a day in UTC, to the millisecond.
  func moment(_ column: StaticString) -> Timestamp? {
    guard let text = text(column) else { return nil }
    guard let moment = Timestamp(rfc3339: text) ?? Timestamp(day: text),
      Timestamp.era.contains(moment)
    else {
      refuse(column, text, "is not a moment as 2026-01-01T10:00:00Z")
      return nil
    }
    return moment.inMilliseconds
  }

  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ column: StaticString, _ read: (String) -> Word?
  ) -> Word? {
    guard let text = text(column) else { return nil }
    let word = read(text)
    if word == nil {
      refuse(
        column, text,
        "is none of: " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }
}

extension Timestamp {
  /// The moment without what is below a millisecond, as the database keeps it.
  var inMilliseconds: Timestamp {
    let rest = microseconds % 1_000
    return Timestamp(microseconds: microseconds - (rest < 0 ? rest + 1_000 : rest))
  }
}

/// A row of a table.
final class TableSource: ImportSource {
  private let record: CSVRecord
  private let columns: [String: Int]
  private(set) var faults: [ImportFault] = []

  /// - Parameter columns: The place of each column.
  init(_ record: CSVRecord, columns: [String: Int]) {
    self.record = record
    self.columns = columns
  }

  var isFaultless: Bool { faults.isEmpty }

  func isGiven(_ column: StaticString) -> Bool { columns["\(column)"] != nil }

  func text(_ column: StaticString) -> String? {
    guard let text = textOrEmpty(column), !text.isEmpty else { return nil }
    return text
  }

  func textOrEmpty(_ column: StaticString) -> String? {
    guard let place = columns["\(column)"] else { return nil }
    let cell = record.cells[place]
    return cell.isQuoted || !cell.raw.isEmpty ? record.text(cell) : nil
  }

  func json<Value>(
    _ column: StaticString, _ read: (JSONField) throws(JSONInvalid) -> Value
  ) -> Value? {
    guard let text = text(column), text != "null" else { return nil }
    do throws(JSONFailure) {
      return try JSONReader.decodeValue(Array(text.utf8), read)
    } catch {
      switch error {
      case .syntax(let error): refuse(column, "is not JSON: \(error.message)")
      case .violations(let violations):
        faults += violations.map {
          let path = $0.field.isEmpty || $0.field.hasPrefix("[") ? $0.field : ".\($0.field)"
          return ImportFault("\(column)\(path)", $0.message)
        }
      }
      return nil
    }
  }

  func refuse(_ column: StaticString, _ problem: String) {
    if faults.last?.column != "\(column)" { faults.append(ImportFault("\(column)", problem)) }
  }
}

/// A row of JSON; the reader of its document collects the faults.
struct ObjectSource: ImportSource {
  private let object: JSONObject
  /// The object in which an export has the carrier and the tracking number of an order.
  private let shipping: JSONObject?

  init(_ object: JSONObject, shipping: JSONObject?) {
    self.object = object
    self.shipping = shipping
  }

  var isFaultless: Bool { (try? object.check()) != nil }

  private func field(_ column: StaticString) -> JSONField {
    let field = object[column]
    guard field.ifPresent == nil, let shipping else { return field }
    let isShipping = "\(column)" == "carrier" || "\(column)" == "tracking_number"
    return isShipping ? shipping[column].ifPresent ?? field : field
  }

  func isGiven(_ column: StaticString) -> Bool { field(column).ifPresent != nil }

  func text(_ column: StaticString) -> String? {
    guard let text = textOrEmpty(column), !text.isEmpty else { return nil }
    return text
  }

  func textOrEmpty(_ column: StaticString) -> String? { field(column).ifPresent?.scalarText() }

  func json<Value>(
    _ column: StaticString, _ read: (JSONField) throws(JSONInvalid) -> Value
  ) -> Value? {
    guard let field = field(column).optional else { return nil }
    return try? read(field)
  }

  func refuse(_ column: StaticString, _ problem: String) { field(column).refuse(problem) }
}
