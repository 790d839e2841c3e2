import HTTP
import JSON
import OrderStore
import Orders

/// Log-ins of browsers, and saved views, in the own API.
enum ConsoleRoutes {
  static let routes: [Route] = [
    // What their answers carry must not be stored, so that keys are not heeded; a cookie is no row.
    Route(
      .post, "/console/session", About.logIn, access: .anyone, dryRun: .refused,
      takesKeys: false, logIn),
    Route(
      .get, "/console/session", About.session,
      access: .roles([.retailer, .warehouse, .customer]), session),
    Route(
      .delete, "/console/session", About.logOut, access: .anyone, dryRun: .refused,
      takesKeys: false, logOut),

    Route(.get, "/views", About.listViews, access: .staff, listViews),
    Route(.post, "/views", About.createView, access: .staff, createView),
    Route(.get, "/views/{id}", About.getView, access: .staff, getView),
    Route(.put, "/views/{id}", About.replaceView, access: .staff, replaceView),
    Route(.delete, "/views/{id}", About.deleteView, access: .staff, deleteView),
  ]

  // MARK: - Sessions

  private static func logIn(_ call: Call, _ services: Services) async throws -> Response {
    let token = try call.body(LogInWish.init(reading:)).token
    let gate = services.gate
    guard gate.mode == .tokens else {
      try gate.checkHost(call.request)
      return shown(.open(services), .created)
    }
    let logIn = try await gate.logIn(token, by: call.request, from: call.address)
    var response = shown(
      try await .of(logIn.caller, services, sessionEnd: logIn.end), .created)
    response.fields.append(SessionCookie.field(logIn.session, for: call.request))
    response.caller = logIn.caller.token
    return response
  }

  private static func session(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    guard let caller = call.caller else { return shown(.open(services), .ok) }
    let gate = services.gate
    guard case .session(let session) = try gate.proof(of: call.request, admitsSessions: true) else {
      return shown(try await .of(caller, services, sessionEnd: nil), .ok)
    }
    guard let end = try await gate.sessions.end(of: session) else { throw Failure.sessionEnded }
    return shown(try await .of(caller, services, sessionEnd: end), .ok)
  }

  private static func logOut(_ call: Call, _ services: Services) async throws -> Response {
    if services.gate.mode == .open { try services.gate.checkHost(call.request) }
    try await services.gate.logOut(call.request)
    return Response(.noContent, fields: SessionCookie.cleared)
  }

  private static func shown(_ session: ConsoleSession, _ status: Status) -> Response {
    .json(status, JSONWriter.object { session.write(to: &$0) })
  }

  // MARK: - Saved views

  private static func listViews(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let query = try call.query { ViewListQuery(reading: &$0) }
    let page = try await services.savedViews.list(
      query.screen, for: call.viewOwner, after: query.page.start, size: query.page.size)
    return .json(
      .ok, JSONWriter.page(page) { call.next(Cursor.text(list: "views", position: $0)) })
  }

  private static func getView(_ call: Call, _ services: Services) async throws -> Response {
    let view = try await find(call, services)
    return call.answer(view.tag) { JSONWriter.object { view.write(to: &$0) } }
  }

  private static func createView(_ call: Call, _ services: Services) async throws -> Response {
    let view = try await services.savedViews.create(
      try call.body(NewSavedView.init(reading:)), for: call.viewOwner, by: call.actor)
    return .created(
      at: call.location(of: "\(view.id)"), view.tag, JSONWriter.object { view.write(to: &$0) })
  }

  private static func replaceView(_ call: Call, _ services: Services) async throws -> Response {
    let id = try id(call)
    let new = try call.body(NewSavedView.init(reading:))
    let version = try await call.requiredVersion { try await find(call, services).version }
    let replaced = try await services.savedViews.replace(
      id, by: new, expecting: version, for: call.viewOwner, by: call.actor)
    guard let replaced else { throw try await refusal(call, services) }
    return .changed(replaced.tag, JSONWriter.object { replaced.write(to: &$0) })
  }

  private static func deleteView(_ call: Call, _ services: Services) async throws -> Response {
    let id = try id(call)
    let version = try await call.requiredVersion { try await find(call, services).version }
    guard
      try await services.savedViews.delete(id, expecting: version, for: call.viewOwner)
    else { throw try await refusal(call, services) }
    return Response(.noContent)
  }

  private static func id(_ call: Call) throws -> Int {
    let text = try call.value("id")
    guard let id = Int(text) else { throw Failure.notFound("view \(text)") }
    return id
  }

  private static func find(_ call: Call, _ services: Services) async throws -> SavedView {
    let id = try id(call)
    guard let view = try await services.savedViews.find(id, for: call.viewOwner) else {
      throw Failure.notFound("view \(id)")
    }
    return view
  }

  /// Why a view was not changed.
  private static func refusal(_ call: Call, _ services: Services) async throws -> any Error {
    let view = try await find(call, services)
    guard view.isMine || call.viewOwner.mayChangeAll else { return Failure.forbidden }
    return OrderError.versionChanged
  }
}

extension Call {
  /// Whose saved views are meant.
  fileprivate var viewOwner: ViewOwner {
    ViewOwner(line: caller?.firstToken, mayChangeAll: caller.map { $0.role == .admin } ?? true)
  }
}

extension SavedView {
  fileprivate var tag: EntityTag { EntityTag(version: version) }
}

extension ConsoleSession {
  /// Where nobody has to log in.
  fileprivate static func open(_ services: Services) -> ConsoleSession {
    ConsoleSession(
      mode: .open, role: nil, name: nil, token: nil, customer: nil,
      who: WaybillContract.contract.actorWithoutToken, end: nil, idleSeconds: nil,
      version: services.operations.version)
  }

  /// - Parameter sessionEnd: Nil for a caller who shows a token.
  fileprivate static func of(
    _ caller: Caller, _ services: Services, sessionEnd: Timestamp?
  ) async throws -> ConsoleSession {
    let token = try await services.tokens.find(number: caller.token)
    return ConsoleSession(
      mode: .tokens, role: caller.role.name, name: token?.name, token: caller.token,
      customer: caller.role.customer?.value, who: caller.actor,
      end: sessionEnd ?? token?.expiresAt,
      idleSeconds: sessionEnd == nil ? nil : ConsoleSession.idleSeconds,
      version: services.operations.version)
  }
}

/// What is wanted of the list of saved views.
struct ViewListQuery {
  let screen: ScreenName?
  let page: (size: PageSize, start: Int?)

  init(reading query: inout some QueryFields) {
    screen = query.text("screen", ScreenName.self, "Only views of this screen.")
    page = query.page { Cursor.position($0, list: "views") }
  }
}
