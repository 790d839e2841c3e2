import HTTP
import JSON
import OrderStore
import Orders

/// Tokens in the own API, for admins. The rules are those of `waybill token`.
enum TokenRoutes {
  static let routes: [Route] = [
    Route(.get, "/tokens", About.list, access: .admin, list),
    Route(.post, "/tokens", About.create, access: .admin, dryRun: .refused, create),
    Route(.get, "/tokens/{number}", About.get, access: .admin, get),
    Route(
      .post, "/tokens/{number}/rotate", About.rotate, access: .admin, dryRun: .refused, rotate),
    Route(.delete, "/tokens/{number}", About.revoke, access: .admin, revoke),
  ]

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let (size, position) = try call.query { $0.page { Cursor.position($0, list: "tokens") } }
    let page = try await services.tokens.list(before: position, size: size)
    let shown = Page(
      entries: page.entries.map { ShownToken(token: $0, now: services.now) }, next: page.next)
    return .json(
      .ok, JSONWriter.page(shown) { call.next(Cursor.text(list: "tokens", position: $0)) })
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let text = try call.value("number")
    guard let number = Int(text), let token = try await services.tokens.find(number: number) else {
      throw missing(text)
    }
    let body = body(token, services)
    // A token has no version: what is shown of it is its tag.
    return call.answer(EntityTag(of: body)) { body }
  }

  private static func create(_ call: Call, _ services: Services) async throws -> Response {
    let wish = try call.body(TokenWish.init(reading:))
    do {
      let (secret, token) = try await services.tokens.create(
        wish.new, mayIntroduceCustomer: wish.mayIntroduceCustomer)
      return made(token, secret, services)
    } catch OrderError.unknownCustomer {
      guard let customer = wish.new.role.customer else { throw OrderError.unknownCustomer }
      throw OrderError.customerNotIntroduced(customer)
    }
  }

  private static func rotate(_ call: Call, _ services: Services) async throws -> Response {
    let text = try call.value("number")
    let wish = try call.body(RotationWish.init(reading:))
    guard let number = Int(text), try await services.tokens.find(number: number) != nil else {
      throw missing(text)
    }
    let rotated = try await services.tokens.rotate(
      number, days: wish.days, overlap: wish.overlapDays)
    guard let (secret, token) = rotated else { throw OrderError.tokenEnded }
    return made(token, secret, services)
  }

  private static func revoke(_ call: Call, _ services: Services) async throws -> Response {
    let text = try call.value("number")
    guard let number = Int(text),
      let token = try await services.tokens.revokeKeepingAdmin(number)
    else { throw missing(text) }
    return .json(.ok, body(token, services))
  }

  private static func body(_ token: Token, _ services: Services) -> [UInt8] {
    JSONWriter.object { ShownToken(token: token, now: services.now).write(to: &$0) }
  }

  /// The answer with a token's text, which is shown this once: it is not in what is stored for
  /// repetitions of the request.
  private static func made(
    _ token: Token, _ secret: BearerToken, _ services: Services
  ) -> Response {
    func body(_ text: String?) -> [UInt8] {
      JSONWriter.object {
        MadeToken(shown: ShownToken(token: token, now: services.now), text: text).write(to: &$0)
      }
    }
    var response = Response(
      .created, contentType: .json, fields: [Field("Location", "/tokens/\(token.number)")],
      body: body(secret.secret))
    response.bodyForRepetitions = body(nil)
    return response
  }

  private static func missing(_ number: String) -> Failure { .notFound("token \(number)") }
}
