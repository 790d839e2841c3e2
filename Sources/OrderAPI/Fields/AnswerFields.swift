import JSON
import Orders

/// The fields of an object that answers show, one call for each.
///
/// The same calls write an answer and describe it: a `JSONObjectWriter` writes each field, an
/// `AnswerSchema` writes down what it may hold. So everything about a field is in one place. The
/// writer is compiled for `JSONObjectWriter`, and nothing of the descriptions is left in it.
protocol AnswerFields {
  /// A field, what the document says of it, and how it is written.
  mutating func field(
    _ name: StaticString, isAlwaysThere: Bool, _ schema: @autoclosure () -> Schema,
    _ write: (inout JSONObjectWriter, JSONKey) -> Void)
}

extension JSONObjectWriter: AnswerFields {
  @inline(__always)
  mutating func field(
    _ name: StaticString, isAlwaysThere: Bool, _ schema: @autoclosure () -> Schema,
    _ write: (inout JSONObjectWriter, JSONKey) -> Void
  ) { write(&self, .literal(name)) }
}

/// An object that answers show.
protocol AnswerObject {
  /// One that the document shows as an example.
  static var sample: Self { get }
  /// What the document says of it.
  static var schema: Schema { get }

  /// Writes its fields.
  func write(to json: inout some AnswerFields)
}

extension AnswerObject {
  /// As an answer shows it.
  var json: String { String(decoding: JSONWriter.object { write(to: &$0) }, as: UTF8.self) }

  /// The sample as an answer shows it.
  static var example: String { sample.json }

  /// The schema that its fields make; one that is not `isOpen` will never have others.
  static func describe(_ name: String, _ about: String, isOpen: Bool = true) -> Schema {
    AnswerSchema.collect(isOpen: isOpen) { sample.write(to: &$0) }.about(about).named(name)
  }

  /// What its fields are called, in the order in which they are written.
  static var fieldNames: [String] { AnswerSchema.names { sample.write(to: &$0) } }
}

// MARK: - Texts

extension AnswerFields {
  @inline(__always)
  mutating func string(
    _ name: StaticString, _ value: String, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, .string().about(about(), example())) { $0.string($1, value) }
  }

  @inline(__always)
  mutating func string(
    _ name: StaticString, _ value: String?, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, .string().orNull.about(about(), example())) {
      $0.string($1, value)
    }
  }

  /// Always the same text.
  @inline(__always)
  mutating func constant(
    _ name: StaticString, _ value: String, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, .constant(value).about(about())) { $0.string($1, value) }
  }

  @inline(__always)
  mutating func strings(
    _ name: StaticString, _ values: [String], isAlwaysThere: Bool = true,
    _ about: @autoclosure () -> String, _ example: @autoclosure () -> JSONValue
  ) {
    field(
      name, isAlwaysThere: isAlwaysThere,
      .array(.string()).about(about(), .array([example()]))
    ) { $0.array($1) { list in for value in values { list.string(value) } } }
  }

  /// One of the words of an enumeration.
  @inline(__always)
  mutating func word<Word: FieldWord>(
    _ name: StaticString, _ value: Word, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Word.schema.about(about())) {
      $0.string($1, value.rawValue)
    }
  }

  @inline(__always)
  mutating func word<Word: FieldWord>(
    _ name: StaticString, _ value: Word?, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Word.schema.orNull.about(about())) {
      $0.string($1, value?.rawValue)
    }
  }

  /// Words of an enumeration.
  @inline(__always)
  mutating func words<Word: FieldWord>(
    _ name: StaticString, _ values: [Word], _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, .array(Word.schema).about(about())) {
      $0.array($1) { list in for value in values { list.string(value.rawValue) } }
    }
  }

  /// An order's id.
  @inline(__always)
  mutating func id(
    _ name: StaticString, _ value: OrderID, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, .string(format: "uuid").about(about(), example())) {
      $0.plain($1, upTo: OrderID.textLength) { value.append(to: &$0) }
    }
  }

  @inline(__always)
  mutating func moment(
    _ name: StaticString, _ value: Timestamp, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Schema.moment.about(about())) { $0.moment($1, value) }
  }

  @inline(__always)
  mutating func moment(
    _ name: StaticString, _ value: Timestamp?, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Schema.moment.orNull.about(about())) { $0.moment($1, value) }
  }
}

// MARK: - Numbers

