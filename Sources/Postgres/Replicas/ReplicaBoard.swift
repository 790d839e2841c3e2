import EventLoop

/// What is known of the primary and its replicas, and what each reader needs: a value, so that
/// tests can drive it.
struct ReplicaBoard {
  /// Why a replica is not used.
  enum Trouble: String, CaseIterable, Sendable {
    case unreachable
    /// Nobody knows yet what the replica has to be compared with.
    case noPrimary = "the primary is not known"
    /// A pooler could lend us another server at any moment.
    case behindPooler = "behind a pooler"
    /// It is not a standby, so nobody can tell how old its data is.
    case notStandby = "no standby"
    case otherDatabase = "another database"
    case otherTimeline = "another timeline"
    case lag = "too far behind"
  }

  struct Replica {
    /// Grows with each connection that is opened. A server that has come back may be behind where
    /// it was, and then all its connections are new; within a generation its time only goes on.
    var generation = 0
    /// Its last report of this generation.
    var report: ReplicaReport?
    var reportedAt = Instant(nanoseconds: 0)
    /// What it had replayed when it reported last, also when it has been away since, and when it
    /// had been started.
    var reached: LogPosition?
    var startedAt = ""
    /// When the first position that it has not reached was the primary's; nil when it has all.
    var behindSince: Instant?
    /// Whether it has reached a position that is known. Until then nobody knows how old its data
    /// is.
    var hasCaughtUp = false
    var isPooled = false
    /// Reads on it that are under way.
    var reading = 0
    /// How many reports were asked for.
    var reportsBegun = 0
    /// The number of the last report of which the primary shows everything.
    var confirmed = 0
    /// The report that is to be confirmed next, and the newest one.
    var unconfirmed: (number: Int, snapshot: TransactionSnapshot)?
    var newest: (number: Int, snapshot: TransactionSnapshot)?
  }

  struct Sample {
    /// The number of the last sample that found this position.
    var number: Int
    /// When the primary was first found there.
    let at: Instant
    let position: LogPosition
  }

  /// What is kept of positions of the primary; more than a monitor finds in a second.
  static let samplesMax = 1_024
  /// How many milestones there are in `lagMax`, and altogether.
  private static let (milestonesEach, milestonesMax) = (64, 256)
  /// A replica whose last report is older is taken to be away.
  static let reportAgeMax = Duration.milliseconds(600)
  /// How long nothing is heard of a primary that is taken to be away. An idle monitor looks every
  /// 200 ms.
  static let silenceMin = Duration.milliseconds(400)
  /// How long a replica stands in for it. After that a fail-over is over, and a replica that is cut
  /// off, too, would show what was long ago.
  static let standInMax = Duration.seconds(60)

  let lagMax: Duration
  var replicas: [Replica]
  private var samples: [Sample] = []
  /// Some of them, from which lags are told: they reach back further, at least for twice `lagMax`.
  private var milestones: [Sample] = []
  /// When the primary was last known to be there.
  private var heardAt = Instant(nanoseconds: 0)
  /// How many samples were begun.
  private(set) var samplesBegun = 0
  private var primary: PrimaryReport?
  /// Since when each transaction of the primary is known to run.
  private var runningSince: [UInt64: Instant] = [:]
  /// The number of the last sample of which all transactions that were running have ended.
  private(set) var settled = 0
  /// The sample of which that is to be found out next.
  private var unsettled: (number: Int, snapshot: TransactionSnapshot, at: Instant)?
  /// What is running on the primary, as far as somebody waits for it.
  private(set) var running: [UInt64] = []
  /// The first commit that no sample can have found yet.
  private var unsampled: (position: LogPosition, at: Instant)?
  /// The newest timeline that is known.
  private var timeline: UInt32 = 0
  var readers = ReaderTable()

  init(count: Int, lagMax: Duration) {
    replicas = Array(repeating: Replica(), count: count)
    self.lagMax = lagMax
  }

  /// The number of the first sample that will be begun after this moment.
  var nextSample: Int { samplesBegun + 1 }
}

// MARK: - What servers report

extension ReplicaBoard {
  /// The number of a sample that is begun now.
  mutating func beginSample() -> Int {
    samplesBegun += 1
    return samplesBegun
  }

