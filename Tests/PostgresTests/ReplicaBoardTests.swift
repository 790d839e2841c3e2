import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("What is known of replicas and their readers")
struct ReplicaBoardTests {
  static let start = Instant(nanoseconds: 1_000_000_000_000)
  static let reader = 7

  static func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

  static func position(_ place: UInt64, timeline: UInt32 = 1) -> LogPosition {
    LogPosition(timeline: timeline, place: place)
  }

  /// A primary and replicas that have reached these places.
  func board(primary: UInt64 = 100, replicas: [UInt64]) -> ReplicaBoard {
    var board = ReplicaBoard(count: replicas.count, lagMax: .seconds(1))
    sample(&board, primary, at: 0)
    for (index, place) in replicas.enumerated() { report(&board, index, place, at: 0) }
    return board
  }

  @discardableResult
  func sample(
    _ board: inout ReplicaBoard, _ place: UInt64, timeline: UInt32 = 1,
    snapshot: TransactionSnapshot = .quiet, at milliseconds: Int
  ) -> Bool {
    let number = board.beginSample()
    return board.sampled(
      PrimaryReport(at: Self.position(place, timeline: timeline), snapshot: snapshot),
      number: number, at: Self.at(milliseconds))
  }

  func report(
    _ board: inout ReplicaBoard, _ index: Int, _ place: UInt64, timeline: UInt32 = 1,
    isStandby: Bool = true, identity: String = "1", startedAt: String = "1",
    snapshot: TransactionSnapshot = .quiet, at milliseconds: Int
  ) {
    let begun = board.beginReport(index)
    board.reported(
      index,
      ReplicaReport(
        isStandby: isStandby, reached: Self.position(place, timeline: timeline),
        identity: identity, startedAt: startedAt, snapshot: snapshot),
      begun, at: Self.at(milliseconds))
  }

  /// Plans a read, and ends it at once; the replica, or nil.
  func read(
    _ board: inout ReplicaBoard, _ reader: Int = Self.reader, at milliseconds: Int
  ) -> Int? {
    guard case .read(let index, let generation) = plan(&board, reader, at: milliseconds) else {
      return nil
    }
    let isUsable = board.finished(reader, on: index, generation: generation, succeeded: true)
    return isUsable ? index : nil
  }

  func mayReadPrimary(_ board: inout ReplicaBoard) -> Bool {
    board.aheadOfPrimary(Self.reader).isEmpty
  }

  /// The first look of a read.
  func plan(
    _ board: inout ReplicaBoard, _ reader: Int = Self.reader, wanting wanted: UInt64? = nil,
    at milliseconds: Int
  ) -> ReplicaBoard.Plan {
    let need = board.need(of: reader, wanting: wanted.map { Self.position($0) })
    return board.plan(for: reader, need, at: Self.at(milliseconds))
  }

  // MARK: - Which replicas

  @Test("a reader goes to the replica that is least behind, and stays there")
  func least() {
    var board = board(replicas: [50, 100])
    #expect(read(&board, at: 100) == 1)
    report(&board, 0, 100, at: 110)
    report(&board, 1, 100, at: 110)
    #expect(read(&board, at: 120) == 1)
  }

  @Test(
    "one that is away, too far behind, no standby, of other data or behind a pooler is left out")
  func leftOut() {
    var board = board(primary: 50, replicas: [50])
    sample(&board, 100, at: 0)
    #expect(board.trouble(of: 0, at: Self.at(500)) == nil)
    report(&board, 0, 50, at: 1_000)
    sample(&board, 100, at: 1_001)
    #expect(board.lag(of: 0, at: Self.at(1_002)) == .milliseconds(1_001))
    #expect(board.trouble(of: 0, at: Self.at(1_002)) == .lag)
    report(&board, 0, 100, at: 1_100)
    #expect(board.trouble(of: 0, at: Self.at(1_101)) == nil)
    #expect(board.trouble(of: 0, at: Self.at(2_000)) == .unreachable)
    report(&board, 0, 100, isStandby: false, at: 2_000)
    #expect(board.trouble(of: 0, at: Self.at(2_000)) == .notStandby)
    report(&board, 0, 100, identity: "2", at: 2_000)
    #expect(board.trouble(of: 0, at: Self.at(2_000)) == .otherDatabase)
    board.opened(0, isPooled: true)
    report(&board, 0, 100, at: 2_000)
    #expect(board.trouble(of: 0, at: Self.at(2_000)) == .behindPooler)
    #expect(plan(&board, at: 2_000) == .primary(.noReplica))
  }

