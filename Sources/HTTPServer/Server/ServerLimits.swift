/// The deadlines and limits of a server; the sizes of messages are in `MessageLimits`.
package struct ServerLimits: Sendable {
  /// Time for a whole head, from the accept or from the first byte, whichever was first; then 408.
  ///
  /// A head fits in a few packets. A limit that began with the first byte would let a client stay
  /// connected for ever without sending anything. Apache allows 20 s, nginx 60 s.
  package var headDeadline: Duration = .seconds(10)

  /// Bytes of content per second below which a sender counts as stalled; then 408.
  ///
  /// Kestrel's figure: slower than any modem, faster than an attacker who wants to hold connections
  /// at no cost.
  package var bodyBytesPerSecondMin = 240

  /// Time before the rate of the content is checked: a phone may lose its network for so long.
  package var bodyGrace: Duration = .seconds(5)

  /// Time for a whole content at any rate; then 408. The largest content needs 35 KB/s.
  package var bodyDeadline: Duration = .seconds(30)

  /// Time a connection may be idle between requests before it is closed.
  ///
  /// Proxies keep idle connections for 60 s and so meet ones that we have closed, but they retry
  /// those. A longer time would hold the descriptors of clients that are gone.
  package var idleDeadline: Duration = .seconds(30)

  /// Time without the peer reading any byte of an answer; then the connection is closed.
  package var stallDeadline: Duration = .seconds(10)

  /// Time a handler may take; then 503, and its later answer is dropped.
  ///
  /// Every wait inside a handler has a shorter deadline of its own; this one catches programming
  /// errors.
  package var handlerDeadline: Duration = .seconds(30)

  /// Time the peer gets to read a last answer before the socket is closed.
  ///
  /// Closing a socket with unread bytes sends a reset, and a reset can destroy an answer that the
  /// peer has not read. So the server closes the writing half and goes on reading for a while.
  package var lingerDeadline: Duration = .seconds(2)

  /// Bytes read and discarded while lingering: as many as the largest content has.
  package var lingerBytesMax = 1_048_576

  /// Connections open at once in the process; one more is answered 503 and closed.
  ///
  /// Ten thousand idle connections take about 5 MB; the number is half of a usual hard limit of
  /// descriptors.
  package var connectionsMax = 10_000

  /// Connections beyond `connectionsMax` that are answered 503; further ones are closed unanswered.
  package var refusedConnectionsMax = 500

  /// Requests in the hands of asynchronous handlers at once on a loop; further ones wait. One
  /// sender alone gets half of them, several an equal share each.
  ///
  /// Far more than there are database connections, because what waits together is sent as one
  /// statement. Half of it fills two batches of 64: one being executed, one being collected.
  package var requestsInFlightMax = 256

  /// How long a request waits for its turn; then 503, and nothing was done.
  ///
  /// Clients give up after some seconds, and work for one that has gone is lost. At 1,000 requests
  /// a second, 2,000 clients are served in that time.
  package var turnDeadline: Duration = .seconds(2)

  /// Requests of one sender that wait; one more gets 503. A sender may have a thousand clients, all
  /// of which wait.
  package var waitingMax = 4_096

  /// Bytes of the requests that wait on a loop: 32 of the largest.
  package var waitingBytesMax = 33_554_432

  /// Retry-After of a 503, in seconds: an overload of this kind passes quickly.
  package var retryAfterSeconds = 1

  /// Connections accepted in one turn, so that the loops of a shared listener get equal shares.
  package var acceptsPerTurnMax = 16

  /// Pause in accepting after the system ran out of descriptors or memory; without it the loop
  /// would spin.
  package var acceptPause: Duration = .milliseconds(100)

  /// Bytes of answers collected before they are sent, and before the next request is read.
  ///
  /// A client that sends requests and reads no answers costs this much memory, plus one answer and
  /// one read.
  package var unsentBytesMax = 65_536

  /// The largest body that is copied behind its head, so that both are sent by one system call. Of
  /// a larger one, `smallAnswerBytesMax` are copied, and the rest is sent from where it is.
  package var copiedBodyBytesMax = 65_536

  /// Bytes that one connection sends in a turn of the loop; the rest follows in the next turns,
  /// when the others have had theirs. The largest page of a list fits in.
  package var sentPerTurnMax = 131_072

  /// Bytes that all connections send in a turn beyond their first `smallAnswerBytesMax`: about half
  /// a millisecond.
  package var sentInAllPerTurnMax = 1_048_576

  /// Bytes that a connection may send whatever the others have sent in the same turn, so that no
  /// small answer waits for large ones.
  package var smallAnswerBytesMax = 16_384

  /// Bytes of partial messages and unsent answers that all connections of a loop may hold together;
  /// the connection that passes the limit is closed. A thousand stalled transfers of 64 KB.
  package var heldBytesMax = 67_108_864

  /// Time from the start of a drain until the remaining connections are ended by force.
  package var drainDeadline: Duration = .seconds(10)

  /// During a drain, the time for a new connection to send its first request, and for one that was
  /// just answered to send its next: the request may be on its way, and closing would lose it.
  package var drainGrace: Duration = .milliseconds(500)

  package init() {}

  func copiedBytes(of bodyBytes: Int) -> Int {
    bodyBytes <= copiedBodyBytesMax ? bodyBytes : smallAnswerBytesMax
  }
}
