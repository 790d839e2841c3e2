import JSON
import Orders

/// Parameters that many routes have in common.
extension Parameter {
  static let limit = query(
    "limit", .integer(PageSize.allowed).standing(at: .number("\(PageSize.standard.value)")),
    "How many entries a page has at most. It may have fewer, even none, and not be the last: then "
      + "`next` is not null.")

  static let cursor = query(
    "cursor", .string(), "Where the page begins; taken from `next` of the page before.")

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