  /// Where the primary was found. False when it is one of a past timeline, which somebody else has
  /// taken over from.
  mutating func sampled(_ report: PrimaryReport, number: Int, at moment: Instant) -> Bool {
    guard report.position.timeline >= timeline else { return false }
    primary = report
    heardAt = max(heardAt, moment)
    timeline = report.position.timeline
    let snapshot = withoutLong(report.snapshot, at: moment)
    for index in replicas.indices { replicas[index].confirm(by: snapshot) }
    settle(by: snapshot, number: number, at: moment)
    running = snapshot.running
    if let unsampled, unsampled.at <= moment || report.position.covers(unsampled.position) {
      self.unsampled = nil
    }
    // What a primary that has failed had written and nobody else has, no replica will reach.
    if let last = samples.last, !report.position.continues(last.position) {
      (samples, milestones) = ([], [])
    }
    if let last = samples.last, last.position == report.position {
      samples[samples.count - 1].number = number
      return true
    }
    if samples.count == Self.samplesMax { samples.removeFirst(Self.samplesMax / 2) }
    let sample = Sample(number: number, at: moment, position: report.position)
    samples.append(sample)
    keepMilestone(sample)
    for index in replicas.indices { updateLag(of: index) }
    return true
  }

  private mutating func keepMilestone(_ sample: Sample) {
    if let last = milestones.last, sample.at - last.at < lagMax / Self.milestonesEach { return }
    if milestones.count == Self.milestonesMax {
      milestones.removeFirst(Self.milestonesMax / 2)
    }
    milestones.append(sample)
  }

  /// A snapshot without the transactions that have been running for as long as a read waits: nobody
  /// waits for the end of an import.
  private mutating func withoutLong(
    _ snapshot: TransactionSnapshot, at moment: Instant
  ) -> TransactionSnapshot {
    var since: [UInt64: Instant] = [:]
    for transaction in snapshot.running {
      since[transaction] = runningSince[transaction] ?? moment
    }
    runningSince = since
    return TransactionSnapshot(
      oldest: snapshot.oldest, end: snapshot.end, next: snapshot.next,
      running: snapshot.running.filter { moment - since[$0]! < Self.settleMax })
  }

  private mutating func settle(
    by snapshot: TransactionSnapshot, number: Int, at moment: Instant
  ) {
    if let unsettled {
      guard snapshot.showsEnd(of: unsettled.snapshot) || moment - unsettled.at >= Self.settleMax
      else { return }
      settled = unsettled.number
    }
    unsettled = snapshot.isQuiet ? nil : (number, snapshot, moment)
    if unsettled == nil { settled = number }
  }

  /// A commit was acknowledged at this position.
  mutating func committed(at position: LogPosition, _ moment: Instant) {
    timeline = max(timeline, position.timeline)
    heardAt = max(heardAt, moment)
    if unsampled == nil { unsampled = (position, moment) }
  }

  /// A connection to the replica was opened, and has not been used yet.
  mutating func opened(_ index: Int, isPooled: Bool) {
    replicas[index].generation += 1
    replicas[index].report = nil
    replicas[index].hasCaughtUp = false
    replicas[index].unconfirmed = nil
    replicas[index].isPooled = isPooled
  }

  /// Begins to ask a replica; returns its generation, and the number of the report.
  mutating func beginReport(_ index: Int) -> (generation: Int, number: Int) {
    replicas[index].reportsBegun += 1
    return (replicas[index].generation, replicas[index].reportsBegun)
  }

  /// What the replica said when it was asked at `moment`.
  mutating func reported(
    _ index: Int, _ report: ReplicaReport, _ begun: (generation: Int, number: Int),
    at moment: Instant
  ) {
    guard replicas[index].generation == begun.generation else { return }
    var report = report
    // While a primary is away there is no receiver that would tell. What a server has followed it
    // follows until it is started again.
    if let reached = replicas[index].reached, replicas[index].startedAt == report.startedAt {
      report.reached.timeline = max(report.reached.timeline, reached.timeline)
    }
    replicas[index].startedAt = report.startedAt
    let newest = (begun.number, report.snapshot)
    replicas[index].newest = newest
    replicas[index].unconfirmed?.snapshot.learn(from: report.snapshot)
    if replicas[index].unconfirmed == nil { replicas[index].unconfirmed = newest }
    replicas[index].report = report
    replicas[index].reached = report.reached
    replicas[index].reportedAt = moment
    updateLag(of: index)
  }

