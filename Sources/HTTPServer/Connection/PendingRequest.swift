import HTTP

/// A request that an asynchronous handler is working on, or that waits for its turn.
final class PendingRequest {
  let request: Request
  let exchange: Exchange
  let demand: Demand
  let reply: Reply
  let connection: Connection
  var isWaiting = false
  /// Whether the server has answered in place of the handler.
  var isAnswered = false

  init(_ request: Request, _ exchange: Exchange, _ reply: Reply, on connection: Connection) {
    self.request = request
    self.exchange = exchange
    self.reply = reply
    self.connection = connection
    demand =
      if case .later(_, let demand?, _) = reply {
        demand
      } else {
        Demand(of: .address(ClientAddress(exchange.peer)))
      }
  }

  var route: String? { if case .later(let route, _, _) = reply { route } else { nil } }

  /// The memory that it takes while it waits.
  var bytes: Int { request.head.count + request.body.count }
}
