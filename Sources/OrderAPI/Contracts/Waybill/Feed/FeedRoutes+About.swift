import HTTP
import JSON
package import Orders

extension FeedRoutes {
  /// What the document says about each route.
  enum About {
    static let list = RouteDescription(
      "listEvents", "Follow every change, in order and without a gap",
      """
      Every change of orders, stock, products and customers, of all contracts and in psql, each \
      once, in an order that is the same for every reader. Store `next` together with what you \
      make of the events, and go on with `after`. With `wait` the answer comes when something has \
      happened, or empty at the end of the wait. `Accept: text/event-stream` gives the same as \
      server-sent events, by default from now on; `Last-Event-ID` goes on where a connection \
      broke. \
      A filter looks at up to 2,000 events for a page, which may be short or empty: `next` goes on.
      """,
      parameters: [
        .query(
          "after", .either([FeedCursor.schema, beginnings]),
          "Behind which event to begin: a cursor, `start` (the first event), or `latest` (from now "
            + "on). A page begins at the start by default, a stream at the latest."),
        .query(
          "limit",
          .integer(FeedPage.allowedSize).standing(at: .number("\(FeedPage.standardSize)")),
          "How many events a page has at most."),
        .query(
          "wait", .integer(allowedWait).standing(at: 0),
          "For how many seconds to wait when there is nothing yet."),
      ] + filters + [
        .query(
          "include", .constant("order"),
          "`order` adds to each event of an order the order as it is now: `order_now`."),
        .header(
          "Last-Event-ID", FeedCursor.schema,
          "The `id` of the last event of a stream that broke; it is preferred to `after`."),
      ],
      answers: [
        Answer(
          status: .ok, text: "Events",
          contents: [
            .init(
              type: .json, schema: FeedAnswer.schema,
              examples: [Example("page", FeedAnswer.example)]),
            .init(
              type: .eventStream, schema: .string(),
              examples: [
                Example(
                  "stream",
                  "retry: 2000\nid: 18341-9f3ac2d1\n\n"
                    + String(decoding: EventStream.block(.sample), as: UTF8.self))
              ]),
          ])
      ],
      refusals: [.historyChanged, .tooManyStreams, .notAcceptable])

    private static let beginnings = Schema.words(["start", "latest"])
      .about("`start` is the first event, `latest` what happens from now on.").named("FeedStart")

    static let get = RouteDescription(
      "getEvent", "Get one event by its position",
      parameters: [
        .path("position", .integer(1...Int.max), "The position in the feed.", example: 1),
        .ifNoneMatch,
      ],
      answers: [.json(.ok, "The event", FeedEvent.self, headers: [.etag], "event")],
      refusals: [.notFound])
  }
}

extension FeedRoutes {
  /// Which events are wanted.
  static let filters: [Parameter] = [
    .query(
      "types",
      .string(
        pattern: "^(\(FeedEvent.Kind.alternatives))(,(\(FeedEvent.Kind.alternatives)))*$"
      ).example(.string("order.placed,order.cancelled")),
      "Only these types, parted by commas: `\(FeedEvent.Kind.words)`."),
    .query("channel", Channel.schema, "Only events of orders that came through this contract."),
  ]
}

extension FeedEvent.Kind {
  /// All of them as a pattern.
  fileprivate static let alternatives =
    allCases.map { $0.rawValue.replacing(".", with: "\\.") }.joined(separator: "|")
}

extension Services {
  /// Writes an event as the hub keeps it.
  package static func eventBlock(_ event: FeedEvent) -> [UInt8] { EventStream.block(event) }
}
