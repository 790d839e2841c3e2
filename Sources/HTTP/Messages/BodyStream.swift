/// A body that is made while it is sent. Lives on the loop of its connection.
///
/// Its owner asks for the next piece when the client has taken the one before, so a slow client
/// slows the stream down and costs no memory. When the client is gone, the task that waits in
/// `next` is cancelled and the stream is let go.
///
/// It is `Sendable` only because responses are; nothing but its loop may use it.
package protocol BodyStream: AnyObject, Sendable {
  /// The next bytes, of which there is at least one; nil at the end. An error ends the
  /// connection, so that the client does not mistake what it has for the whole body.
  func next() async throws -> [UInt8]?

  /// The server is about to stop: a stream without an end of its own ends soon.
  func endSoon()
}
