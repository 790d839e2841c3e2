/// Where goods go. It is kept as it was given: addresses of the world have no common form.
package struct Address: Equatable, Sendable {
  /// How many characters a name, a company, a line, a city or a region may have.
  package static let allowedLength = 1...200
  /// How many lines there may be for street, house and floor.
  package static let allowedLines = 1...4
  /// How many characters a postal code may have.
  package static let allowedPostalCodeLength = 1...20
  /// How many characters a telephone number may have.
  package static let allowedPhoneLength = 1...40

  /// Who receives the goods.
  package let name: String
  /// The company they work for.
  package let company: String?
  /// Street, house and floor.
  package let lines: [String]
  package let postalCode: String?
  /// The town.
  package let city: String
  /// The state, province or county.
  package let region: String?
  package let country: Country
  /// A telephone number for the carrier.
  package let phone: String?

  /// An address, or nil when a text or the number of lines is not allowed.
  package init?(
    name: String, company: String?, lines: [String], postalCode: String?, city: String,
    region: String?, country: Country, phone: String?
  ) {
    let texts = [name, city] + lines + [company, region].compactMap(\.self)
    guard Self.allowedLines.contains(lines.count),
      texts.allSatisfy({ $0.isText(Self.allowedLength) }),
      postalCode?.isText(Self.allowedPostalCodeLength) ?? true,
      phone?.isText(Self.allowedPhoneLength) ?? true
    else { return nil }
    self.name = name
    self.company = company
    self.lines = lines
    self.postalCode = postalCode
    self.city = city
    self.region = region
    self.country = country
    self.phone = phone
  }
}

/// A country by its two letters of ISO 3166-1.
package struct Country: ExactText {
  /// How many characters a code has.
  package static let allowedLength = 2...2

  /// The two letters.
  package let value: String

  /// The country of a code, or nil when there is none.
  package init?(_ text: String) {
    guard Self.known.contains(text) else { return nil }
    value = text
  }

  private static let known = Set(codes)

  /// All 249 codes.
  package static let codes =
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT ZA ZM ZW
    """.split(separator: " ").map(String.init)
}
