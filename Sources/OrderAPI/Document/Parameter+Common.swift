import JSON
import Orders

/// Parameters that many routes have in common.
extension Parameter {
  /// A route with a parameter of this name answers pages of a list.
  static let cursorName = "cursor"

  /// Blanks around a field's value are not part of it.
  static let idempotencyKey = header(
    "Idempotency-Key", .string(IdempotencyKey.allowedLength, pattern: "^[!-~]([ -~]*[!-~])?$"),
    "A name of your own for this request: sent again within a day it has no second effect, and "
      + "gets the answer of the first.")

  static let ifMatch = header(
    "If-Match", .string(),
    "The `ETag` of what was read: the change is made only if nobody has made another since.")

  static let ifNoneMatch = header(
    "If-None-Match", .string(), "The `ETag` of what the caller has: 304 if it is still the same.")
}