  /// The replica could not be asked.
  mutating func failed(_ index: Int) { replicas[index].report = nil }

  /// Compares what the replica has reached with what is known of the primary. One that does not
  /// report stays where it was, so its lag grows as the primary goes on.
  private mutating func updateLag(of index: Int) {
    guard let reached = replicas[index].reached else { return }
    func isMissing(_ sample: Sample) -> Bool { !reached.covers(sample.position) }
    let isRecent = samples.first.map { !isMissing($0) } ?? false
    let first =
      (isRecent ? nil : milestones.first(where: isMissing)) ?? samples.first(where: isMissing)
    replicas[index].behindSince = first?.at
    if replicas[index].report != nil, let oldest = milestones.first, !isMissing(oldest) {
      replicas[index].hasCaughtUp = true
    }
  }
}

// MARK: - Which replicas can be used

extension ReplicaBoard {
  /// Whether the primary is taken to be away.
  func isSilent(at now: Instant) -> Bool { now - heardAt >= Self.silenceMin }

  /// The replicas that stand in for the primary while that may be away, the best first; none when
  /// the primary has just been heard of.
  func standIns(at now: Instant) -> [(index: Int, generation: Int)] {
    guard isSilent(at: now), now - heardAt <= Self.standInMax else { return [] }
    return usableReplicas(at: now).sorted { isBetter($0, than: $1, at: now) }
      .map { ($0, replicas[$0].generation) }
  }

  /// How far a replica was behind when the primary was last heard of. While nothing is heard of it
  /// that does not grow: a replica may never get what a primary had written last.
  func lag(of index: Int, at now: Instant) -> Duration {
    if let since = replicas[index].behindSince { return max(.zero, heardAt - since) }
    // While the primary cannot be asked, what was committed there still tells.
    guard let unsampled, now - unsampled.at > Self.reportAgeMax,
      let reached = replicas[index].reached, !reached.covers(unsampled.position)
    else { return .zero }
    return heardAt - unsampled.at
  }

  /// Why a replica is not used; nil when it is.
  func trouble(of index: Int, at now: Instant) -> Trouble? {
    let replica = replicas[index]
    guard !replica.isPooled else { return .behindPooler }
    guard let report = replica.report, now - replica.reportedAt <= Self.reportAgeMax else {
      return .unreachable
    }
    guard report.isStandby else { return .notStandby }
    guard let primary else { return .noPrimary }
    guard primary.pageBytes == LogPosition.pageBytes,
      report.identity == primary.identity
    else { return .otherDatabase }
    guard report.reached.timeline == timeline else { return .otherTimeline }
    return !replica.hasCaughtUp || lag(of: index, at: now) > lagMax ? .lag : nil
  }

  /// The first sample that was begun with this number or later, and has arrived.
  func sample(from number: Int) -> Sample? {
    // The one that is looked for is nearly always among the last.
    guard let last = samples.last, last.number >= number else { return nil }
    var index = samples.count - 1
    while index > 0, samples[index - 1].number >= number { index -= 1 }
    return samples[index]
  }

  /// Whether the primary, asked by the sample of this number or later, had not reached a position.
  func isBeyondPrimary(_ position: LogPosition, since number: Int) -> Bool {
    guard let last = samples.last, last.number >= number else { return false }
    return !last.position.covers(position)
  }

  /// When the primary was found to have reached a position; nil when it was not found to.
  func moment(of position: LogPosition) -> Instant? {
    samples.first { $0.position.covers(position) }?.at
  }
}

extension ReplicaBoard.Replica {
  /// The primary, asked after the reports had come, shows this.
  fileprivate mutating func confirm(by primary: TransactionSnapshot) {
    guard let unconfirmed, let newest else { return }
    if primary.shows(allOf: newest.snapshot) {
      confirmed = newest.number
      self.unconfirmed = nil
    } else if primary.shows(allOf: unconfirmed.snapshot) {
      // The newest report may always be ahead of the primary a little.
      confirmed = unconfirmed.number
      self.unconfirmed = newest.number > confirmed ? newest : nil
    }
  }
}
