import JSON
import Orders

/// What a JSON value may be, in the words of JSON Schema 2020-12, which are those of OpenAPI 3.1.
///
/// Most schemas of objects are collected by `BodySchema` and `AnswerSchema`.
struct Schema: Sendable {
  private var keywords: [JSONValue.Member]
  /// The named schemas in this one, and itself if it has a name.
  private(set) var named: [String: JSONValue] = [:]

  /// The schema where it is used: a reference when it has a name.
  var json: JSONValue { .object(keywords) }

  private init(_ json: JSONValue, named: [String: JSONValue] = [:]) {
    guard case .object(let members) = json else { preconditionFailure("a schema is an object") }
    keywords = members
    self.named = named
  }

  private func with(_ key: String, _ value: JSONValue) -> Schema {
    var schema = self
    schema.keywords.removeAll { $0.key == key }
    schema.keywords.append(.init(key: key, value: value))
    return schema
  }

  private func with(_ key: String, _ value: Int?) -> Schema {
    value.map { with(key, .number("\($0)")) } ?? self
  }
}

// MARK: - Values

extension Schema {
  /// True or false.
  static let boolean = Schema(["type": "boolean"])

  /// A pattern for texts with at least one character that is not white space. Readers of patterns
  /// do not agree on what `\s` means, so the characters are listed.
  static let visible =
    #"[^\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]"#

  /// Text of so many Unicode scalars.
  static func string(_ length: ClosedRange<Int>? = nil, pattern: String? = nil) -> Schema {
    let schema = Schema(["type": "string"])
      .with("minLength", length.flatMap { $0.lowerBound > 0 ? $0.lowerBound : nil })
      .with("maxLength", length?.upperBound)
    return pattern.map { schema.with("pattern", .string($0)) } ?? schema
  }

  /// Text in a format that JSON Schema has a name for.
  static func string(_ length: ClosedRange<Int>? = nil, format: String) -> Schema {
    string(length).with("format", .string(format))
  }

  /// A whole number.
  static func integer(_ range: ClosedRange<Int> = .min ... .max) -> Schema {
    Schema(["type": "integer"])
      .with("minimum", range.lowerBound == .min ? nil : range.lowerBound)
      .with("maximum", range.upperBound == .max ? nil : range.upperBound)
  }

  /// A whole number of at least this, and not more than 64 bits hold.
  static func integer(from least: Int) -> Schema {
    integer(least...Int.max).with("maximum", Int.max)
  }

  /// One of these words; the first of them is the example.
  static func words(_ words: [String]) -> Schema {
    Schema(["type": "string"]).with("enum", .array(words.map(JSONValue.string)))
      .example(.string(words[0]))
  }

  /// One of the words of an enumeration.
  static func word<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> Schema
  where Word.RawValue == String {
    words(Word.allCases.map(\.rawValue))
  }

  /// Exactly this text.
  static func constant(_ text: String) -> Schema {
    Schema(["type": "string", "const": .string(text)]).example(.string(text))
  }

  /// Nothing but null.
  static let null = Schema(["type": "null"]).example(.null)

  static let moment = string(format: "date-time").example(.string(Timestamp.sample.rfc3339))

  /// A moment, or a day in UTC.
  static let momentOrDay = either([moment, string(format: "date")])

  /// An amount as it is read: exact, whether it comes as a number or as text.
  static let moneyInput: Schema = {
    let (units, cents) = Money.allowed.upperBound.cents.quotientAndRemainder(dividingBy: 100)
    let digits = "\(units)".count
    return either([
      Schema([
        "type": "number", "minimum": 0, "maximum": .number("\(units).\(cents)"),
        "multipleOf": .number("0.01"),
      ]),
      string(pattern: "^(0|[1-9][0-9]{0,\(digits - 1)})(\\.[0-9]{1,2})?$"),
    ])
    .about("An exact decimal with at most two fraction digits and no exponent.", "49.90")
    .ofMoney
  }()

  /// Something measured: a number with three fraction digits.
  static let measure = Schema(["type": "number", "minimum": 0]).example(.number("0.812"))

  /// An amount as it is written: a number with two fraction digits.
  static let money = Schema(["type": "number", "minimum": 0]).example(.number("21.10")).ofMoney

  /// Marks an amount, for which the document says the currency if one is set.
  private var ofMoney: Schema { with(JSONValue.moneyMark, true) }
}

extension JSONValue {
  /// The keyword by which the schema of an amount is known until the document is written.
  static let moneyMark = "x-money"

