import HTTP
import JSON
import Orders

extension ConsoleRoutes {
  /// What the document says about each route.
  enum About {
    static let logIn = RouteDescription(
      "logIn", "Log a browser in to the console",
      """
      The answer sets a cookie by which the browser may use the own API as the token may: for 12 \
      hours, unless nobody uses it for 60 minutes. The request must come from a page of this \
      service, as `Sec-Fetch-Site` or `Origin` says. Where no token is needed, nothing is set.
      """,
      body: Body(
        LogInWish.schema,
        ["token": #"{"token": "wb_\#(String(repeating: "0", count: 64))"}"#]),
      answers: [
        .json(.created, "Who the caller is", ConsoleSession.self, headers: [.setCookie], "session")
      ],
      refusals: [
        .unauthenticated, .tooManyBadTokens, .foreignPage, .misdirected, .notSecure,
      ])

    static let session = RouteDescription(
      "getSession", "Who the caller is, by a session or by a token",
      answers: [.json(.ok, "Who the caller is", ConsoleSession.self, "session")],
      refusals: [.sessionEnded, .notAcceptable])

    static let logOut = RouteDescription(
      "logOut", "Log a browser out",
      "The session ends on every instance within a second. Without a session nothing is done.",
      answers: [Answer(status: .noContent, text: "It is logged out", headers: [.setCookie])],
      refusals: [.foreignPage, .misdirected])

    // MARK: - Saved views

    private static let id = Parameter.path(
      "id", .integer(1...Int.max), "The view's number.", example: 1)

    private static let view = Answer.json(
      .ok, "The view", SavedView.self, headers: [.etag], "view")

    private static let new = Body(
      NewSavedView.schema,
      [
        "for oneself": #"{"name": "Late", "screen": "orders", "query": "status=new"}"#,
        "for all":
          #"{"name": "Sold out", "screen": "stock", "query": "stock=0", "shared": true}"#,
      ])

    static let listViews = RouteDescription(
      "listSavedViews", "List one's own saved views and those that others share",
      query: .query { ViewListQuery(reading: &$0) },
      answers: [.page("A page of views", of: SavedView.self, named: "SavedViewPage")],
      refusals: [.notAcceptable])

    static let getView = RouteDescription(
      "getSavedView", "Get one saved view", parameters: [id, .ifNoneMatch], answers: [view],
      refusals: [.notFound])

    static let createView = RouteDescription(
      "createSavedView", "Save what a screen shows under a name",
      "A person may have 100 views, and all together may share 200.", body: new,
      answers: [
        .json(
          .created, "The view", SavedView.self, headers: [.location, .etag], "view",
          links: Link.each(
            ["getSavedView", "replaceSavedView", "deleteSavedView"], "id", from: "/id"))
      ], refusals: [.idTaken, .tooManyViews])

    static let replaceView = RouteDescription(
      "replaceSavedView", "Save a view anew", "Admins may do so with all that are shared.",
      parameters: [id, .ifMatch],
      body: Body(
        NewSavedView.schema,
        ["other": #"{"name": "Late", "screen": "orders", "query": "status=in_progress"}"#]),
      answers: [view],
      refusals: [.notFound, .idTaken, .tooManyViews])

    static let deleteView = RouteDescription(
      "deleteSavedView", "Delete a saved view", "Admins may do so with all that are shared.",
      parameters: [id, .ifMatch],
      answers: [Answer(status: .noContent, text: "It is deleted")], refusals: [.notFound])
  }
}