  @Test("one that was close enough behind the primary is used for as long as the primary is away")
  func primaryAway() {
    var board = board(replicas: [100, 100, 100])
    sample(&board, 110, at: 500)
    sample(&board, 120, at: 1_400)
    let (hour, places) = (3_600_000, [100, 110, 120] as [UInt64])
    for (index, place) in places.enumerated() { report(&board, index, place, at: hour) }
    let lags = (0...2).map { board.lag(of: $0, at: Self.at(hour)) }
    #expect(lags == [.milliseconds(900), .zero, .zero])
    #expect(board.trouble(of: 0, at: Self.at(hour)) == nil)
    #expect(read(&board, at: hour) == 1, "the first is further behind")
    board.committed(at: Self.position(200), Self.at(hour))
    #expect(board.trouble(of: 0, at: Self.at(hour)) == .lag, "it has been heard of again")
  }

  @Test(
    "one stands in for a primary that has not been heard of, for a minute",
    arguments: [(0, nil), (399, nil), (400, 0), (60_000, 0), (60_001, nil)])
  func standIn(silence: Int, index: Int?) {
    var board = board(replicas: [100, 100, 100])
    sample(&board, 110, at: 500)
    let now = 500 + silence
    for (index, place) in ([100, 110, 90] as [UInt64]).enumerated() {
      report(&board, index, place, at: now)
    }
    #expect(board.standIns(at: Self.at(now)).first?.index == index)
    report(&board, 0, 110, isStandby: false, at: now)
    #expect(board.standIns(at: Self.at(now)).map(\.index) == (index == nil ? [] : [1, 2]))
    for index in 0..<3 { board.failed(index) }
    #expect(board.standIns(at: Self.at(now)).isEmpty)
  }

  @Test("one is not used until it has reached a place that the primary is known to have been at")
  func unknownLag() {
    var board = board(replicas: [50, 50])
    #expect(board.trouble(of: 0, at: Self.at(1)) == .lag, "it may be hours behind")
    report(&board, 0, 100, at: 2)
    sample(&board, 110, at: 2)
    #expect(board.trouble(of: 0, at: Self.at(3)) == nil)
    board.opened(0, isPooled: false)
    sample(&board, 120, at: 3)
    report(&board, 0, 90, at: 4)
    #expect(board.trouble(of: 0, at: Self.at(4)) == .lag, "it came back behind where it was")
    report(&board, 0, 100, at: 5)
    #expect(board.trouble(of: 0, at: Self.at(5)) == nil)
  }

  @Test("the lag of one that does not report grows as the primary goes on, and with nothing else")
  func silentReplica() {
    var board = board(replicas: [100])
    board.failed(0)
    sample(&board, 100, at: 1_000)
    #expect(board.lag(of: 0, at: Self.at(1_100)) == .zero)
    sample(&board, 110, at: 1_200)
    #expect(board.lag(of: 0, at: Self.at(1_500)) == .zero, "the primary may have ended then")
    sample(&board, 110, at: 1_500)
    #expect(board.lag(of: 0, at: Self.at(1_500)) == .milliseconds(300))
    report(&board, 0, 110, at: 1_500)
    #expect(board.lag(of: 0, at: Self.at(1_500)) == .zero)
  }

  @Test("one that has not followed to a new timeline is not used, however far it has come")
  func timelines() {
    var board = board(replicas: [200])
    board.committed(at: Self.position(150, timeline: 2), Self.at(0))
    #expect(board.trouble(of: 0, at: Self.at(1)) == .otherTimeline)
    #expect(!sample(&board, 300, timeline: 1, at: 2))
    #expect(sample(&board, 160, timeline: 2, at: 3))
    #expect(board.trouble(of: 0, at: Self.at(4)) == .otherTimeline)
    report(&board, 0, 160, timeline: 2, at: 5)
    #expect(board.trouble(of: 0, at: Self.at(6)) == nil)
  }

