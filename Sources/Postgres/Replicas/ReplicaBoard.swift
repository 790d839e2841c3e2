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
    /// When the first position that it has not reached was the primary's; nil when it has all.
    var behindSince: Instant?
    var isPooled = false
    /// Reads on it that are under way.
    var reading = 0
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
  /// A replica whose last report is older is taken to be away.
  static let reportAgeMax = Duration.milliseconds(600)

  let lagMax: Duration
  var replicas: [Replica]
  private var samples: [Sample] = []
  /// How many samples were begun.
  private(set) var samplesBegun = 0
  private var primary: PrimaryReport?
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
    timeline = report.position.timeline
    if let last = samples.last, last.position == report.position {
      samples[samples.count - 1].number = number
      return true
    }
    if samples.count == Self.samplesMax { samples.removeFirst(Self.samplesMax / 2) }
    samples.append(Sample(number: number, at: moment, position: report.position))
    for index in replicas.indices { updateLag(of: index) }
    return true
  }

  /// A commit was acknowledged at this position.
  mutating func committed(at position: LogPosition) {
    timeline = max(timeline, position.timeline)
  }

  /// A connection to the replica was opened, and has not been used yet.
  mutating func opened(_ index: Int, isPooled: Bool) {
    replicas[index].generation += 1
    replicas[index].report = nil
    replicas[index].isPooled = isPooled
  }

  /// What the replica said when it was asked at `moment`, in that generation.
  mutating func reported(
    _ index: Int, _ report: ReplicaReport, generation: Int, at moment: Instant
  ) {
    guard replicas[index].generation == generation else { return }
    replicas[index].report = report
    replicas[index].reportedAt = moment
    updateLag(of: index)
  }

  /// The replica could not be asked.
  mutating func failed(_ index: Int) { replicas[index].report = nil }

  /// Samples that are no longer kept were found before those that are.
  private mutating func updateLag(of index: Int) {
    guard let reached = replicas[index].report?.reached else { return }
    guard let first = samples.firstIndex(where: { !reached.covers($0.position) }) else {
      replicas[index].behindSince = nil
      return
    }
    if first > 0 || replicas[index].behindSince == nil {
      replicas[index].behindSince = samples[first].at
    }
  }
}

// MARK: - Which replicas can be used

extension ReplicaBoard {
  /// How far a replica is behind, as far as is known.
  func lag(of index: Int, at now: Instant) -> Duration {
    replicas[index].behindSince.map { max(.zero, now - $0) } ?? .zero
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
    return lag(of: index, at: now) > lagMax ? .lag : nil
  }

  /// The first sample that was begun with this number or later, and has arrived.
  func sample(from number: Int) -> Sample? {
    // The one that is looked for is nearly always among the last.
    guard let last = samples.last, last.number >= number else { return nil }
    var index = samples.count - 1
    while index > 0, samples[index - 1].number >= number { index -= 1 }
    return samples[index]
  }

  /// When the primary was found to have reached a position; nil when it was not found to.
  func moment(of position: LogPosition) -> Instant? {
    samples.first { $0.position.covers(position) }?.at
  }
}

/// What a primary says of itself.
struct PrimaryReport {
  let position: LogPosition
  /// Which database of which cluster it is.
  let identity: String
  let pageBytes: UInt64

  static let query: SQL = """
    SELECT \(LogPosition.endOfLog), \(identityColumn), current_setting('wal_block_size')::int
    """

  fileprivate static let identityColumn: SQL = """
    concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
              (SELECT oid FROM pg_database WHERE datname = current_database()))
    """

  init(_ row: Row) throws(PostgresError) {
    position = try LogPosition(endOfLog: row)
    identity = try row.text(2)
    pageBytes = UInt64(try row.int(3))
  }

  init(position: LogPosition, identity: String, pageBytes: UInt64 = LogPosition.pageBytes) {
    self.position = position
    self.identity = identity
    self.pageBytes = pageBytes
  }
}

/// What a replica says of itself.
struct ReplicaReport {
  let isStandby: Bool
  /// What it has replayed, on the timeline that it is known to follow.
  let reached: LogPosition
  let identity: String

  /// The timeline of the last restart point is one that was replayed. That of the receiver is known
  /// sooner, but only to roles that may read all statistics: a standby receives a timeline only
  /// when what it has replayed is part of it.
  static let query: SQL = """
    SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn()::text, '0/0'),
           greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                    (SELECT received_tli FROM pg_stat_wal_receiver)),
           \(PrimaryReport.identityColumn)
    """

  init(_ row: Row) throws(PostgresError) {
    isStandby = try row.bool(0)
    reached = try LogPosition(replayed: try row.text(1), timeline: try row.int(2), in: row)
    identity = try row.text(3)
  }

  init(isStandby: Bool = true, reached: LogPosition, identity: String) {
    self.isStandby = isStandby
    self.reached = reached
    self.identity = identity
  }
}
