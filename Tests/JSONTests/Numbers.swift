import JSON
import Testing

@Suite("Numbers are exact")
struct Numbers {
  static let wholeNumbers: [(text: String, value: Int?)] = [
    ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("42", 42),
    ("9007199254740992", 9_007_199_254_740_992),
    // The first whole number binary floating point would change.
    ("9007199254740993", 9_007_199_254_740_993),
    ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ("9223372036854775808", nil), ("-9223372036854775809", nil),
    ("18446744073709551616", nil), ("99999999999999999999999999", nil),
    ("1.0", nil), ("1.5", nil), ("1e2", nil), ("1E2", nil), ("1e0", nil), ("0e0", nil),
    ("1e400", nil), ("1e-400", nil), ("\"1\"", nil), ("true", nil), ("null", nil), ("[1]", nil),
  ]

  @Test("as whole numbers, or refused", arguments: wholeNumbers)
  func whole(_ example: (text: String, value: Int?)) {
    let bytes = Array(example.text.utf8)
    #expect((try? JSONReader.decodeValue(bytes) { $0.integer() }) == example.value)
  }

  static let ranges: [(text: String, isIn: Bool)] = [
    ("0", false), ("1", true), ("1000000", true), ("1000001", false), ("-1", false),
    ("100000000000000000000", false),
  ]

  @Test("within a range of whole numbers", arguments: ranges)
  func range(_ example: (text: String, isIn: Bool)) {
    let found = messages { () throws(JSONFailure) in
      _ = try JSONReader.decodeValue(Array(example.text.utf8)) { $0.integer(in: 1...1_000_000) }
    }
    #expect(found == (example.isIn ? [] : [": must be a whole number from 1 to 1000000"]))
  }

  static let amounts: [(text: String, minor: Int64?)] = [
    ("0", 0), ("-0", 0), ("-0.00", 0), ("0.0", 0), ("1", 100), ("1.1", 110), ("1.10", 110),
    ("21.10", 2_110), ("0.01", 1), ("4.35", 435), ("0.29", 29), ("1.005", nil), ("1.100", nil),
    ("9999999999.99", 999_999_999_999), ("10000000000", nil), ("10000000000.00", nil),
    ("9999999999.999", nil), ("-0.01", nil), ("-1", nil), ("92233720368547758.07", nil),
    ("92233720368547758.08", nil), ("9223372036854775807", nil), ("9223372036854775808", nil),
    ("1e2", nil), ("1.5e1", nil), ("1e-2", nil), ("1e400", nil), ("1e999999999999", nil),
    (#""21.10""#, 2_110), (#""0""#, 0), (#""9999999999.99""#, 999_999_999_999),
    (#""\u0031.50""#, 150), (#""""#, nil), (#"" 1""#, nil), (#""1 ""#, nil), (#""+1""#, nil),
    (#"".5""#, nil), (#""5.""#, nil), (#""01""#, nil), (#""1,50""#, nil), (#""1e2""#, nil),
    (#""0x10""#, nil), (#""NaN""#, nil), (#""Infinity""#, nil), (#""--1""#, nil), (#""-""#, nil),
    (#"".""#, nil), (#""1.2.3""#, nil), (#""1_000""#, nil), (#""１""#, nil),
    ("true", nil), ("null", nil), ("[]", nil), ("{}", nil),
  ]

  @Test("as money with two fraction digits, or refused", arguments: amounts)
  func money(_ example: (text: String, minor: Int64?)) {
    let bytes = Array(example.text.utf8)
    #expect((try? JSONReader.decodeValue(bytes) { $0.decimal(.money) }) == example.minor)
  }

  static let reasons: [(text: String, reason: JSONViolation.Reason)] = [
    ("1.005", .decimalDigits(.money)), ("-0.01", .decimalRange(.money)),
    ("99999999999999999999", .decimalRange(.money)), ("1e2", .notDecimal(.money)),
    ("true", .notDecimal(.money)),
  ]

  @Test("and a refusal of money says which rule was broken", arguments: reasons)
  func reason(_ example: (text: String, reason: JSONViolation.Reason)) {
    let failure = #expect(throws: JSONFailure.self) {
      try JSONReader.decodeValue(Array(example.text.utf8)) { $0.decimal(.money) }
    }
    #expect(failure == .violations([JSONViolation(field: "", reason: example.reason)]))
  }

  @Test("to the edges of 64 bits, in every number of fraction digits")
  func edges() throws {
    for digits in 0...18 {
      let form = JSONDecimalForm(fractionDigits: digits, range: .min ... .max)
      for (minor, shifted) in [(Int64.max, "9223372036854775807"), (.min, "-9223372036854775808")] {
        var text = shifted
        if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
        #expect(try JSONReader.decodeValue(Array(text.utf8)) { $0.decimal(form) } == minor)
      }
    }
    #expect(
      JSONDecimalForm(fractionDigits: 0, range: -5...5).description
        == "must be a number from -5 to 5 with at most 0 fraction digits")
  }

  @Test("and the form of money says what it expects")
  func form() {
    #expect(
      JSONDecimalForm.money.description == "must be a number from 0.00 to 9999999999.99"
        + " with at most 2 fraction digits")
  }
}

extension JSONDecimalForm {
  /// An amount with two fraction digits, such as contracts read.
  static let money = JSONDecimalForm(fractionDigits: 2, range: 0...999_999_999_999)
}
