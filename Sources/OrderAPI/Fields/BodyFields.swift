import JSON
import Orders

/// The fields of a body, one call for each.
///
/// The same calls read a body and describe it: a `JSONObject` reads each field that is named, a
/// `BodySchema` writes down what may stand in it. So everything about a field is in one place. The
/// reader is compiled for `JSONObject`, and nothing of the descriptions is left in it.
protocol BodyFields {
  /// The field of a name; nil where the body is only being described.
  func field(
    _ name: StaticString, isRequired: Bool, _ schema: @autoclosure () -> Schema
  ) -> JSONField?

  /// Throws when anything so far was wrong, and always while the body is only being described.
  func check() throws(JSONInvalid)

  /// Refuses the body as a whole, for a rule about several of its fields.
  @discardableResult
  func refuse(_ message: String) -> JSONInvalid

  /// Refuses a field for a rule about several fields.
  func refuse(_ name: StaticString, _ message: String)

  /// Refuses a field, if it is given, that does not exist here but that clients may expect.
  func forbid(_ name: StaticString, _ message: String)
}

extension JSONObject: BodyFields {
  @inline(__always)
  func field(
    _ name: StaticString, isRequired: Bool, _ schema: @autoclosure () -> Schema
  ) -> JSONField? { self[name] }

  func refuse(_ name: StaticString, _ message: String) { self[name].refuse(message) }

  func forbid(_ name: StaticString, _ message: String) { self[name].ifPresent?.refuse(message) }
}

extension JSONField {
  /// The value of a field that is there.
  @inline(__always)
  func read<Type: FieldType>(_ type: Type) -> Type.Value? { type.read(self) }
}

extension BodyFields {
  /// A field that must be there; null is refused.
  @inline(__always)
  func required<Type: FieldType>(
    _ name: StaticString, _ type: Type, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue? = nil
  ) -> Type.Value? {
    let field = field(name, isRequired: true, type.schema.about(about(), example()))
    guard let field else { return nil }
    return type.read(field)
  }

  /// A field that may be absent; null counts as absent.
  @inline(__always)
  func optional<Type: FieldType>(
    _ name: StaticString, _ type: Type, default fallback: @autoclosure () -> JSONValue? = nil,
    _ about: @autoclosure () -> String, _ example: @autoclosure () -> JSONValue? = nil
  ) -> Type.Value? {
    let field = field(
      name, isRequired: false,
      type.schema.orNull.withDefault(fallback()).about(about(), example()))
    guard let given = field?.optional else { return nil }
    return type.read(given)
  }

  /// A field of a change: absent keeps the value; null is refused.
  @inline(__always)
  func changed<Type: FieldType>(
    _ name: StaticString, _ type: Type, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue? = nil
  ) -> Type.Value? {
    let field = field(name, isRequired: false, type.schema.about(about(), example()))
    guard let given = field?.ifPresent else { return nil }
    return type.read(given)
  }

  /// A field of a change: absent keeps the value, null clears it.
  @inline(__always)
  func clearable<Type: FieldType>(
    _ name: StaticString, _ type: Type, _ about: @autoclosure () -> String,
    _ example: @autoclosure () -> JSONValue? = nil
  ) -> FieldChange<Type.Value> {
    let field = field(name, isRequired: false, type.schema.orNull.about(about(), example()))
    guard let present = field?.ifPresent else { return .keep }
    // A refused value clears nothing, as the whole body is refused then.
    guard let given = present.optional, let value = type.read(given) else { return .clear }
    return .set(value)
  }

  /// An array of objects that must be there. With `isSet`, no entry may be there twice. `reading`
  /// is given by a caller that refuses a wrong number of entries in its own words: it allows more
  /// than `count`, which the document says.
  @inline(__always)
  func objects<Entry>(
    _ name: StaticString, of schema: @autoclosure () -> Schema, count: ClosedRange<Int>,
    reading: ClosedRange<Int>? = nil, isSet: Bool = false, _ about: @autoclosure () -> String,
    _ read: (JSONObject) throws(JSONInvalid) -> Entry
  ) throws(JSONInvalid) -> [Entry] {
    let field = field(
      name, isRequired: true, .array(schema(), count: count, isSet: isSet).about(about()))
    guard let field else { return [] }
    return try field.objects(count: reading ?? count, read)
  }
}

extension BodyFields {
  /// An array of objects that may be absent; nil then.
  @inline(__always)
  func optionalObjects<Entry>(
    _ name: StaticString, of schema: @autoclosure () -> Schema, count: ClosedRange<Int>,
    isSet: Bool = false, _ about: @autoclosure () -> String,
    _ read: (JSONObject) throws(JSONInvalid) -> Entry
  ) throws(JSONInvalid) -> [Entry]? {
    let field = field(
      name, isRequired: false, .array(schema(), count: count, isSet: isSet).about(about()))
    guard let given = field?.ifPresent else { return nil }
    return try given.objects(count: count, read)
  }
}

/// Collects what may stand in each field of a body.
final class BodySchema: BodyFields {
  /// An empty body, whose refusal ends the reading.
  private let body: JSONObject
  private var required: [Schema.Member] = []
  private var optional: [Schema.Member] = []

  private init(_ body: JSONObject) { self.body = body }

  func field(
    _ name: StaticString, isRequired: Bool, _ schema: @autoclosure () -> Schema
  ) -> JSONField? {
    let member = Schema.Member(name: "\(name)", schema: schema())
    if isRequired { required.append(member) } else { optional.append(member) }
    return nil
  }

  func check() throws(JSONInvalid) { throw refuse("is only being described") }

  func refuse(_ message: String) -> JSONInvalid { body.refuse(message) }

  func refuse(_ name: StaticString, _ message: String) {}

  func forbid(_ name: StaticString, _ message: String) {}

  /// The object that `read` reads; in one that `isOpen` other fields are ignored.
  static func collect<Value>(
    isOpen: Bool = false, _ read: (BodySchema) throws(JSONInvalid) -> Value
  ) -> Schema {
    var schema: Schema?
    _ = try? JSONReader.decode(Array("{}".utf8)) { body throws(JSONInvalid) in
      let fields = BodySchema(body)
      defer {
        schema = .object(fields.required, optional: fields.optional, isOpen: isOpen)
      }
      return try read(fields)
    }
    return schema!
  }
}
