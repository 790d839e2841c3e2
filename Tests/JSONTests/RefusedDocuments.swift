import JSON
import Testing

/// What RFC 8259 does not allow, and what it leaves open and this reader refuses.
@Suite("A document is refused")
struct RefusedDocuments {
  struct Case: Sendable, CustomTestStringConvertible {
    let why: String
    let bytes: [UInt8]
    let reason: JSONError.Reason
    let offset: Int
    var testDescription: String { why }

    init(_ why: String, _ bytes: [UInt8], _ reason: JSONError.Reason, at offset: Int) {
      (self.why, self.bytes, self.reason, self.offset) = (why, bytes, reason, offset)
    }

    init(_ why: String, _ text: String, _ reason: JSONError.Reason, at offset: Int) {
      self.init(why, Array(text.utf8), reason, at: offset)
    }
  }

  static let structures = [
    Case("nothing", "", .endOfInput, at: 0),
    Case("only white space", " \n ", .endOfInput, at: 3),
    Case("a form feed is no white space", "\u{C}1", .expectedValue, at: 0),
    Case("a no-break space is no white space", "\u{A0}1", .expectedValue, at: 0),
    Case("a vertical tab is no white space", "[\u{B}1]", .expectedValue, at: 1),
    Case("two values", "1 2", .trailingBytes, at: 2),
    Case("two objects", "{}{}", .trailingBytes, at: 2),
    Case("a comma behind the value", "{},", .trailingBytes, at: 2),
    Case("a bracket too many", "[]]", .trailingBytes, at: 2),
    Case("a brace too many", "{}}", .trailingBytes, at: 2),
    Case("a comment behind the value", "1 // one", .trailingBytes, at: 2),
    Case("a comment", "/* one */ 1", .expectedValue, at: 0),
    Case("a hash comment", "# one", .expectedValue, at: 0),
    Case("an open object", "{", .endOfInput, at: 1),
    Case("an open array", "[", .endOfInput, at: 1),
    Case("an open array with an item", "[1", .endOfInput, at: 2),
    Case("an open array with a comma", "[1,", .endOfInput, at: 3),
    Case("an object open behind a key", #"{"a""#, .endOfInput, at: 4),
    Case("an object open behind a colon", #"{"a":"#, .endOfInput, at: 5),
    Case("an object open behind a value", #"{"a":1"#, .endOfInput, at: 6),
    Case("an object open behind a comma", #"{"a":1,"#, .endOfInput, at: 7),
    Case("brackets crossed", "[{]}", .expectedKey, at: 2),
    Case("an array closed by a brace", "[1}", .expectedCommaOrBracket, at: 2),
    Case("an object closed by a bracket", #"{"a":1]"#, .expectedCommaOrBrace, at: 6),
    Case("only a closing bracket", "]", .expectedValue, at: 0),
    Case("only a closing brace", "}", .expectedValue, at: 0),
    Case("only a comma", ",", .expectedValue, at: 0),
    Case("only a colon", ":", .expectedValue, at: 0),
    Case("a trailing comma in an array", "[1,]", .trailingComma, at: 3),
    Case("a trailing comma in an object", #"{"a":1,}"#, .trailingComma, at: 7),
    Case("a trailing comma and space", "[1, ]", .trailingComma, at: 4),
    Case("a leading comma in an array", "[,1]", .expectedValue, at: 1),
    Case("a leading comma in an object", #"{,"a":1}"#, .expectedKey, at: 1),
    Case("a doubled comma in an array", "[1,,2]", .expectedValue, at: 3),
    Case("a doubled comma in an object", #"{"a":1,,"b":2}"#, .expectedKey, at: 7),
    Case("a missing comma in an array", "[1 2]", .expectedCommaOrBracket, at: 3),
    Case("a missing comma between strings", #"["a" "b"]"#, .expectedCommaOrBracket, at: 5),
    Case("a missing comma in an object", #"{"a":1 "b":2}"#, .expectedCommaOrBrace, at: 7),
    Case("a semicolon for a comma", "[1;2]", .expectedCommaOrBracket, at: 2),
    Case("a colon in an array", "[1:2]", .expectedCommaOrBracket, at: 2),
    Case("a missing colon", #"{"a" 1}"#, .expectedColon, at: 5),
    Case("an equals sign for a colon", #"{"a"=1}"#, .expectedColon, at: 4),
    Case("a comma for a colon", #"{"a",1}"#, .expectedColon, at: 4),
    Case("a doubled colon", #"{"a"::1}"#, .expectedValue, at: 5),
    Case("a key without value", #"{"a"}"#, .expectedColon, at: 4),
    Case("a key with a colon and no value", #"{"a":}"#, .expectedValue, at: 5),
    Case("a comma for a value", #"{"a":,"b":1}"#, .expectedValue, at: 5),
    Case("a bare key", "{a:1}", .expectedKey, at: 1),
    Case("a key in single quotes", "{'a':1}", .expectedKey, at: 1),
    Case("a number as key", "{1:1}", .expectedKey, at: 1),
    Case("null as key", "{null:1}", .expectedKey, at: 1),
    Case("an array as key", "{[]:1}", .expectedKey, at: 1),
    Case("an upper-case literal", "True", .expectedValue, at: 0),
    Case("a literal in capitals", "NULL", .expectedValue, at: 0),
    Case("a literal cut short", "nul", .endOfInput, at: 3),
    Case("a literal cut short in an array", "[tru]", .expectedValue, at: 4),
    Case("a literal misspelt", "fulse", .expectedValue, at: 1),
    Case("a literal too long", "nulll", .trailingBytes, at: 4),
    Case("two literals together", "[truefalse]", .expectedCommaOrBracket, at: 5),
    Case("undefined", "undefined", .expectedValue, at: 0),
    Case("a bare word", "abc", .expectedValue, at: 0),
    Case("a string in single quotes", "'a'", .expectedValue, at: 0),
    Case("a backtick string", "`a`", .expectedValue, at: 0),
  ]

  static let numbers = [
    Case("NaN", "NaN", .expectedValue, at: 0),
    Case("Infinity", "Infinity", .expectedValue, at: 0),
    Case("minus Infinity", "-Infinity", .invalidNumber, at: 1),
    Case("minus NaN", "-NaN", .invalidNumber, at: 1),
    Case("a plus sign", "+1", .expectedValue, at: 0),
    Case("only a minus sign", "-", .endOfInput, at: 1),
    Case("a minus sign in an array", "[-]", .invalidNumber, at: 2),
    Case("two minus signs", "--1", .invalidNumber, at: 1),
    Case("a space behind the minus sign", "- 1", .invalidNumber, at: 1),
    Case("a leading zero", "01", .leadingZero, at: 1),
    Case("two zeros", "00", .leadingZero, at: 1),
    Case("a negative leading zero", "-01", .leadingZero, at: 2),
    Case("a leading zero before a point", "00.5", .leadingZero, at: 1),
    Case("no digit before the point", ".5", .expectedValue, at: 0),
    Case("no digit between sign and point", "-.5", .invalidNumber, at: 1),
    Case("no digit behind the point", "1.", .endOfInput, at: 2),
    Case("no digit behind the point in an array", "[1.]", .invalidNumber, at: 3),
    Case("an exponent behind the point", "1.e1", .invalidNumber, at: 2),
    Case("two points", "1.2.3", .trailingBytes, at: 3),
    Case("two points together", "1..2", .invalidNumber, at: 2),
    Case("no digit in the exponent", "1e", .endOfInput, at: 2),
    Case("only a sign in the exponent", "1e+", .endOfInput, at: 3),
    Case("only a sign in the exponent, in an array", "[1e-]", .invalidNumber, at: 4),
    Case("two signs in the exponent", "1e+-1", .invalidNumber, at: 3),
    Case("a point in the exponent", "1e1.5", .trailingBytes, at: 3),
    Case("two exponents", "1e1e1", .trailingBytes, at: 3),
    Case("only an exponent", "e1", .expectedValue, at: 0),
    Case("hexadecimal", "0x1F", .trailingBytes, at: 1),
    Case("octal", "0o17", .trailingBytes, at: 1),
    Case("a digit separator", "1_000", .trailingBytes, at: 1),
    Case("a thousands comma", "1,000", .trailingBytes, at: 1),
    Case("a space between digits", "1 000", .trailingBytes, at: 2),
    Case("a letter behind", "1a", .trailingBytes, at: 1),
    Case("a float suffix", "1.0f", .trailingBytes, at: 3),
    Case("a full-width digit", "\u{FF11}", .expectedValue, at: 0),
    Case("an Arabic-Indic digit", "\u{661}", .expectedValue, at: 0),
    Case("a full-width digit behind a digit", "1\u{FF11}", .trailingBytes, at: 1),
    Case("a minus sign that is no hyphen", "\u{2212}1", .expectedValue, at: 0),
  ]

  static let strings = [
    Case("an open string", #"""#, .endOfInput, at: 1),
    Case("an open string with text", #""abc"#, .endOfInput, at: 4),
    Case("open behind an escaped quote", #""abc\""#, .endOfInput, at: 6),
    Case("open behind a backslash", #""abc\"#, .endOfInput, at: 5),
    Case("open within \\u", #""\u00"#, .endOfInput, at: 5),
    Case("open behind \\u", #""\u"#, .endOfInput, at: 3),
    Case("an open key", #"{"a:1}"#, .endOfInput, at: 6),
    Case("a line feed", "\"a\nb\"", .controlCharacter, at: 2),
    Case("a carriage return", "\"a\rb\"", .controlCharacter, at: 2),
    Case("a tab", "\"\t\"", .controlCharacter, at: 1),
    Case("U+0001", "\"\u{1}\"", .controlCharacter, at: 1),
    Case("U+001F", "\"\u{1F}\"", .controlCharacter, at: 1),
    Case("a control character behind an escape", "\"\\n\u{1}\"", .controlCharacter, at: 3),
    Case("a control character in a key", "{\"a\nb\":1}", .controlCharacter, at: 3),
    Case("\\a", #""\a""#, .invalidEscape, at: 1),
    Case("\\v", #""\v""#, .invalidEscape, at: 1),
    Case("\\0", #""\0""#, .invalidEscape, at: 1),
    Case("\\x41", #""\x41""#, .invalidEscape, at: 1),
    Case("\\'", #""\'""#, .invalidEscape, at: 1),
    Case("\\U", #""\U0061""#, .invalidEscape, at: 1),
    Case("an escaped line feed", "\"\\\n\"", .invalidEscape, at: 1),
    Case("an escaped space", #""\ ""#, .invalidEscape, at: 1),
    Case("an escaped letter beyond ASCII", #""\é""#, .invalidEscape, at: 1),
    Case("\\u with three digits", #""\u123""#, .invalidEscape, at: 1),
    Case("\\u with a letter past f", #""\u00g0""#, .invalidEscape, at: 1),
    Case("\\u with a sign", #""\u+061""#, .invalidEscape, at: 1),
    Case("\\u with a space", #""\u 061""#, .invalidEscape, at: 1),
    Case("\\u in braces", #""\u{61}""#, .invalidEscape, at: 1),
    Case("a high surrogate alone", #""\uD800""#, .loneSurrogate, at: 1),
    Case("a high surrogate before text", #""\uD800a""#, .loneSurrogate, at: 1),
    Case("a high surrogate before another escape", #""\uD800\n""#, .loneSurrogate, at: 1),
    Case("a high surrogate before a letter's escape", #""\uD800\u0061""#, .loneSurrogate, at: 1),
    Case("a high surrogate before U+E000", #""\uD800\uE000""#, .loneSurrogate, at: 1),
    Case("two high surrogates", #""\uD800\uD800""#, .loneSurrogate, at: 1),
    Case("a low surrogate alone", #""\uDC00""#, .loneSurrogate, at: 1),
    Case("surrogates in the wrong order", #""\uDC00\uD800""#, .loneSurrogate, at: 1),
    Case("a pair with a broken half", #""\uD800\uDCg0""#, .invalidEscape, at: 1),
    Case("a pair cut short", #""\uD800\uDC"#, .endOfInput, at: 11),
    Case("a lone surrogate in a key", #"{"\uDEAD":1}"#, .loneSurrogate, at: 2),
    Case("an escaped NUL", #""\u0000""#, .nulCharacter, at: 1),
    Case("an escaped NUL in a key", #"{"\u0000":1}"#, .nulCharacter, at: 2),
    Case("a NUL in a string", "\"a\0\"", .nulCharacter, at: 2),
    Case("a NUL before the value", "\0{}", .nulCharacter, at: 0),
    Case("a NUL behind the value", "{}\0", .nulCharacter, at: 2),
    Case("a NUL between tokens", "[\0]", .nulCharacter, at: 1),
  ]

  static let encodings = [
    Case("a byte order mark", "\u{FEFF}{}", .byteOrderMark, at: 0),
    Case("UTF-16, big endian", [0x00, 0x7B, 0x00, 0x7D], .nulCharacter, at: 0),
    Case("UTF-16, little endian", [0x7B, 0x00, 0x7D, 0x00], .expectedKey, at: 1),
    Case("UTF-16 with its mark", [0xFE, 0xFF, 0x00, 0x31], .expectedValue, at: 0),
    Case("UTF-32", [0x31, 0x00, 0x00, 0x00], .nulCharacter, at: 1),
    Case("Latin-1", [0x22, 0xE9, 0x22], .invalidUTF8, at: 1),
    Case("a continuation byte alone", [0x22, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("the last continuation byte alone", [0x22, 0xBF, 0x22], .invalidUTF8, at: 1),
    Case("overlong slash, two bytes", [0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, at: 1),
    Case("overlong NUL", [0x22, 0xC0, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("overlong with C1", [0x22, 0xC1, 0xBF, 0x22], .invalidUTF8, at: 1),
    Case("overlong, three bytes", [0x22, 0xE0, 0x9F, 0xBF, 0x22], .invalidUTF8, at: 1),
    Case("overlong, four bytes", [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], .invalidUTF8, at: 1),
    Case("the first surrogate", [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("the last surrogate", [0x22, 0xED, 0xBF, 0xBF, 0x22], .invalidUTF8, at: 1),
    Case("past U+10FFFF", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("F5", [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("five bytes", [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, at: 1),
    Case("FE", [0x22, 0xFE, 0x22], .invalidUTF8, at: 1),
    Case("FF", [0x22, 0xFF, 0x22], .invalidUTF8, at: 1),
    Case("two bytes cut by the quote", [0x22, 0xC3, 0x22], .invalidUTF8, at: 1),
    Case("three bytes cut by the quote", [0x22, 0xE2, 0x82, 0x22], .invalidUTF8, at: 1),
    Case("four bytes cut by the quote", [0x22, 0xF0, 0x9F, 0x98, 0x22], .invalidUTF8, at: 1),
    Case("two bytes cut by the end", [0x22, 0xC3], .invalidUTF8, at: 1),
    Case("three bytes cut by the end", [0x22, 0xE2, 0x82], .invalidUTF8, at: 1),
    Case("four bytes cut by the end", [0x22, 0xF0, 0x9F], .invalidUTF8, at: 1),
    Case("a lead byte before ASCII", [0x22, 0xE2, 0x28, 0xA1, 0x22], .invalidUTF8, at: 1),
    Case("ASCII as third byte", [0x22, 0xE2, 0x82, 0x28, 0x22], .invalidUTF8, at: 1),
    Case("a wrong byte behind an escape", [0x22, 0x5C, 0x6E, 0xFF, 0x22], .invalidUTF8, at: 3),
    Case("a wrong byte in a key", [0x7B, 0x22, 0xFF, 0x22], .invalidUTF8, at: 2),
    Case("a wrong byte outside strings", [0x5B, 0xFF, 0x5D], .expectedValue, at: 1),
  ]

  static let duplicates = [
    Case("the same key twice", #"{"a":1,"a":2}"#, .duplicateKey, at: 7),
    Case("with the same value", #"{"a":1,"a":1}"#, .duplicateKey, at: 7),
    Case("escaped the second time", #"{"a":1,"\u0061":2}"#, .duplicateKey, at: 7),
    Case("escaped the first time", #"{"\u0061":1,"a":2}"#, .duplicateKey, at: 12),
    Case("escaped in two ways", #"{"\/":1,"\u002f":2}"#, .duplicateKey, at: 8),
    Case("a surrogate pair and its UTF-8", #"{"\ud834\udd1e":1,"𝄞":2}"#, .duplicateKey, at: 18),
    Case("the empty key twice", #"{"":1,"":2}"#, .duplicateKey, at: 6),
    Case("the first and the last", #"{"a":1,"b":2,"c":3,"a":4}"#, .duplicateKey, at: 19),
    Case("behind nested values", #"{"a":{"b":[1]},"a":2}"#, .duplicateKey, at: 15),
    Case("two pairs: the first is named", #"{"a":1,"b":2,"b":3,"a":4}"#, .duplicateKey, at: 13),
    Case(
      "two pairs among more keys than are compared in pairs",
      #"{"a":1,"b":2,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"b":3,"a":4}"#,
      .duplicateKey, at: 73),
    Case("in a nested object", #"{"a":{"b":1,"b":2}}"#, .duplicateKey, at: 12),
    Case("in an item", #"[{},{"b":1,"b":2}]"#, .duplicateKey, at: 11),
  ]

  static let all = structures + numbers + strings + encodings + duplicates

  @Test("at the byte that is wrong", arguments: all)
  func refused(_ example: Case) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: example.bytes) }
    #expect(error?.reason == example.reason)
    #expect(error?.offset == example.offset)
  }

  @Test("also when it lies deep in another")
  func nested() {
    for example in Self.all where example.reason != .byteOrderMark {
      let bytes = Array(#"{"x":[1,"#.utf8) + example.bytes + Array("]}".utf8)
      // A cut document, or one with two values, reads on into its new end: it fails elsewhere.
      #expect(throws: JSONError.self, "\(example.why)") { try JSONValue(parsing: bytes) }
    }
  }
}
