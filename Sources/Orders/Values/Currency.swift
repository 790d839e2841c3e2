/// The currency of all amounts of an installation.
package struct Currency: Equatable, Sendable {
  /// What a text is that names no currency that can be used.
  package enum Refusal: Error, Equatable {
    /// ISO 4217 has no such code.
    case unknown
    /// Its smallest unit needs more digits than amounts have.
    case finerThanAmounts(minorDigits: Int)
  }

  /// The digits of amounts behind the point.
  private static let amountDigits = 2

  /// Its code in ISO 4217: `EUR`.
  package let code: String
  /// How many digits its smallest unit has behind the point. Amounts have two all the same.
  package let minorDigits: Int

  /// Reads a code, in capitals as ISO 4217 writes it.
  package init(code: String) throws(Refusal) {
    guard let digits = Self.minorDigits(of: code) else { throw .unknown }
    guard digits <= Self.amountDigits else { throw .finerThanAmounts(minorDigits: digits) }
    self.code = code
    minorDigits = digits
  }

  /// Reads a code; nil when it is none that can be used.
  package init?(_ code: String) {
    guard let currency = try? Currency(code: code) else { return nil }
    self = currency
  }

  private static func minorDigits(of code: String) -> Int? {
    guard code.utf8.count == 3 else { return nil }
    return codes.first { $0.value.contains(code) }?.key
  }

  /// The codes by their minor digits: list one of ISO 4217 as of 2026, without metals, units of
  /// account of banks, and codes for tests.
  private static let codes: [Int: Set<String>] = [
    0: words(
      "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    2: words(
      """
      AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD \
      CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
      GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD \
      LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB \
      PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
      SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
      """),
    3: words("BHD IQD JOD KWD LYD OMR TND"),
    4: words("CLF UYW"),
  ]

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
