/// How long and how much a server puts up with; the sizes of messages are in `MessageLimits`.
package struct ServerLimits: Sendable {
  /// Time for a whole head, from accept or from the first byte, whichever was first; then 408.
  ///
  /// A head fits in a few packets. A limit that began with the first byte would let a client that
  /// connects and says nothing stay for ever; Apache allows 20 s, nginx 60 s.
  package var headDeadline: Duration = .seconds(10)

  /// Bytes of content per second below which a sender counts as stalling; then 408.
  ///
  /// Kestrel's figure: slower than any modem, faster than an attack that costs nothing.
  package var bodyBytesPerSecondMin = 240

  /// Time before the rate of content is looked at: a phone may lose its network for so long.
  package var bodyGrace: Duration = .seconds(5)

  /// Time for a whole content, however fast it is; then 408. The largest needs 9 KB/s for that.
  package var bodyDeadline: Duration = .seconds(30)

  /// Time a connection may rest between requests before it is closed without a word.
  ///
  /// Shorter than the 60 s that proxies keep theirs would make them meet closed connections, were
  /// it not that they retry those; longer holds descriptors of clients that are gone.
  package var idleDeadline: Duration = .seconds(30)

  /// Time an answer may go without the peer taking any byte of it; then the connection is cut.
  package var stallDeadline: Duration = .seconds(10)

  /// Time a handler may take; then 503, and what it answers later is dropped.
  ///
  /// Every wait inside a handler has a shorter deadline of its own: this one is for our mistakes.
  package var handlerDeadline: Duration = .seconds(30)

  /// Time the peer gets to read a last answer before the socket is given up.
  ///
  /// Closing while unread bytes are in the socket sends a reset, and a reset can destroy an answer
  /// that has not been read; so we stop writing, and read on for a while.
  package var lingerDeadline: Duration = .seconds(2)

  /// Bytes read and thrown away while lingering: four times the largest content.
  package var lingerBytesMax = 1_048_576

  /// Connections open at once in the process; one more is answered 503 and closed.
  ///
  /// Ten thousand idle ones cost about 5 MB here; half of a usual hard limit of descriptors.
  package var connectionsMax = 10_000

  /// Connections beyond `connectionsMax` that may wait for their 503 to be read; more are dropped.
  package var refusedConnectionsMax = 500

  /// Requests in the hands of asynchronous handlers at once in the process; one more gets 503.
  ///
  /// Four times as many as there are database connections, and not fewer than this: reads that
  /// wait together go as one statement, so that ten connections serve 64 clients at once.
  package var requestsInFlightMax = 256

  /// What Retry-After says with a 503, in seconds: an overload of this kind passes quickly.
  package var retryAfterSeconds = 1

  /// Connections accepted in one go, so that loops that share a listener share its connections.
  package var acceptsPerTurnMax = 16

  /// Time without accepting after the system ran out of descriptors or memory; keeps us from
  /// spinning.
  package var acceptPause: Duration = .milliseconds(100)

  /// Bytes of answers gathered before they are sent, and before the next request is looked at.
  ///
  /// A client that sends requests and reads no answers costs this much, one answer and one read.
  package var unsentBytesMax = 65_536

  /// Bytes that all connections of a loop may keep together of messages half arrived and answers
  /// half sent; the connection that passes it is cut. A thousand stalled transfers of 64 KB.
  package var heldBytesMax = 67_108_864

  /// Time between the begin of a drain and its end by force.
  package var drainDeadline: Duration = .seconds(10)

  /// Time a new connection gets in a drain to send the request it was opened for, and one that was
  /// just answered to send the next: it may be on its way, and closing would lose it.
  package var drainGrace: Duration = .milliseconds(500)

  /// The limits as they stand here, to be changed one by one.
  package init() {}
}
