import EventLoop
import HTTP
import JSON
import OrderStore
import Orders

/// The feed as server-sent events, until the client goes, its token is revoked, or half an hour has
/// passed. Lives on the loop of its hub.
final class EventStream: BodyStream, @unchecked Sendable {
  /// How long a stream sends nothing at most. Proxies close connections that are silent for a
  /// minute, some of them after half a minute.
  private static let heartbeat = Duration.seconds(15)
  /// How long a stream lasts at most. Clients then connect again, perhaps to other instances.
  private static let ageMax = Duration.seconds(1_800)
  /// The pause after a failure of the database.
  private static let failurePause = Duration.seconds(1)
  /// How many seconds a stream goes on at most when the server stops. Each stream ends at a random
  /// moment of them, so that clients do not all connect elsewhere at the same moment.
  private static let stopSpreadSeconds = 5.0
  /// The shortest time between two checks whether the caller is still admitted.
  private static let admissionPause = Duration.milliseconds(500)
  /// How soon a client that has lost its connection connects again, in milliseconds.
  private static let retryMilliseconds = 1_000...5_000

  private let follower: FeedFollower
  private let place: StreamPlaces.Place
  private let filter: FeedFilter
  private let includesOrders: Bool
  private let isAdmitted: () async -> Bool
  private let noteSight: () -> Void
  private var cursor: FeedCursor
  private var hasBegun = false
  private var endsAt: Instant
  private var admittedAt: Instant
  /// Whether a check of the caller was put off because the last one was just before.
  private var isAdmissionDue = false
  private var loop: EventLoop { follower.hub.loop }

  /// - Parameters:
  ///   - isAdmitted: Whether the caller may still follow the feed.
  ///   - noteSight: Called before events are sent.
  init(
    _ follower: FeedFollower, _ place: StreamPlaces.Place, after cursor: FeedCursor,
    _ filter: FeedFilter, includesOrders: Bool, isAdmitted: @escaping () async -> Bool,
    noteSight: @escaping () -> Void
  ) {
    self.follower = follower
    self.place = place
    self.cursor = cursor
    self.filter = filter
    self.includesOrders = includesOrders
    self.isAdmitted = isAdmitted
    self.noteSight = noteSight
    endsAt = follower.hub.loop.now + Self.ageMax
    admittedAt = follower.hub.loop.now
  }

  func endSoon() {
    endsAt = min(endsAt, loop.now + .seconds(Double.random(in: 0...Self.stopSpreadSeconds)))
    follower.wake()
  }

  func next() async throws -> [UInt8]? {
    guard hasBegun else {
      hasBegun = true
      return Array("retry: \(Int.random(in: Self.retryMilliseconds))\n".utf8) + positionBlock
    }
    while true {
      let seen = follower.hub.generation
      guard await isStillAdmitted() else { return nil }
      var pause = Self.heartbeat
      do throws(OrderError) {
        let piece = try await follower.hub.piece(
          after: cursor, filter, includesOrders: includesOrders)
        cursor = piece.next
        if !piece.bytes.isEmpty {
          noteSight()
          return piece.bytes
        }
        if !piece.isCaughtUp { continue }
      } catch {
        guard error != .historyChanged else { return nil }
        pause = Self.failurePause
      }
      let left = endsAt - loop.now
      guard left > .zero, !Task.isCancelled else { return nil }
      if isAdmissionDue { pause = min(pause, Self.admissionPause) }
      let wake = await follower.wait(since: seen, for: min(pause, left))
      guard loop.now < endsAt, !Task.isCancelled else { return nil }
      if case .time = wake, pause == Self.heartbeat { return positionBlock }
    }
  }

  /// Moves the position of a client past events that it does not want, and shows the client and
  /// every proxy that the connection is alive.
  private var positionBlock: [UInt8] { Array("id: \(cursor)\n\n".utf8) }

  private func isStillAdmitted() async -> Bool {
    isAdmissionDue = loop.now - admittedAt < Self.admissionPause
    guard !isAdmissionDue else { return true }
    admittedAt = loop.now
    return await isAdmitted()
  }

  /// One event as every stream sends it.
  static func block(_ event: FeedEvent) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    bytes += "id: \(event.cursor)\nevent: \(event.kind.rawValue)\ndata: ".utf8
    JSONWriter.append(to: &bytes) { event.write(to: &$0) }
    bytes += "\n\n".utf8
    return bytes
  }
}
