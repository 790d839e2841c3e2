/// How a request is answered. `route` is the template of the route that matched, for metrics.
package enum Reply {
  /// With an answer that is ready; no task is started for it.
  case now(Response, route: String? = nil)
  /// With the answer that the closure returns; the closure runs on the same loop. Without a demand,
  /// the sender of the request is its address.
  case later(route: String? = nil, demand: Demand? = nil, () async -> Response)
  /// With the answer that the closure returns. The closure may wait long for something that happens
  /// elsewhere, and the answer may be a stream. The request does not count as in flight and has no
  /// deadline; when the client is gone, its task is cancelled.
  case follow(route: String? = nil, () async -> Response)
  /// Without an answer: the connection is closed when the closure returns. For the stand-in of an
  /// unreliable service.
  case never(after: () async -> Void)
}