  @Test("a timeline is followed until the server is started again, whatever it can tell of it")
  func knownTimeline() {
    var board = board(replicas: [100])
    #expect(sample(&board, 110, timeline: 2, at: 1))
    report(&board, 0, 110, timeline: 2, at: 2)
    board.opened(0, isPooled: false)
    report(&board, 0, 110, timeline: 1, at: 3)
    #expect(board.trouble(of: 0, at: Self.at(4)) == nil, "its receiver has ended")
    report(&board, 0, 110, timeline: 1, startedAt: "2", at: 5)
    #expect(board.trouble(of: 0, at: Self.at(6)) == .otherTimeline, "its data may be others")
  }

  @Test("the lag is told even when the sample that is missing is no longer kept")
  func longLag() {
    var board = board(primary: 10, replicas: [10])
    for step in 1...3 * ReplicaBoard.samplesMax {
      sample(&board, 10 + UInt64(step), at: step)
      report(&board, 0, 10, at: step)
    }
    let end = 3 * ReplicaBoard.samplesMax
    let lag = board.lag(of: 0, at: Self.at(end))
    #expect(lag > .milliseconds(end - 20) && lag < .milliseconds(end))
  }

  @Test("a lag that does not change is told as it is, however long and often samples are taken")
  func steadyLag() {
    var board = ReplicaBoard(count: 1, lagMax: .seconds(10))
    for step in 0...10_000 {
      sample(&board, UInt64(100 + step), at: 2 * step)
      if step >= 4_000 { report(&board, 0, UInt64(100 + step - 4_000), at: 2 * step) }
    }
    let lag = board.lag(of: 0, at: Self.at(20_000))
    #expect(lag > .milliseconds(7_800) && lag <= .milliseconds(8_000), "\(lag)")
    #expect(board.trouble(of: 0, at: Self.at(20_000)) == nil)
  }

  @Test("while the primary cannot be asked, what was committed there tells the lag")
  func unsampledCommits() {
    var board = board(replicas: [100])
    board.committed(at: Self.position(110), Self.at(1_000))
    board.committed(at: Self.position(120), Self.at(2_100))
    report(&board, 0, 105, at: 2_100)
    #expect(board.lag(of: 0, at: Self.at(1_100)) == .zero, "a sample may be under way")
    #expect(board.lag(of: 0, at: Self.at(2_100)) == .milliseconds(1_100))
    #expect(board.trouble(of: 0, at: Self.at(2_100)) == .lag)
    report(&board, 0, 110, at: 2_200)
    #expect(board.lag(of: 0, at: Self.at(2_200)) == .zero)
  }

  @Test("what a failed primary lost does not keep a replica of the new one behind")
  func lostTail() {
    var board = board(primary: 1_000, replicas: [900])
    #expect(sample(&board, 950, timeline: 2, at: 10))
    report(&board, 0, 950, timeline: 2, at: 20)
    #expect(board.lag(of: 0, at: Self.at(500)) == .zero)
  }

  // MARK: - What a reader has to see

  @Test("a read waits for the reader's own write, and for a position that it names")
  func ownWrites() {
    var board = board(replicas: [100])
    board.wrote(Self.reader, before: Self.position(120))
    #expect(self.plan(&board, at: 1) == .wait(.behind))
    #expect(read(&board, 8, at: 1) == 0, "others need not wait")
    #expect(plan(&board, 8, wanting: 120, at: 1) == .wait(.behind))
    report(&board, 0, 120, at: 2)
    #expect(read(&board, at: 3) == 0)
  }

