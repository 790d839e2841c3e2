/// How a request is answered. `route` is the template of the route that matched, for metrics.
package enum Reply {
  /// By an answer that is there already; no task is made for it.
  case now(Response, route: String? = nil)
  /// By the answer that the closure returns. It waits on the same loop. Without a demand the
  /// request is taken for one of its address.
  case later(route: String? = nil, demand: Demand? = nil, () async -> Response)
  /// By the answer that the closure returns, which may wait for long for what happens elsewhere, or
  /// be a stream. It is not among the requests in flight and has no deadline; when the client is
  /// gone, its task is cancelled.
  case follow(route: String? = nil, () async -> Response)
  /// Not at all: the connection is closed when the closure returns. For the stand-in of an
  /// unreliable service.
  case never(after: () async -> Void)
}
