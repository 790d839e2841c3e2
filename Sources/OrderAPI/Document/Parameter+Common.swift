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

  static let prefer = header(
    "Prefer", .string(pattern: Preference.list).example("dry-run"),
    "`dry-run` asks for the answer without the effect; then the answer has "
      + "`Preference-Applied: dry-run`. Other preferences are passed over.")

  static let position = header(
    "Waybill-Position", .string(pattern: "^[0-9]{1,10}-[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}$"),
    "What a write has answered under this name: the answer shows that write. It is passed over "
      + "where nothing is read from replicas.")

  static let ifMatch = header(
    "If-Match", .string(),
    "The `ETag` of what was read: the change is made only if nobody has made another since.")

  /// The grammar of preferences (RFC 7240 section 2).
  private enum Preference {
    static let list = "^(\(one))?([ \t]*,[ \t]*(\(one))?)*$"
    private static let one = "\(pair)([ \t]*;[ \t]*(\(pair))?)*"
    private static let pair = "\(token)([ \t]*=[ \t]*(\(token)|\(quoted)))?"
    private static let token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
    private static let quoted = #""([^"\\]|\\.)*""#
  }

  static let ifNoneMatch = header(
    "If-None-Match", .string(), "The `ETag` of what the caller has: 304 if it is still the same.")
}
