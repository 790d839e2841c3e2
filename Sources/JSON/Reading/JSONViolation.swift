/// A field that is not valid.
public struct JSONViolation: Error, Hashable, Sendable {
  /// The field as a path from the root: `items[0].quantity`; empty for the root itself.
  public let field: String

  /// What is wrong, for contracts with their own error texts.
  public let reason: Reason

  /// What the field must be, in English, without the field's name.
  public var message: String { reason.description }

  public init(field: String, reason: Reason) {
    self.field = field
    self.reason = reason
  }

  public enum Reason: Hashable, Sendable {
    /// A required field is absent.
    case missing
    /// The field is not known; `nearest` is the one that may be meant.
    case unknown(nearest: String? = nil)
    /// The value is of another type.
    case notObject, notArray, notString, notBoolean
    /// The value is not a number, or not written in plain digits: `"1"`, `1.0`, `1e2`, `true`.
    case notWholeNumber(ClosedRange<Int>)
    /// A whole number outside the range, or beyond 64 bits.
    case wholeNumberRange(ClosedRange<Int>)
    /// The value is neither a number nor a decimal string without exponent.
    case notDecimal(JSONDecimalForm)
    /// More fraction digits than the form has.
    case decimalDigits(JSONDecimalForm)
    /// A decimal outside the form's range.
    case decimalRange(JSONDecimalForm)
    /// A string with too few or too many Unicode scalars.
    case length(ClosedRange<Int>)
    /// An array with too few or too many items.
    case count(ClosedRange<Int>)
    /// An object with too few or too many members.
    case members(ClosedRange<Int>)
    /// A string that is not one of these words.
    case notOneOf([String])
    /// A rule of the caller was broken.
    case refused(String)
  }
}

extension JSONViolation.Reason: CustomStringConvertible {
  /// What the field must be, in English.
  public var description: String {
    switch self {
    case .missing: "is required"
    case .unknown(let nearest):
      "is not a known field" + (nearest.map { "; did you mean \($0)?" } ?? "")
    case .notObject: "must be an object"
    case .notArray: "must be an array"
    case .notString: "must be a string"
    case .notBoolean: "must be true or false"
    case .notWholeNumber(let range): "must be a whole number\(phrase(range)) in plain digits"
    case .wholeNumberRange(let range): "must be a whole number\(phrase(range))"
    case .notDecimal(let form), .decimalDigits(let form), .decimalRange(let form): form.description
    case .length(let range): "must have \(phrase(range, "character"))"
    case .count(let range): "must have \(phrase(range, "item"))"
    case .members(let range): "must have \(phrase(range, "member"))"
    case .notOneOf(let words): "must be one of: \(words.joined(separator: ", "))"
    case .refused(let message): message
    }
  }

  private func phrase(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): ""
    case (let lower, .max): " of at least \(lower)"
    case (.min, let upper): " of at most \(upper)"
    case (let lower, let upper): " from \(lower) to \(upper)"
    }
  }

  private func phrase(_ range: ClosedRange<Int>, _ noun: String) -> String {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    if lower == upper { return "exactly \(lower) \(noun)\(lower == 1 ? "" : "s")" }
    if lower <= 0 { return "at most \(upper) \(noun)\(upper == 1 ? "" : "s")" }
    return "\(lower) to \(upper) \(noun)s"
  }
}
