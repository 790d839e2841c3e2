import EventLoop
import TestSupport
import Testing

@testable import Postgres

// MARK: - Reading the primary after a replica

extension ReplicaBoardTests {
  @Test("the primary is read again only when it shows all that a replica has shown")
  func aheadOfPrimary() {
    var board = board(replicas: [100])
    let shown = TransactionSnapshot(oldest: 12, end: 20)
    report(&board, 0, 100, snapshot: shown, at: 1)
    #expect(mayReadPrimary(&board))
    #expect(read(&board, at: 2) == 0)
    #expect(!mayReadPrimary(&board))
    sample(&board, 100, snapshot: .init(oldest: 12, end: 20, running: [12]), at: 3)
    #expect(!mayReadPrimary(&board), "the report was begun before the read")
    report(&board, 0, 100, snapshot: shown, at: 4)
    sample(&board, 100, snapshot: .init(oldest: 12, end: 20, running: [12, 15]), at: 5)
    #expect(!mayReadPrimary(&board), "15 may have been shown")
    report(&board, 0, 110, snapshot: .init(oldest: 12, end: 22), at: 6)
    sample(&board, 110, snapshot: .init(oldest: 12, end: 22, running: [12, 21]), at: 7)
    #expect(mayReadPrimary(&board), "12 is running on both, and 21 came later")
  }

  @Test("the primary is read again without the replica's word when what was running has ended")
  func settling() {
    var board = board(replicas: [100])
    sample(&board, 100, snapshot: .init(oldest: 5, end: 9, running: [5]), at: 1)
    #expect(read(&board, at: 2) == 0)
    board.opened(0, isPooled: false)
    sample(&board, 100, snapshot: .init(oldest: 7, end: 9, running: [7, 8]), at: 3)
    #expect(!mayReadPrimary(&board), "7 and 8 may have been shown")
    sample(&board, 100, snapshot: .init(oldest: 8, end: 12, running: [8, 10]), at: 4)
    #expect(!mayReadPrimary(&board), "8 is still running")
    sample(&board, 100, snapshot: .init(oldest: 10, end: 12, running: [10]), at: 5)
    #expect(mayReadPrimary(&board), "7 and 8 have ended, and 10 came later")
  }

  @Test("the newest transaction, which no snapshot lists, is waited for, too")
  func newestTransaction() {
    var board = board(replicas: [100])
    #expect(read(&board, at: 1) == 0)
    board.opened(0, isPooled: false)
    sample(&board, 100, snapshot: .init(oldest: 7, end: 7, next: 8), at: 2)
    sample(&board, 100, snapshot: .init(oldest: 7, end: 7, next: 8), at: 3)
    #expect(!mayReadPrimary(&board), "7 is running")
    sample(&board, 100, snapshot: .init(oldest: 7, end: 9, next: 9, running: [7]), at: 4)
    #expect(!mayReadPrimary(&board), "7 is still running, and listed now")
    sample(&board, 100, snapshot: .init(oldest: 9, end: 9, next: 10), at: 5)
    #expect(mayReadPrimary(&board), "9 came later")
  }

  @Test("transactions that the replica has running as well are not waited for")
  func overlapping() {
    var board = board(replicas: [100])
    #expect(read(&board, at: 1) == 0)
    report(&board, 0, 100, snapshot: .init(oldest: 12, end: 20), at: 2)
    let primary = TransactionSnapshot(oldest: 12, end: 20, running: [12, 15])
    sample(&board, 100, snapshot: primary, at: 3)
    #expect(!mayReadPrimary(&board), "15 may have been shown")
    #expect(board.running == [12, 15])
    report(&board, 0, 110, snapshot: .init(oldest: 12, end: 30, running: [12, 15]), at: 4)
    sample(&board, 100, snapshot: primary, at: 5)
    #expect(mayReadPrimary(&board), "what is running later was running then")
  }

  @Test("a reader waits for what replicas had shown when the wait began, and for nothing later")
  func listsMeanwhile() {
    var board = board(replicas: [100])
    #expect(read(&board, at: 1) == 0)
    let ahead = board.aheadOfPrimary(Self.reader)
    #expect(ahead.count == 1)
    report(&board, 0, 100, at: 2)
    #expect(read(&board, at: 3) == 0)
    #expect(board.stillAhead(ahead) == ahead)
    sample(&board, 100, at: 4)
    #expect(board.stillAhead(ahead).isEmpty)
    #expect(read(&board, at: 5) == 0)
    board.stopWaiting(Self.reader, for: ahead)
    #expect(!mayReadPrimary(&board), "only what was waited for is given up")
  }

  @Test("what is known of a reader who only lists does not grow")
  func onlyLists() {
    var board = board(replicas: [100])
    for step in 1...20 {
      board.opened(0, isPooled: false)
      report(&board, 0, 100, at: step)
      sample(&board, 100, at: step)
      sample(&board, 100, at: step)
      #expect(read(&board, at: step) == 0)
    }
    #expect(board.readers[Self.reader].shown.count == 1)
  }

  @Test("nobody waits for transactions that run for long")
  func longTransactions() {
    var board = board(replicas: [100])
    let long = TransactionSnapshot(oldest: 5, end: 9, running: [5, 6])
    sample(&board, 100, snapshot: long, at: 1)
    report(&board, 0, 100, at: 500)
    #expect(read(&board, at: 501) == 0)
    sample(&board, 100, snapshot: long, at: 502)
    sample(&board, 100, snapshot: long, at: 503)
    #expect(!mayReadPrimary(&board))
    sample(&board, 100, snapshot: long, at: 1_001)
    sample(&board, 100, snapshot: long, at: 1_002)
    #expect(mayReadPrimary(&board))
  }

  @Test("snapshots are read as the server writes them")
  func snapshots() {
    #expect(TransactionSnapshot("10:20:10,14") == .init(oldest: 10, end: 20, running: [10, 14]))
    #expect(TransactionSnapshot("7:7:") == .init(oldest: 7, end: 7))
    #expect(TransactionSnapshot("7:7:", later: 2) == .init(oldest: 7, end: 7, next: 9))
    for text in ["", "7", "7:7", "a:7:"] { #expect(TransactionSnapshot(text) == nil) }
  }

  @Test("what replicas have shown somebody is not forgotten with them")
  func forgettingShown() {
    var board = board(replicas: [100])
    #expect(read(&board, at: 1) == 0)
    for reader in 1_000..<1_000 + ReaderTable.readersMax {
      board.wrote(reader, before: Self.position(1))
    }
    #expect(!mayReadPrimary(&board))
  }

  @Test("the servers tell which transactions are running, also those that no snapshot lists")
  func runningTransactions() async throws {
    try await withDatabase { database, _ in
      let (own, before, after) = try await database.transaction {
        transaction throws(PostgresError) in
        let own = try await transaction.run("SELECT pg_current_xact_id()::text")[0].text(0)
        let before = try PrimaryReport(try await database.read(PrimaryReport.query)[0])
        // One that ends later brings the first one into the list.
        _ = try await database.write("SELECT pg_current_xact_id()")
        let after = try PrimaryReport(try await database.read(PrimaryReport.query)[0])
        let query = ReplicaReport.query(
          running: after.snapshot.running + [after.snapshot.next + 1_000_000])
        let report = try ReplicaReport(try await database.read(query)[0])
        return (UInt64(own), before.snapshot, (after.snapshot, report.snapshot))
      }
      let number = try #require(own)
      #expect(before.next > number)
      #expect(after.0.running.contains(number))
      #expect(after.1.running.contains(number))
      #expect(after.1.running.allSatisfy { $0 < after.1.end })
    }
  }
}
