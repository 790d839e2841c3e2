/// The deadlines and limits of a client.
package struct ClientLimits: Sendable {
  /// Time to find an address and to connect to it.
  ///
  /// Enough for two lost packets. The caller tries a host that does not answer again, so waiting
  /// longer gains nothing.
  package var connectDeadline: Duration = .seconds(3)

  /// Time without the other side taking any byte of the request.
  package var writeDeadline: Duration = .seconds(5)

  /// Time without the other side sending any byte of its answer, and so also the time it has to
  /// handle the request.
  package var readDeadline: Duration = .seconds(10)

  /// Time for the whole exchange; it also ends answers that arrive byte by byte.
  package var totalDeadline: Duration = .seconds(15)

  /// Time an idle connection is kept for the next request. Node's servers close theirs after 5 s,
  /// and a request that is sent at that moment is lost.
  package var idleDeadline: Duration = .seconds(4)

  /// Idle connections kept for one origin; further ones are closed after their answer.
  package var idleConnectionsPerOriginMax = 4

  /// Requests in flight at once on a loop; one more fails without being sent.
  package var exchangesMax = 64

  /// Bytes of an answer's content; a larger answer is an error.
  package var bodyBytesMax = 1_048_576

  /// Time an address found for a name is used before the name is looked up again.
  package var addressLifetime: Duration = .seconds(30)

  /// Names whose addresses are remembered; when there are more, all are dropped.
  package var rememberedNamesMax = 64

  /// Names looked up at once, each on its own thread; one more fails without being sent.
  package var lookupsMax = 4

  package init() {}
}
