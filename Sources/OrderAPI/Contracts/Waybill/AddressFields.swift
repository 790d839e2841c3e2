import JSON
import Orders

// How addresses are read and written.

extension Address {
  static let schema = BodySchema.collect(Address.init(reading:))
    .about("Where goods go, as it was given.").named("Address")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let name = body.required(
      "name", .text(Self.allowedLength), "Who receives the goods.", "Demo Customer 1")
    let company = body.optional(
      "company", .text(Self.allowedLength), "The company they work for.", "Demo Company")
    let lines = body.required("lines", AddressLines(), "Street, house, floor.", ["Demo Street 1"])
    let postalCode = body.optional(
      "postal_code", .text(Self.allowedPostalCodeLength), "The postal code.", "12345")
    let city = body.required("city", .text(Self.allowedLength), "The town.", "Demo Town")
    let region = body.optional(
      "region", .text(Self.allowedLength), "The state, province or county.", "Demo Region")
    let country = body.required("country", .text(Country.self), "The country.")
    let phone = body.optional(
      "phone", .text(Self.allowedPhoneLength), "A telephone number for the carrier.",
      "+49 30 000000")
    try body.check()
    guard let name, let lines, let city, let country,
      let address = Address(
        name: name, company: company, lines: lines, postalCode: postalCode, city: city,
        region: region, country: country, phone: phone)
    else { throw body.refuse("is no address") }
    self = address
  }

  /// Every member, in the order in which they are stored and shown.
  func write(to json: inout JSONObjectWriter) {
    json.string("name", name)
    json.string("company", company)
    json.array("lines") { list in for line in lines { list.string(line) } }
    json.string("postal_code", postalCode)
    json.string("city", city)
    json.string("region", region)
    json.string("country", country.value)
    json.string("phone", phone)
  }

  static let sample = Address(
    name: "Demo Customer 1", company: nil, lines: ["Demo Street 1"], postalCode: "12345",
    city: "Demo Town", region: nil, country: Country("DE")!, phone: nil)!

  /// As it is stored.
  var json: String { String(decoding: JSONWriter.object { write(to: &$0) }, as: UTF8.self) }
}

extension Country: FieldText {
  static var rule: String { "must be a country's two letters of ISO 3166-1, as DE" }
  static var schema: Schema {
    .words(codes).example("DE").about("A country by its two letters of ISO 3166-1.")
      .named("Country")
  }
}

/// The lines of an address.
private struct AddressLines: FieldType {
  var schema: Schema { .array(.string(Address.allowedLength), count: Address.allowedLines) }

  func read(_ field: JSONField) -> [String]? {
    field.array(count: Address.allowedLines) { $0.string(length: Address.allowedLength) }
  }
}

/// An address.
struct AddressField: FieldType {
  var schema: Schema { Address.schema }

  func read(_ field: JSONField) -> Address? { try? field.object(Address.init(reading:)) }
}

extension FieldType where Self == AddressField {
  static var address: Self { AddressField() }
}
