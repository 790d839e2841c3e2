/// How long a client waits for another service, and how much it takes from it.
package struct ClientLimits: Sendable {
  /// Time to find an address and to connect to it.
  ///
  /// A host that does not answer is tried again by whoever asked; nothing is gained by waiting
  /// longer than two lost packets take.
  package var connectDeadline: Duration = .seconds(3)

  /// Time the other side may take no further byte of a request.
  package var writeDeadline: Duration = .seconds(5)

  /// Time the other side may send no further byte of its answer; also what it has to think.
  package var readDeadline: Duration = .seconds(10)

  /// Time for everything: a service that drips its answer does not hold us longer.
  package var totalDeadline: Duration = .seconds(15)

  /// Time a connection is kept for the next request. Node's servers close theirs after 5 s, and a
  /// request that meets the close is lost.
  package var idleDeadline: Duration = .seconds(4)

  /// Connections kept for one origin; more are closed when their answer is there.
  package var idleConnectionsPerOriginMax = 4

  /// Requests under way at once on a loop; one more fails unsent.
  package var exchangesMax = 64

  /// Bytes of an answer's content; past it the answer is given up.
  package var bodyBytesMax = 1_048_576

  /// Time an address found for a name is used before the name is looked up again.
  package var addressLifetime: Duration = .seconds(30)

  /// Names whose addresses are remembered; past it all are forgotten.
  package var rememberedNamesMax = 64

  /// Names looked up at once, each on a thread of its own; one more fails unsent.
  package var lookupsMax = 4

  /// The limits as they stand here, to be changed one by one.
  package init() {}
}
