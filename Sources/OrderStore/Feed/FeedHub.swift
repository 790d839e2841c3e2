package import EventLoop
package import Orders
import Postgres

/// Serves all followers of the feed on one loop: new events are read and rendered once for all of
/// them. A follower that is too far behind for the events in memory reads pages of its own.
package final class FeedHub {
  /// Bytes of rendered events that are kept in each of two forms.
  private static let ringBytesMax = 8_388_608
  /// The most bytes of one piece, unless it is a single larger event.
  private static let pieceBytesMax = 65_536

  /// Some events as bytes.
  package struct Piece {
    package let bytes: [UInt8]
    package let next: FeedCursor
    /// Whether nothing has happened after `next`, as far as is known.
    package let isCaughtUp: Bool
  }

  package let feed: FeedRepository
  package let loop: EventLoop
  private let render: (FeedEvent) -> [UInt8]
  /// How often the feed may have grown since the start.
  package private(set) var generation = 0
  private var waiting: [ObjectIdentifier: FeedFollower] = [:]
  private var followers = 0
  /// One for events with their orders as they are now, and one for events without.
  private var buffers: [Bool: Buffer] = [:]

  /// - Parameter render: Writes one event as followers get it.
  package init(
    _ feed: FeedRepository, signal: FeedSignal, on loop: EventLoop,
    render: @escaping (FeedEvent) -> [UInt8]
  ) {
    self.feed = feed
    self.loop = loop
    self.render = render
    let bound = LoopBound(loop, WeakHub(self))
    signal.onFeedGrown { loop.execute { bound.value.hub?.feedGrown() } }
  }

  private struct WeakHub {
    weak var hub: FeedHub?
    init(_ hub: FeedHub) { self.hub = hub }
  }

  /// The ring of one form, and those who wait until it is filled.
  private final class Buffer {
    var ring: FeedRing
    /// What `generation` was when the ring was filled last.
    var generation = -1
    var isFilling = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var failure: OrderError?
    /// The piece that was read last: most followers are at the same position and want the same
    /// piece.
    var last: (after: FeedCursor, end: FeedCursor, filter: FeedFilter, piece: Piece)?

    init(_ ring: FeedRing) { self.ring = ring }
  }

  private func feedGrown() {
    generation += 1
    let woken = waiting.values
    waiting = [:]
    for follower in woken { follower.wake(.feedGrown) }
  }
}

// MARK: - Following

extension FeedHub {
  fileprivate func join() { followers += 1 }

  fileprivate func leave() {
    followers -= 1
    // Without followers the rings are no longer filled, so they would be out of date.
    if followers == 0 { buffers = [:] }
  }

  /// What comes after a cursor: from memory if it is there, or else from the database.
  package func piece(
    after cursor: FeedCursor, _ filter: FeedFilter, includesOrders: Bool
  ) async throws(OrderError) -> Piece {
    if let buffer = buffers[includesOrders], cursor.position >= buffer.ring.start.position {
      if cursor.position >= buffer.ring.end.position { try await fill(buffer, includesOrders) }
      if buffer.ring.contains(cursor) { return Self.piece(from: buffer, after: cursor, filter) }
    }
    let page = try await feed.page(
      after: cursor, filter, size: FeedPage.allowedSize.upperBound, includesOrders: includesOrders)
    if page.isCaughtUp, followers > 0, buffers[includesOrders] == nil {
      buffers[includesOrders] = Buffer(FeedRing(after: page.next, bytesMax: Self.ringBytesMax))
    }
    return Piece(
      bytes: page.events.flatMap(render), next: page.next, isCaughtUp: page.isCaughtUp)
  }

  private static func piece(
    from buffer: Buffer, after cursor: FeedCursor, _ filter: FeedFilter
  ) -> Piece {
    if let last = buffer.last, last.after == cursor, last.end == buffer.ring.end,
      last.filter == filter
    {
      return last.piece
    }
    let (bytes, next) = buffer.ring.read(after: cursor, filter, upTo: pieceBytesMax)
    let piece = Piece(bytes: bytes, next: next, isCaughtUp: next == buffer.ring.end)
    buffer.last = (cursor, buffer.ring.end, filter, piece)
    return piece
  }

  /// Reads what has happened since the ring was filled; all who ask meanwhile share the reading.
  private func fill(_ buffer: Buffer, _ includesOrders: Bool) async throws(OrderError) {
    guard buffer.generation != generation else { return }
    if buffer.isFilling {
      await withCheckedContinuation { buffer.waiting.append($0) }
    } else {
      buffer.isFilling = true
      buffer.failure = nil
      do throws(OrderError) {
        try await read(into: buffer, includesOrders)
      } catch {
        buffer.failure = error
        // The kept events may belong to a history that no longer exists.
        if error == .historyChanged, self.buffers[includesOrders] === buffer {
          self.buffers[includesOrders] = nil
        }
      }
      buffer.isFilling = false
      let waiting = buffer.waiting
      buffer.waiting = []
      for continuation in waiting { continuation.resume() }
    }
    if let failure = buffer.failure { throw failure }
  }

  private func read(into buffer: Buffer, _ includesOrders: Bool) async throws(OrderError) {
    while true {
      let seen = generation
      let page = try await feed.page(
        after: buffer.ring.end, size: FeedPage.allowedSize.upperBound,
        includesOrders: includesOrders)
      buffer.ring.append(
        page.events.map {
          FeedRing.Entry(cursor: $0.cursor, kind: $0.kind, channel: $0.channel, bytes: render($0))
        })
      if page.isCaughtUp {
        buffer.generation = seen
        return
      }
    }
  }
}

// MARK: - Waiting

extension FeedHub {
  fileprivate func add(_ follower: FeedFollower) { waiting[ObjectIdentifier(follower)] = follower }

  fileprivate func remove(_ follower: FeedFollower) {
    waiting[ObjectIdentifier(follower)] = nil
  }
}

/// A follower of the feed, for as long as the object exists. Lives on the loop of its hub.
package final class FeedFollower {
  /// Why a wait ended.
  package enum Wake { case feedGrown, time, asked }

  package let hub: FeedHub
  private var continuation: CheckedContinuation<Wake, Never>?
  private var timer: Timer?

  package init(_ hub: FeedHub) {
    self.hub = hub
    hub.join()
    timer = Timer(on: hub.loop) { [unowned self] in wake(.time) }
  }

  deinit { hub.leave() }

  /// Waits until the hub's `generation` is no longer `seen`, `duration` has passed, `wake` is
  /// called, or the task is cancelled.
  package func wait(since seen: Int, for duration: Duration) async -> Wake {
    guard hub.generation == seen, !Task.isCancelled else {
      return Task.isCancelled ? .asked : .feedGrown
    }
    hub.add(self)
    timer?.arm(after: duration)
    let bound = LoopBound(hub.loop, self)
    let wake = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation = $0 }
    } onCancel: {
      // Tasks of a loop are cancelled on its thread.
      bound.value.wake(.asked)
    }
    hub.remove(self)
    return wake
  }

  /// Ends the wait, if there is one.
  package func wake(_ reason: Wake = .asked) {
    timer?.disarm()
    continuation?.resume(returning: reason)
    continuation = nil
  }
}