  /// The document with the currency at the schema of each amount, as `x-currency`, and without the
  /// marks.
  func naming(_ currency: Currency?) -> JSONValue {
    switch self {
    case .object(let members):
      .object(
        members.compactMap { member -> Member? in
          guard member.key == Self.moneyMark else {
            return Member(key: member.key, value: member.value.naming(currency))
          }
          return currency.map { Member(key: "x-currency", value: .string($0.code)) }
        })
    case .array(let items): .array(items.map { $0.naming(currency) })
    default: self
    }
  }
}

// MARK: - Structure

extension Schema {
  /// An array; one that is a set has no item twice.
  static func array(
    _ items: Schema, count: ClosedRange<Int>? = nil, isSet: Bool = false
  ) -> Schema {
    let array = Schema(["type": "array", "items": items.json], named: items.named)
    return (isSet ? array.with("uniqueItems", true) : array)
      .with("minItems", count.flatMap { $0.lowerBound > 0 ? $0.lowerBound : nil })
      .with("maxItems", count?.upperBound)
  }

  /// An object with these members; one that is not `isOpen` has no others.
  static func object(
    _ required: KeyValuePairs<String, Schema>, optional: KeyValuePairs<String, Schema> = [:],
    isOpen: Bool = false
  ) -> Schema {
    object(
      required.map { Member(name: $0.key, schema: $0.value) },
      optional: optional.map { Member(name: $0.key, schema: $0.value) }, isOpen: isOpen)
  }

  /// A member of an object.
  struct Member {
    let name: String
    let schema: Schema
  }

  /// An object with these members; one that is not `isOpen` has no others.
  static func object(
    _ required: [Member], optional: [Member], isOpen: Bool = false
  ) -> Schema {
    let members = required + optional
    var schema = Schema(["type": "object"])
    if !required.isEmpty {
      schema = schema.with("required", .array(required.map { .string($0.name) }))
    }
    schema = schema.with(
      "properties", .object(members.map { .init(key: $0.name, value: $0.schema.json) }))
    if !isOpen { schema = schema.with("additionalProperties", false) }
    for member in members { schema.named.merge(member.schema.named) { $1 } }
    return schema
  }

  /// An object with any members, each of this kind.
  static func map(of values: Schema, count: ClosedRange<Int>, keyLength: ClosedRange<Int>) -> Schema
  {
    var schema = Schema(["type": "object"]).with("additionalProperties", values.json)
      .with("propertyNames", string(keyLength).json)
      .with("maxProperties", count.upperBound)
    schema.named = values.named
    return schema
  }

  /// At least one of several.
  static func either(_ schemas: [Schema]) -> Schema {
    var schema = Schema(["anyOf": .array(schemas.map(\.json))])
    for part in schemas { schema.named.merge(part.named) { $1 } }
    return schema
  }

  /// The same, or null.
  var orNull: Schema {
    guard let type = keywords.first(where: { $0.key == "type" })?.value else {
      return .either([self, Schema(["type": "null"])])
    }
    return with("type", .array([type, "null"]))
  }

  /// The same, but not this value.
  func except(_ value: JSONValue) -> Schema { with("not", ["const": value]) }

  /// An object that has one of these two members at least.
  func having(_ member: String, or other: String) -> Schema {
    with("if", ["not": ["required": [.string(member)]]])
      .with("then", ["required": [.string(other)]])
  }

  /// An object that has at least so many members.
  func members(atLeast count: Int) -> Schema { with("minProperties", count) }

  /// The same with a default for when the member is absent; nil leaves it as it is.
  func withDefault(_ value: JSONValue?) -> Schema { value.map { with("default", $0) } ?? self }

  /// The same, explained in a sentence.
  func about(_ text: String) -> Schema { with("description", .string(text)) }

  /// The same, explained in a sentence, with what it may look like, where that is given.
  func about(_ text: String, _ example: JSONValue?) -> Schema {
    let schema = about(text)
    return example.map(schema.example) ?? schema
  }

  /// The same, with what it may look like.
  func example(_ value: JSONValue) -> Schema { with("examples", .array([value])) }

  /// The same under a name: the document contains it once and refers to it. Generators of clients
  /// name their types after it.
  func named(_ name: String) -> Schema {
    var titled = Schema(["title": .string(Self.title(name))])
    titled.keywords += keywords
    return Schema(
      ["$ref": .string("#/components/schemas/\(name)")],
      named: named.merging([name: titled.json]) { $1 })
  }

  /// `NewOrder` in words: `New order`.
  private static func title(_ name: String) -> String {
    name.reduce(into: "") { title, letter in
      title += letter.isUppercase && !title.isEmpty ? " " + letter.lowercased() : String(letter)
    }
  }
}
