import EventLoop
import HTTP
import JSON
import OrderStore
import Orders

/// The feed in the own API: pages, waits and streams.
enum FeedRoutes {
  static let routes: [Route] = [
    Route(.get, "/events", About.list, access: .staff, follows: true, list),
    Route(.get, "/events/{position}", About.get, access: .staff, get),
  ]

  /// How long a caller may have an answer wait, in seconds: less than most clients and proxies do.
  static let allowedWait = 0...25

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    let form = try call.form(of: [.json, .eventStream])
    let isStream = form.value == ContentType.eventStream.value
    var parameters = try call.parameters()
    let wish = try parameters.feedWish()
    // A browser sends the id of the last event that it has seen when it connects again.
    let lastSeen = isStream ? call.request.fields("last-event-id").first : nil
    let start =
      if let lastSeen {
        try lastEvent(lastSeen)
      } else {
        wish.start ?? (isStream ? .latest : .after(.start))
      }
    let hub = services.feed
    let cursor: FeedCursor
    switch start {
    case .latest: cursor = try await hub.feed.head()
    case .after(let given):
      cursor = given
      // Refuses a cursor of another history while there can still be a status.
      if isStream { _ = try await hub.feed.page(after: given, size: 1) }
    }
    guard isStream else { return try await page(call, services, wish, after: cursor) }
    let place = try services.feedPlaces.take(for: call.caller?.token)
    let stream = EventStream(
      FeedFollower(hub), place, after: cursor, wish.filter, includesOrders: wish.includesOrders,
      isAdmitted: { await services.stillAdmits(call.request, call.route.access) })
    var response = Response(
      .ok, contentType: .eventStream, fields: [.variesByForm, Field("X-Accel-Buffering", "no")])
    response.stream = stream
    return response
  }

  private static func lastEvent(_ text: String) throws(Failure) -> FeedStart {
    guard let cursor = FeedCursor(text) else {
      throw .invalid([
        JSONViolation(field: "Last-Event-ID", reason: .refused("must be the id of an event"))
      ])
    }
    return .after(cursor)
  }

  /// Answers a page at once, or when something has happened, or at the end of the wait.
  private static func page(
    _ call: Call, _ services: Services, _ wish: FeedWish, after start: FeedCursor
  ) async throws -> Response {
    let hub = services.feed
    func read(after cursor: FeedCursor) async throws(OrderError) -> FeedPage {
      try await hub.feed.page(
        after: cursor, wish.filter, size: wish.size, includesOrders: wish.includesOrders)
    }
    var seen = hub.news
    var page = try await read(after: start)
    if page.events.isEmpty, wish.wait > .zero {
      let place = try services.feedPlaces.take(for: call.caller?.token)
      let follower = FeedFollower(hub)
      let end = hub.loop.now + wish.wait
      while page.events.isEmpty, !Task.isCancelled {
        if page.isCaughtUp {
          let left = end - hub.loop.now
          guard left > .zero, await follower.wait(since: seen, for: left) == .news else { break }
          guard await services.stillAdmits(call.request, call.route.access) else {
            throw Failure.unauthenticated(hasToken: true)
          }
        }
        seen = hub.news
        page = try await read(after: page.next)
      }
      withExtendedLifetime((place, follower)) {}
    }
    var response = Response.json(
      .ok,
      JSONWriter.object(reserving: 400 * (page.events.count + 1)) {
        FeedAnswer(page: page).write(to: &$0)
      })
    response.fields.append(.variesByForm)
    return response
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let text = try call.value("position")
    guard let position = Int(text), position > 0,
      let event = try await services.feed.feed.event(at: position)
    else { throw Failure.notFound("event \(text)") }
    // An event never changes.
    return call.answer(EntityTag(event.cursor.description)) {
      JSONWriter.object { event.write(to: &$0) }
    }
  }
}

/// What a caller wants of the feed.
struct FeedWish {
  var filter = FeedFilter()
  var includesOrders = false
  var size = FeedPage.standardSize
  var wait = Duration.zero
  /// Nil when the caller does not say.
  var start: FeedStart?
}

extension Parameters {
  /// Ends the reading of the query.
  mutating func feedWish() throws(Failure) -> FeedWish {
    var wish = FeedWish()
    wish.filter = feedFilter()
    wish.includesOrders = read("include", "must be order") { $0 == "order" ? true : nil } ?? false
    wish.size = integer("limit", in: FeedPage.allowedSize) ?? wish.size
    wish.wait = .seconds(integer("wait", in: FeedRoutes.allowedWait) ?? 0)
    wish.start = read("after", "must be a cursor of the feed, start or latest") { text in
      switch text {
      case "start": .after(.start)
      case "latest": .latest
      default: FeedCursor(text).map(FeedStart.after)
      }
    }
    try finish()
    return wish
  }

  mutating func feedFilter() -> FeedFilter {
    var filter = FeedFilter()
    filter.kinds = list(
      "types", "must be some of: \(FeedEvent.Kind.words)", FeedEvent.Kind.init(rawValue:))
    filter.channel = channel()
    return filter
  }
}
