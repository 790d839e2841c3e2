import JSON
import Orders

// What is written and read of tokens.

extension RoleName: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("What the bearer of a token may do.").named("Role")
}

/// Whether a token is accepted.
enum TokenState: String, FieldWord {
  case valid, expired, revoked

  static let schema = Schema.word(Self.self).about("Whether a token is accepted.")
    .named("TokenState")
}

/// A token as it is at a moment.
struct ShownToken: AnswerObject {
  let token: Token
  let now: Timestamp

  static let schema = describe("Token", "Who may use the service; without its text.")

  func write(to json: inout some AnswerFields) {
    json.integer("number", token.number, in: 1...Int.max, "By which it is named.", 5)
    json.word("role", token.role.name, "What its bearer may do.")
    json.string(
      "customer_id", token.role.customer?.value,
      "The customer whose it is; null unless the role is customer.", .null)
    json.string("name", token.name, "What it is for.", "tablet 4")
    json.word("state", state, "Whether it is accepted.")
    json.moment("created_at", token.createdAt, "When it was made.")
    json.moment("expires_at", token.expiresAt, "When it expires; null when never.")
    json.moment("revoked_at", token.revokedAt, "When it was revoked; null when it was not.")
    json.moment("last_used_at", token.lastUsedAt, "When it was last used, to the minute.")
  }

  private var state: TokenState {
    if token.revokedAt != nil { return .revoked }
    return token.expiresAt.map { $0 <= now } ?? false ? .expired : .valid
  }

  static let sample = ShownToken(
    token: Token(
      number: 5, role: .warehouse, name: "tablet 4", createdAt: .sample, expiresAt: nil,
      revokedAt: nil, lastUsedAt: nil), now: .sample)
}

/// A token that was just made, with its text.
struct MadeToken: AnswerObject {
  let shown: ShownToken
  let text: String?

  static let schema = describe("MadeToken", "A new token with its text.")

  func write(to json: inout some AnswerFields) {
    shown.write(to: &json)
    json.string(
      "token", text,
      "Its text, for `Authorization: Bearer …`; null in the answer to a repetition.",
      "wb_…")
  }

  static let sample = MadeToken(shown: .sample, text: "wb_…")
}

/// A token that somebody wants.
struct TokenWish {
  let new: NewToken
  let mayIntroduceCustomer: Bool

  static let schema = BodySchema.collect(TokenWish.init(reading:))
    .about("A token to make.").named("NewToken")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let word = body.required("role", .word(RoleName.self), "What its bearer may do.")
    let customer = body.optional(
      "customer_id", .text(CustomerID.self),
      "Whose it is: for the role customer, and for no other.", .null)
    let introduces = body.optional(
      "new_customer", .boolean, default: false,
      "Whether the customer may be one whom nobody has introduced.", .null)
    let name = body.optional(
      "name", .text(Name.self), "What it is for; absent, the customer or the role.", "tablet 4")
    let days = body.optional(
      "days", .integer(NewToken.allowedDays),
      "For how many days it is valid; absent, until it is revoked.", 90)
    let role = word.flatMap { Role($0.rawValue, customer: customer) }
    if word != nil, role == nil {
      body.refuse("customer_id", "must be given for the role customer, and for no other")
    }
    if introduces == true, customer == nil {
      body.refuse("new_customer", "says nothing without customer_id")
    }
    try body.check()
    guard let role,
      let name = name ?? customer.flatMap({ Name($0.value) }) ?? Name(role.name.rawValue),
      let new = NewToken(role: role, name: name, days: days)
    else { throw body.refuse("must be a token") }
    self.new = new
    mayIntroduceCustomer = introduces ?? false
  }
}

/// How a token is to be replaced.
struct RotationWish {
  /// For how many days the old token holds on unless somebody says otherwise.
  private static let standardOverlap = 7

  let days: Int?
  let overlapDays: Int

  static let schema = BodySchema.collect(RotationWish.init(reading:))
    .about("How a token is to be replaced.").named("TokenRotation")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    days = body.optional(
      "days", .integer(NewToken.allowedDays),
      "For how many days the new token is valid; absent, as long as the old one was made for.", 90)
    overlapDays =
      body.optional(
        "overlap_days", .integer(NewToken.allowedOverlap),
        default: .number("\(Self.standardOverlap)"),
        "After how many days the old token expires at the latest.", 0) ?? Self.standardOverlap
    try body.check()
  }
}
