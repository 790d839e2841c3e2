/// Bytes of answers that the system has not taken yet, as a value without a socket.
struct Outgoing {
  /// The end of an attempt to send.
  enum Transmission: Equatable {
    case all
    /// `isBlocked` when the system took less than it was offered; otherwise the rest has to wait
    /// for another turn of the loop.
    case part(progress: Bool, isBlocked: Bool)
    case broken
  }

  private var bytes: [UInt8] = []
  private var bytesFrom = 0
  /// The rest of a large body. It is not copied: a document that many read is in memory once.
  private var body: [UInt8] = []
  private var bodyFrom = 0
  private var isBodyKept = false

  var isEmpty: Bool { bytes.isEmpty && body.isEmpty }

  /// How many bytes wait.
  var count: Int { bytes.count - bytesFrom + body.count - bodyFrom }

  /// How many bytes of memory that takes: none for a body that is kept in any case.
  var heldBytes: Int { bytes.count + (isBodyKept ? 0 : body.count) }

  /// Adds the rest of a body, to be sent after everything that is written before the next `send`.
  mutating func append(body: [UInt8], from start: Int, isKept: Bool) {
    (self.body, bodyFrom, isBodyKept) = (body, start, isKept)
  }

  /// Sends what waits, and then `out`, which is empty afterwards; at most `limit` bytes in all.
  ///
  /// `system` takes bytes from an offset on, at most so many; it answers how many it took, or nil
  /// when the connection is broken.
  mutating func send(
    _ out: inout [UInt8], limit: Int,
    by system: (_ bytes: [UInt8], _ from: Int, _ limit: Int) -> Int?
  ) -> Transmission {
    var sent = 0
    if bytes.isEmpty {
      guard !out.isEmpty else { return sendBody(limit: limit, sentBefore: 0, by: system) }
      guard let count = system(out, 0, limit) else { return .broken }
      sent = count
      if count < out.count { bytes = Array(out[count...]) }
    } else {
      bytes += out
      guard let count = system(bytes, bytesFrom, limit) else { return .broken }
      sent = count
      bytesFrom += count
      if bytesFrom == bytes.count { (bytes, bytesFrom) = ([], 0) }
    }
    out.removeAll(keepingCapacity: true)
    guard bytes.isEmpty else { return .part(progress: sent > 0, isBlocked: sent < limit) }
    return sendBody(limit: limit - sent, sentBefore: sent, by: system)
  }

  private mutating func sendBody(
    limit: Int, sentBefore: Int, by system: (_ bytes: [UInt8], _ from: Int, _ limit: Int) -> Int?
  ) -> Transmission {
    guard !body.isEmpty else { return .all }
    guard limit > 0 else { return .part(progress: sentBefore > 0, isBlocked: false) }
    guard let count = system(body, bodyFrom, limit) else { return .broken }
    bodyFrom += count
    guard bodyFrom < body.count else {
      (body, bodyFrom) = ([], 0)
      return .all
    }
    return .part(progress: sentBefore + count > 0, isBlocked: count < limit)
  }
}
