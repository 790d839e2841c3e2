import HTTP
import JSON
import Orders

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
        .header(
          "Last-Event-ID", FeedCursor.schema,
          "The `id` of the last event of a stream that broke; it is preferred to `after`.")
      ], query: .query { FeedQuery(reading: &$0) },
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