  @Test("a read waits for what its reader knew when it began, and for nothing later")
  func busyReader() {
    var board = board(replicas: [100])
    board.sawPrimary(Self.reader)
    board.wrote(Self.reader, before: Self.position(105))
    let need = board.need(of: Self.reader, wanting: nil)
    let number = board.beginSample()
    board.sawPrimary(Self.reader)
    board.wrote(Self.reader, before: Self.position(200))
    _ = board.sampled(
      PrimaryReport(at: Self.position(110)), number: number, at: Self.at(1))
    report(&board, 0, 110, at: 2)
    #expect(
      board.plan(for: Self.reader, need, at: Self.at(3)) == .read(index: 0, generation: 0))
    #expect(plan(&board, at: 3) == .wait(.unknownPosition), "what came later is needed next")
    sample(&board, 210, at: 4)
    report(&board, 0, 150, at: 5)
    #expect(plan(&board, at: 6) == .wait(.behind))
    report(&board, 0, 210, at: 7)
    #expect(read(&board, at: 8) == 0)
  }

  @Test("a position that the primary has not reached is not waited for")
  func inventedPosition() {
    var board = board(replicas: [100])
    let need = board.need(of: Self.reader, wanting: Self.position(.max))
    #expect(board.plan(for: Self.reader, need, at: Self.at(1)) == .wait(.behind))
    sample(&board, 100, at: 2)
    #expect(board.plan(for: Self.reader, need, at: Self.at(3)) == .primary(.behind))
  }

  @Test("a read does not wait for a replica that will be late")
  func hopeless() {
    var board = board(primary: 50, replicas: [50])
    sample(&board, 100, at: 0)
    sample(&board, 120, at: 90)
    board.wrote(Self.reader, before: Self.position(120))
    #expect(plan(&board, at: 100) == .primary(.behind))
  }

  @Test("after a read of the primary, a sample that was begun later says what is needed")
  func afterPrimary() {
    var board = board(replicas: [100])
    #expect(read(&board, at: 1) == 0)
    let early = board.beginSample()
    board.sawPrimary(Self.reader)
    #expect(plan(&board, at: 2) == .wait(.unknownPosition))
    _ = board.sampled(
      PrimaryReport(at: Self.position(100)), number: early, at: Self.at(2))
    #expect(plan(&board, at: 3) == .wait(.unknownPosition), "it was begun before the read ended")
    sample(&board, 110, at: 4)
    sample(&board, 130, at: 5)
    #expect(plan(&board, at: 6) == .wait(.behind))
    report(&board, 0, 110, at: 7)
    #expect(read(&board, at: 8) == 0, "the first sample is enough")
  }

  @Test("a replica that came back is another one: its answers and reports from before are void")
  func generations() {
    var board = board(replicas: [100])
    guard case .read(let index, let generation) = plan(&board, at: 1) else {
      Issue.record("no replica")
      return
    }
    let begun = board.beginReport(0)
    board.opened(index, isPooled: false)
    let isUsable = board.finished(
      Self.reader, on: index, generation: generation, succeeded: true)
    #expect(!isUsable)
    board.reported(
      index,
      ReplicaReport(
        isStandby: true, reached: Self.position(100), identity: "1", startedAt: "1",
        snapshot: .quiet), begun,
      at: Self.at(2))
    #expect(board.trouble(of: 0, at: Self.at(2)) == .unreachable)
    report(&board, 0, 100, at: 3)
    #expect(read(&board, at: 4) == 0)
  }

  @Test("what is forgotten of readers is needed by all who are not remembered")
  func forgetting() {
    var board = board(replicas: [100])
    board.wrote(Self.reader, before: Self.position(120))
    for reader in 1_000..<1_000 + ReaderTable.readersMax {
      board.wrote(reader, before: Self.position(1))
    }
    #expect(board.readers.count <= ReaderTable.readersMax)
    #expect(plan(&board, at: 1) == .wait(.behind))
  }
}

extension TransactionSnapshot {
  /// Nothing was running.
  static let quiet = TransactionSnapshot(oldest: 1, end: 1)
}

extension PrimaryReport {
  /// What a primary says of itself at a position.
  init(at position: LogPosition, snapshot: TransactionSnapshot = .quiet) {
    self.init(
      position: position, identity: "1", pageBytes: LogPosition.pageBytes, snapshot: snapshot)
  }
}
