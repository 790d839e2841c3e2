extension JSONField {
  /// A string of an allowed length in Unicode scalars. `check` returns what is wrong with it, if
  /// anything.
  public func string(
    length: ClosedRange<Int> = 0...JSONLimits.stringCharacters,
    check: ((String) -> String?)? = nil
  ) -> String {
    guard let node = required(of: .string, else: .notString) else { return "" }
    guard length.contains(document.tape.scalars(at: node)) else {
      record(.length(length))
      return ""
    }
    let string = document.tape.string(at: node)
    if let complaint = check?(string) { record(.refused(complaint)) }
    return string
  }

  /// A whole number in plain digits; `1.0`, `1e2` and `"1"` are refused, `-0` is 0.
  public func integer(in range: ClosedRange<Int> = .min ... .max) -> Int {
    guard let node = required(of: .number, else: .notWholeNumber(range)) else {
      return range.lowerBound
    }
    do {
      let value = Int(try document.tape.decimal(at: node, fractionDigits: 0))
      if range.contains(value) { return value }
      record(.wholeNumberRange(range))
    } catch {
      record(error == .overflow ? .wholeNumberRange(range) : .notWholeNumber(range))
    }
    return range.lowerBound
  }

  /// An exact decimal in minor units, from a number or a decimal string without exponent.
  public func decimal(_ form: JSONDecimalForm) -> Int64 {
    guard let node = required() else { return form.range.lowerBound }
    let kind = document.tape.nodes[node].kind
    guard kind == .number || kind == .string else {
      record(.notDecimal(form))
      return form.range.lowerBound
    }
    do {
      let value = try document.tape.decimal(at: node, fractionDigits: form.fractionDigits)
      if form.range.contains(value) { return value }
      record(.decimalRange(form))
    } catch {
      switch error {
      case .notPlain: record(.notDecimal(form))
      case .tooManyDigits: record(.decimalDigits(form))
      case .overflow: record(.decimalRange(form))
      }
    }
    return form.range.lowerBound
  }

  /// A string, or a number, `true` or `false` as it was written; nil for null. For values that
  /// another reader checks.
  public func scalarText() -> String? {
    guard let node = required() else { return nil }
    switch document.tape.nodes[node].kind {
    case .string, .number: return document.tape.string(at: node)
    case .true: return "true"
    case .false: return "false"
    case .null: return nil
    case .array, .object:
      record(.refused("must be a text or a number"))
      return nil
    }
  }

  /// True or false; numbers and strings are refused.
  public func boolean() -> Bool {
    guard let node = required() else { return false }
    switch document.tape.nodes[node].kind {
    case .true: return true
    case .false: return false
    default:
      record(.notBoolean)
      return false
    }
  }

  /// One of the words of an enumeration, compared byte by byte.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type = Word.self
  ) -> Word where Word.RawValue == String {
    let placeholder = Word.allCases.first!
    guard let node = required(of: .string, else: .notString) else { return placeholder }
    let text = document.tape.text[document.tape.nodes[node].text]
    // Swift compares strings by Unicode equivalence, which would accept other bytes.
    if let word = Word.allCases.first(where: { text.elementsEqual($0.rawValue.utf8) }) {
      return word
    }
    record(.notOneOf(Word.allCases.map(\.rawValue)))
    return placeholder
  }

  func required(of kind: JSONNode.Kind, else reason: JSONViolation.Reason) -> Int? {
    guard let node = required() else { return nil }
    guard document.tape.nodes[node].kind == kind else {
      record(reason)
      return nil
    }
    return node
  }
}
