import JSON
import Orders

// What is written and read for the console: sessions and saved views.

/// Whether requests need a token.
enum AuthWord: String, FieldWord {
  case tokens, open

  static let schema = Schema.word(Self.self)
    .about("Whether requests need a token.").named("AuthMode")
}

/// Who uses the console, and until when.
struct ConsoleSession: AnswerObject {
  /// After how long without a request a session ends; the constraint `console_sessions_end` and
  /// the functions of the database have the same.
  static let idleSeconds = 3_600

  let mode: AuthWord
  let role: RoleName?
  let name: String?
  let token: Int?
  let customer: String?
  let who: String
  let end: Timestamp?
  let idleSeconds: Int?
  let version: String

  static let schema = describe("ConsoleSession", "Who the caller is.")

  func write(to json: inout some AnswerFields) {
    json.word("auth", mode, "Whether requests need a token: open, everybody may do all.")
    json.word("role", role, "What the caller may do; null where no token is needed.")
    json.string("name", name, "What the token is for.", "tablet 4")
    json.integer("token", token, "The token's number.", 5)
    json.string(
      "customer_id", customer, "The customer; null unless the role is customer.", .null)
    json.string(
      "who", who, "What the history says of changes.", #"warehouse "tablet 4" (token 5)"#)
    json.moment(
      "expires_at", end, "When the session, or the token, ends at the latest; null when never.")
    json.integer(
      "idle_seconds", idleSeconds,
      "After how many seconds without a request a session ends; null without a session.", 3600)
    json.string("version", version, "Which version of the service this is.", "0.9.0")
  }

  static let sample = ConsoleSession(
    mode: .tokens, role: .warehouse, name: "tablet 4", token: 5, customer: nil,
    who: #"warehouse "tablet 4" (token 5)"#, end: .sample, idleSeconds: idleSeconds,
    version: "0.9.0")
}

extension BearerToken: FieldText {
  static var allowedLength: ClosedRange<Int> { 67...67 }
  static var rule: String { "must be a token, as waybill token create prints it" }
  static var schema: Schema {
    .string(allowedLength, pattern: "^wb_[0-9a-f]{64}$")
      .example(.string("wb_" + String(repeating: "0", count: 64)))
  }
}

/// A browser that wants to be logged in.
struct LogInWish {
  let token: BearerToken

  static let schema = BodySchema.collect(LogInWish.init(reading:))
    .about("A log-in.").named("LogIn")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let token = body.required("token", .text(BearerToken.self), "A token of any role.")
    try body.check()
    guard let token else { throw body.refuse("must be a log-in") }
    self.token = token
  }
}

// MARK: - Saved views

extension ViewName: FieldText {
  static var rule: String {
    "\(JSONViolation.Reason.length(allowedLength)), one of them visible"
  }
  static var schema: Schema { .string(allowedLength, pattern: Schema.visible) }
}

extension ViewQuery: FieldText {}

extension ScreenName: FieldText {
  static var rule: String { "must have 1 to 20 lower-case letters" }
  static var schema: Schema {
    .string(allowedLength, pattern: "^[a-z]+$").example("orders")
  }
}

extension SavedView: AnswerObject {
  static let schema = describe("SavedView", "What a screen of the console shows, under a name.")

  func write(to json: inout some AnswerFields) {
    json.integer("id", id, in: 1...Int.max, "Its number.", 3)
    json.string("name", name, "What it is called.", "Late")
    json.string("screen", screen, "The screen that it is of.", "orders")
    json.string("query", query, "The query of the screen's address.", "status=new")
    json.boolean("shared", isShared, "Whether everybody sees it.", false)
    json.boolean("mine", isMine, "Whether it belongs to the caller.", true)
    json.string("who", who, "Who saved it last.", #"retailer "back office" (token 2)"#)
    json.version(version)
    json.moment("created_at", createdAt, "When it was made.")
    json.moment("updated_at", updatedAt, "When it last changed.")
  }

  static let sample = SavedView(
    id: 3, name: "Late", screen: "orders", query: "status=new", isShared: false, isMine: true,
    who: #"retailer "back office" (token 2)"#, version: 1, createdAt: .sample, updatedAt: .sample)
}

extension NewSavedView {
  static let schema = BodySchema.collect(NewSavedView.init(reading:))
    .about("A view to save.").named("NewSavedView")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let name = body.required("name", .text(ViewName.self), "What it is called.", "Late")
    let screen = body.required("screen", .text(ScreenName.self), "The screen that it is of.")
    let query = body.required(
      "query", .text(ViewQuery.self), "The query of the screen's address.", "status=new")
    let isShared = body.optional(
      "shared", .boolean, default: false, "Whether everybody sees it.", false)
    try body.check()
    guard let name, let screen, let query else { throw body.refuse("must be a view") }
    self.init(name: name, screen: screen, query: query, isShared: isShared ?? false)
  }
}