extension AnswerFields {
  @inline(__always)
  mutating func integer(
    _ name: StaticString, _ value: Int,
    in range: @autoclosure () -> ClosedRange<Int> = .min ... .max,
    _ about: @autoclosure () -> String, _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, .integer(range()).about(about(), example())) {
      $0.integer($1, value)
    }
  }

  @inline(__always)
  mutating func integer(
    _ name: StaticString, _ value: Int?, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, .integer().orNull.about(about(), example())) {
      $0.integer($1, value)
    }
  }

  /// An amount.
  @inline(__always)
  mutating func money(
    _ name: StaticString, _ value: Money, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, Schema.money.about(about(), example())) {
      $0.money($1, value.cents)
    }
  }

  /// An amount given as digits, as 64 bits of cents may not hold it.
  @inline(__always)
  mutating func money(
    _ name: StaticString, digits: String, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, Schema.money.about(about(), example())) {
      $0.raw($1, digits.utf8)
    }
  }

  @inline(__always)
  mutating func boolean(
    _ name: StaticString, _ value: Bool, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: true, Schema.boolean.about(about(), example())) {
      $0.boolean($1, value)
    }
  }
}

// MARK: - Structure

extension AnswerFields {
  /// An object inside another.
  @inline(__always)
  mutating func object<Part: AnswerObject>(
    _ name: StaticString, _ value: Part, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Part.schema.about(about())) {
      $0.object($1) { value.write(to: &$0) }
    }
  }

  /// An object inside another that only some have.
  @inline(__always)
  mutating func optionalObject<Part: AnswerObject>(
    _ name: StaticString, _ part: Part?, _: Part.Type, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: false, Part.schema.about(about())) { json, key in
      if let part { json.object(key) { part.write(to: &$0) } }
    }
  }

  /// An array of objects.
  @inline(__always)
  mutating func objects<Part: AnswerObject>(
    _ name: StaticString, _ values: [Part], isAlwaysThere: Bool = true,
    _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: isAlwaysThere, .array(Part.schema).about(about())) {
      $0.array($1) { list in for value in values { list.object { value.write(to: &$0) } } }
    }
  }

  /// JSON that the database has rendered.
  @inline(__always)
  mutating func rendered(
    _ name: StaticString, _ json: [UInt8], _ schema: @autoclosure () -> Schema,
    _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, schema().about(about())) { $0.raw($1, json) }
  }
}

extension AnswerFields {
  /// JSON as it is stored, which only some objects have.
  @inline(__always)
  mutating func optionalJSON(
    _ name: StaticString, _ json: [UInt8]?, _ schema: @autoclosure () -> Schema,
    _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: false, schema().about(about())) { writer, key in
      if let json { writer.raw(key, json) }
    }
  }

  /// A whole number that only some objects have.
  @inline(__always)
  mutating func optionalInteger(
    _ name: StaticString, _ value: Int?, in range: @autoclosure () -> ClosedRange<Int>,
    _ about: @autoclosure () -> String, _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: false, .integer(range()).about(about(), example())) { writer, key in
      if let value { writer.integer(key, value) }
    }
  }

  /// A text that only some objects have.
  @inline(__always)
  mutating func optionalString(
    _ name: StaticString, _ text: String?, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue
  ) {
    field(name, isAlwaysThere: false, .string().about(about(), example())) { writer, key in
      if let text { writer.string(key, text) }
    }
  }

  /// A moment that only some objects have.
  @inline(__always)
  mutating func optionalMoment(
    _ name: StaticString, _ value: Timestamp?, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: false, Schema.moment.about(about())) { writer, key in
      if let value { writer.moment(key, value) }
    }
  }
}

// MARK: - Fields that many have

extension AnswerFields {
  @inline(__always)
  mutating func version(_ value: Int) {
    integer("version", value, in: 1...Int.max, "Moves by one with every change; the `ETag`.", 1)
  }

  /// The address of the next page of a list.
  @inline(__always)
  mutating func next(_ address: String?) {
    string(
      "next", address, "The address of the next page; null on the last, and only there.",
      "/orders?limit=50&cursor=b3JkZXJz")
  }
}

/// Collects what may stand in each field of an answer.
struct AnswerSchema: AnswerFields {
  private var required: [Schema.Member] = []
  private var optional: [Schema.Member] = []
  /// All of them, in their order.
  private var names: [String] = []

  mutating func field(
    _ name: StaticString, isAlwaysThere: Bool, _ schema: @autoclosure () -> Schema,
    _ write: (inout JSONObjectWriter, JSONKey) -> Void
  ) {
    let member = Schema.Member(name: "\(name)", schema: schema())
    names.append(member.name)
    if isAlwaysThere { required.append(member) } else { optional.append(member) }
  }

  /// The object that `write` writes. In one that `isOpen` a client may meet fields that it does not
  /// know.
  static func collect(isOpen: Bool = true, _ write: (inout AnswerSchema) -> Void) -> Schema {
    var fields = AnswerSchema()
    write(&fields)
    return .object(fields.required, optional: fields.optional, isOpen: isOpen)
  }

  /// The names of the fields that `write` writes.
  static func names(_ write: (inout AnswerSchema) -> Void) -> [String] {
    var fields = AnswerSchema()
    write(&fields)
    return fields.names
  }
}
