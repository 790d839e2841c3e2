import JSON
package import Orders

/// What a field of a body may hold: its limits stand here once, for the reader and the schema.
protocol FieldType {
  associatedtype Value: Sendable

  /// What the document says of such a field.
  var schema: Schema { get }

  /// The value of a field; nil when it was refused, and the refusal has been recorded.
  func read(_ field: JSONField) -> Value?
}

// MARK: - Texts

/// A text of the domain that a client may write.
protocol FieldText {
  /// The characters it may have.
  static var allowedLength: ClosedRange<Int> { get }
  /// What it must be, as callers are told, in bodies and queries alike.
  static var rule: String { get }
  /// The same for programs.
  static var schema: Schema { get }

  init?(_ text: String)
}

extension FieldText {
  static var rule: String { JSONViolation.Reason.length(allowedLength).description }
  static var schema: Schema { .string(allowedLength) }
}

extension CustomerID: FieldText {
  package static var rule: String { JSONViolation.Reason.length(allowedLength).description }
  static var schema: Schema { .string(allowedLength).example("demo-1") }
}

extension Name: FieldText {
  package static var rule: String {
    "\(JSONViolation.Reason.length(allowedLength)), one of them visible"
  }
  static var schema: Schema { .string(allowedLength, pattern: Schema.visible) }
}

extension EmailAddress: FieldText {
  static var rule: String { "must be an e-mail address" }
  static var schema: Schema {
    .string(allowedLength, format: "email").example("demo@example.org")
  }
}

extension ProductID: FieldText {
  static var rule: String {
    "must have \(allowedLength.lowerBound) to \(allowedLength.upperBound) letters, digits, dots, "
      + "underscores or hyphens"
  }
  static var schema: Schema {
    .string(allowedLength, pattern: "^[A-Za-z0-9._-]+$").example("keyboard")
  }
}

extension ProductDescription: FieldText {}
extension OrderReference: FieldText {}

/// A text of the domain.
struct TextField<Value: FieldText & Sendable>: FieldType {
  var schema: Schema { Value.schema }

  func read(_ field: JSONField) -> Value? {
    // Without a limit of its own for the string: the rule says how long it may be.
    let text = field.string(length: 0...JSONLimits.documentBytes)
    guard let value = Value(text) else {
      // When the field is no string this is its second refusal, and only the first is kept.
      field.refuse(Value.rule)
      return nil
    }
    return value
  }
}

extension FieldType {
  static func text<Value>(_: Value.Type) -> Self where Self == TextField<Value> { TextField() }
}

/// A text of limited length whose content means nothing to the service.
struct FreeTextField: FieldType {
  let length: ClosedRange<Int>

  var schema: Schema { .string(length) }

  func read(_ field: JSONField) -> String? { field.string(length: length) }
}

extension FieldType where Self == FreeTextField {
  static func text(_ length: ClosedRange<Int>) -> Self { FreeTextField(length: length) }
}

// MARK: - Numbers and words

/// A whole number.
struct IntegerField: FieldType {
  let range: ClosedRange<Int>
  /// A number of the range that is refused.
  var exception: Int?

  var schema: Schema {
    // A number that 64 bits do not hold is refused.
    let schema = range.upperBound == .max ? .integer(from: range.lowerBound) : Schema.integer(range)
    return exception.map { schema.except(.number("\($0)")) } ?? schema
  }

  func read(_ field: JSONField) -> Int? {
    let value = field.integer(in: range)
    if let exception, value == exception { field.refuse("must not be \(exception)") }
    return value
  }
}

extension FieldType where Self == IntegerField {
  static func integer(_ range: ClosedRange<Int>, except exception: Int? = nil) -> Self {
    IntegerField(range: range, exception: exception)
  }
}

/// An amount: a number or a text with at most two fraction digits.
struct MoneyField: FieldType {
  var schema: Schema { .moneyInput }

  func read(_ field: JSONField) -> Money? { Money(cents: field.decimal(.money)) }
}

extension JSONDecimalForm {
  /// An amount, as the domain and the database allow it.
  fileprivate static let money = JSONDecimalForm(
    fractionDigits: 2,
    range: Money.allowed.lowerBound.cents...Money.allowed.upperBound.cents)
}

extension FieldType where Self == MoneyField {
  static var money: Self { MoneyField() }
}

/// True or false.
struct BooleanField: FieldType {
  var schema: Schema { .boolean }

  func read(_ field: JSONField) -> Bool? { field.boolean() }
}

extension FieldType where Self == BooleanField {
  static var boolean: Self { BooleanField() }
}

/// The words of an enumeration, which a client has to write letter for letter.
protocol FieldWord: RawRepresentable<String>, CaseIterable, Sendable {
  /// What the document says of them.
  static var schema: Schema { get }
}

/// One of the words of an enumeration.
struct WordField<Value: FieldWord>: FieldType {
  var schema: Schema { Value.schema }

  func read(_ field: JSONField) -> Value? { field.word(Value.self) }
}

extension FieldType {
  static func word<Value>(_: Value.Type) -> Self where Self == WordField<Value> { WordField() }
}
