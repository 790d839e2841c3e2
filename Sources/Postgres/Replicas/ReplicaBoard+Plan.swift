import EventLoop

extension ReplicaBoard {
  /// Why a read goes to the primary although any copy would do.
  enum Reason: String, CaseIterable, Sendable {
    /// No replica can be used.
    case noReplica = "no_replica"
    /// The replica did not reach what the reader has seen or written in time.
    case behind
    /// The primary's position was not found out in time.
    case unknownPosition = "unknown_position"
    /// The replica failed.
    case failed
    /// The answer would have been a refusal, which newer data may not confirm.
    case refusal
  }

  /// How long a read of the primary waits until it shows what a replica has shown.
  static let settleMax = Duration.seconds(1)

  enum Plan: Equatable {
    case primary(Reason)
    case read(index: Int, generation: Int)
    /// Something has to be reported first. If it is not in time, the primary is asked for the
    /// reason given.
    case wait(Reason)
  }

  /// How long a read waits for a replica.
  static let waitMax = Duration.milliseconds(50)
  /// A reader leaves home for a replica that is this much closer to the primary. Reports are some
  /// milliseconds old, and the first read elsewhere may have to wait.
  static let leadMin = Duration.milliseconds(50)
  /// Replicas whose lags differ by less are equally good.
  private static let lagStep = Duration.milliseconds(20)

  /// What a read has to show: what its reader had seen and written when it began. What they see and
  /// write while it waits is no part of it, or a busy reader would wait for ever.
  struct Need {
    /// What the read itself names.
    let wanted: LogPosition?
    fileprivate let position: LogPosition
    fileprivate let sample: Int
    fileprivate let home: ReaderTable.Home?
    /// The number of the first sample that was begun later.
    fileprivate let nextSample: Int

    /// The number of the first sample that covers what was seen elsewhere than on this replica.
    fileprivate func sample(on index: Int, _ generation: Int) -> Int {
      guard let home, !home.isSame(index, generation) else { return sample }
      return max(sample, home.sample)
    }
  }

  /// What a read that begins now has to show.
  func need(of key: Int, wanting wanted: LogPosition?) -> Need {
    let reader = readers[key]
    var position = reader.needed
    if let wanted { position.advance(to: wanted) }
    return Need(
      wanted: wanted, position: position, sample: reader.sample, home: reader.home,
      nextSample: nextSample)
  }

  /// Where a read that any copy may answer goes. A plan to read has to be ended with `finished`.
  mutating func plan(for key: Int, _ need: Need, at now: Instant) -> Plan {
    guard let best = bestReplica(at: now) else { return .primary(.noReplica) }
    var reader = readers[key]
    defer { readers[key] = reader }
    if reader.sample > 0, let sample = sample(from: reader.sample) {
      reader.needed.advance(to: sample.position)
      reader.sample = 0
    }
    let index =
      reader.home.flatMap { isGood($0, besides: best, at: now) ? $0.index : nil } ?? best
    let generation = replicas[index].generation
    var needed = need.position
    let number = need.sample(on: index, generation)
    if number > 0 {
      guard let sample = sample(from: number) else { return .wait(.unknownPosition) }
      needed.advance(to: sample.position)
    }
    // Nobody need wait for a place that the primary itself has not reached.
    if let wanted = need.wanted, isBeyondPrimary(wanted, since: need.nextSample) {
      return .primary(.behind)
    }
    guard let reached = replicas[index].report?.reached, reached.covers(needed) else {
      return mayReach(needed, index, at: now) ? .wait(.behind) : .primary(.behind)
    }
    if reader.home?.isSame(index, generation) != true {
      // What was seen at the home that is left has to be covered, too, from now on.
      reader.sample = max(reader.sample, reader.home?.sample ?? 0)
      reader.home = ReaderTable.Home(index: index, generation: generation)
    }
    replicas[index].reading += 1
    return .read(index: index, generation: generation)
  }

  /// A read on a replica has ended. Returns whether its answer may be used.
  mutating func finished(_ key: Int, on index: Int, generation: Int, succeeded: Bool) -> Bool {
    replicas[index].reading -= 1
    // The read may have been sent a second time, to a server that has come back.
    guard succeeded, replicas[index].generation == generation else { return false }
    var reader = readers[key]
    if reader.home?.isSame(index, generation) == true {
      reader.home?.sample = nextSample
    } else {
      reader.sample = nextSample
    }
    reader.shown.removeAll {
      $0.index == index && $0.generation == generation || isOnPrimary($0)
    }
    reader.shown.append(
      ReaderTable.Shown(
        index: index, generation: generation, report: replicas[index].reportsBegun + 1,
        sample: nextSample))
    readers[key] = reader
    return true
  }

  /// What replicas have shown the reader and the primary may not show yet.
  mutating func aheadOfPrimary(_ key: Int) -> [ReaderTable.Shown] {
    var reader = readers[key]
    guard !reader.shown.isEmpty else { return [] }
    reader.shown = stillAhead(reader.shown)
    readers[key] = reader
    return reader.shown
  }

  /// What of this the primary may not show yet.
  func stillAhead(_ shown: [ReaderTable.Shown]) -> [ReaderTable.Shown] {
    shown.filter { !isOnPrimary($0) }
  }

  /// Whether the primary shows what a replica has shown: because it has all of a later report of
  /// the replica, or because nothing is running any more that was running after the read.
  private func isOnPrimary(_ shown: ReaderTable.Shown) -> Bool {
    let replica = replicas[shown.index]
    return shown.sample <= settled
      || replica.generation == shown.generation && replica.confirmed >= shown.report
  }

  /// This is not waited for any longer.
  mutating func stopWaiting(_ key: Int, for shown: [ReaderTable.Shown]) {
    readers[key].shown.removeAll(where: shown.contains)
  }

  /// The reader has seen what the primary showed until now.
  mutating func sawPrimary(_ key: Int) { readers[key].sample = nextSample }

  /// The reader has written, and the write was committed before this position.
  mutating func wrote(_ key: Int, before position: LogPosition) {
    readers[key].needed.advance(to: position)
  }

  /// The replica that is least behind; of several, that with the fewest reads.
  func bestReplica(at now: Instant) -> Int? {
    usableReplicas(at: now).min { isBetter($0, than: $1, at: now) }
  }

  func usableReplicas(at now: Instant) -> [Int] {
    replicas.indices.filter { trouble(of: $0, at: now) == nil }
  }

  func isBetter(_ first: Int, than second: Int, at now: Instant) -> Bool {
    let (lag, other) = (step(first, at: now), step(second, at: now))
    return lag != other ? lag < other : replicas[first].reading < replicas[second].reading
  }

  private func step(_ index: Int, at now: Instant) -> Int64 {
    lag(of: index, at: now).inNanoseconds / Self.lagStep.inNanoseconds
  }

  /// Whether a reader stays at home. While nothing is heard of the primary they do at any lag, as
  /// nobody could find out what they have to see elsewhere.
  private func isGood(_ home: ReaderTable.Home, besides best: Int, at now: Instant) -> Bool {
    replicas[home.index].generation == home.generation
      && trouble(of: home.index, at: now) == nil
      && (isSilent(at: now)
        || lag(of: home.index, at: now) <= lag(of: best, at: now) + Self.leadMin)
  }

  /// Whether a replica that goes on as it does will reach a position while a read can wait for it.
  private func mayReach(_ position: LogPosition, _ index: Int, at now: Instant) -> Bool {
    (moment(of: position) ?? now) + lag(of: index, at: now) <= now + Self.waitMax
  }
}
