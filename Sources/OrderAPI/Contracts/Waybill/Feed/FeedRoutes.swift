import EventLoop
import HTTP
import JSON
import OrderStore
import Orders

/// The feed in the own API: pages, waits and streams.
enum FeedRoutes {
  static let routes: [Route] = [
    Route(
      .get, "/events", About.list, access: .staff, reads: .anyCopyUnlessFollowing, isList: true,
      follows: follows, list),
    Route(.get, "/events/{position}", About.get, access: .staff, get),
  ]

  /// For how many seconds a caller may let an answer wait; most clients and proxies wait longer.
  static let allowedWait = 0...25

  /// Whether a call is for a stream, or may wait.
  @Sendable private static func follows(_ call: Call) -> Bool {
    if isStream(call) { return true }
    let query = try? Query(call.request.query)
    return query?.parameters.contains { $0.name == "wait" && $0.value != "0" } ?? false
  }

  private static func isStream(_ call: Call) -> Bool {
    (try? form(of: call))?.value == ContentType.eventStream.value
  }

  private static func form(of call: Call) throws(Failure) -> ContentType {
    try call.form(of: [.json, .eventStream])
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    let isStream = try form(of: call).value == ContentType.eventStream.value
    // Taken before anything is read: such a request does not count among the requests in flight, so
    // nothing but these places limits it.
    let place = follows(call) ? try services.feedPlaces.take(for: call.caller?.token) : nil
    let query = try call.query { FeedQuery(reading: &$0) }
    // A browser sends the id of the last event that it has seen when it connects again.
    let lastSeen = call.request.fields("last-event-id").first
    let start =
      if let lastSeen {
        try lastEvent(lastSeen)
      } else {
        query.start ?? (isStream ? .latest : .after(.start))
      }
    let hub = services.feed
    let cursor: FeedCursor
    switch start {
    case .latest: cursor = try await hub.feed.head()
    case .after(let given):
      cursor = given
      // Refuses a cursor of another history while the status is not sent yet.
      if isStream { _ = try await hub.feed.page(after: given, size: 1) }
    }
    guard let place, isStream else {
      let answer = try await page(call, services, query, after: cursor)
      return withExtendedLifetime(place) { answer }
    }
    let stream = EventStream(
      FeedFollower(hub), place, after: cursor, query.filter, includesOrders: query.includesOrders,
      isAdmitted: { await call.isStillAdmitted(by: services) },
      noteSight: { services.copies?.sawPrimary(by: call.reader) })
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
    _ call: Call, _ services: Services, _ query: FeedQuery, after start: FeedCursor
  ) async throws -> Response {
    let hub = services.feed
    func read(after cursor: FeedCursor) async throws(OrderError) -> FeedPage {
      try await hub.feed.page(
        after: cursor, query.filter, size: query.size, includesOrders: query.includesOrders)
    }
    var seen = hub.generation
    var page = try await read(after: start)
    if page.events.isEmpty, query.wait > .zero {
      let follower = FeedFollower(hub)
      let end = hub.loop.now + query.wait
      while page.events.isEmpty, !Task.isCancelled {
        if page.isCaughtUp {
          let left = end - hub.loop.now
          guard left > .zero, await follower.wait(since: seen, for: left) == .feedGrown else {
            break
          }
          guard await call.isStillAdmitted(by: services) else {
            throw Failure.unauthenticated(hasToken: true)
          }
        }
        seen = hub.generation
        page = try await read(after: page.next)
      }
      withExtendedLifetime(follower) {}
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

/// What a caller asks of the feed.
struct FeedQuery {
  /// Nil when the caller does not say.
  let start: FeedStart?
  let size: Int
  let wait: Duration
  let filter: FeedFilter
  let includesOrders: Bool

  init(reading query: inout some QueryFields) {
    start = query.value(
      "after", .either([FeedCursor.schema, FeedStart.schema]),
      rule: "must be a cursor of the feed, start or latest",
      "Behind which event to begin: a cursor, `start` (the first event), or `latest` (from now "
        + "on). A page begins at the start by default, a stream at the latest."
    ) { text in
      switch text {
      case "start": .after(.start)
      case "latest": .latest
      default: FeedCursor(text).map(FeedStart.after)
      }
    }
    size = query.integer(
      "limit", in: FeedPage.allowedSize, default: FeedPage.standardSize,
      "How many events a page has at most.")
    wait = .seconds(
      query.integer(
        "wait", in: FeedRoutes.allowedWait, default: 0,
        "For how many seconds to wait when there is nothing yet."))
    filter = FeedFilter(reading: &query)
    includesOrders =
      query.value(
        "include", .constant("order"), rule: "must be order",
        "`order` adds to each event of an order the order as it is now: `order_now`."
      ) { $0 == "order" ? true : nil } ?? false
  }
}

extension FeedFilter {
  /// Which events are wanted.
  init(reading query: inout some QueryFields) {
    self.init()
    let types = FeedEvent.Kind.alternatives
    kinds = query.list(
      "types",
      .string(pattern: "^(\(types))(,(\(types)))*$")
        .example(.string("order.placed,order.cancelled")),
      rule: "must be some of: \(FeedEvent.Kind.words)",
      "Only these types, parted by commas: `\(FeedEvent.Kind.words)`.",
      FeedEvent.Kind.init(rawValue:))
    channel = query.word(
      "channel", Channel.self, "Only events of orders that came through this contract.")
  }
}

extension FeedStart {
  /// The words for a beginning that is no cursor.
  fileprivate static let schema = Schema.words(["start", "latest"])
    .about("`start` is the first event, `latest` what happens from now on.").named("FeedStart")
}

extension FeedEvent.Kind {
  /// All of them as a pattern.
  fileprivate static let alternatives =
    allCases.map { $0.rawValue.replacing(".", with: "\\.") }.joined(separator: "|")
}
