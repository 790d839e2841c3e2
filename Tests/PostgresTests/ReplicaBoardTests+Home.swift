import Testing

@testable import Postgres

// MARK: - The replica that a reader stays with

extension ReplicaBoardTests {
  @Test("a reader may leave for another replica only when that has all that they saw at home")
  func leaving() {
    var board = board(replicas: [100, 90])
    #expect(read(&board, at: 1) == 0)
    board.failed(0)
    report(&board, 1, 100, at: 2)
    #expect(plan(&board, at: 3) == .wait(.unknownPosition), "nobody knows what home has shown")
    sample(&board, 105, at: 4)
    #expect(plan(&board, at: 5) == .wait(.behind))
    report(&board, 1, 105, at: 6)
    #expect(read(&board, at: 7) == 1)
    report(&board, 0, 105, at: 8)
    #expect(read(&board, at: 9) == 1)
  }

  @Test("a reader whose home was away for a moment goes on there")
  func returning() {
    var board = board(replicas: [100, 90])
    #expect(read(&board, at: 1) == 0)
    board.failed(0)
    report(&board, 1, 100, at: 2)
    #expect(plan(&board, at: 3) == .wait(.unknownPosition))
    report(&board, 0, 100, at: 4)
    #expect(read(&board, at: 5) == 0)
  }

  @Test("a reader leaves a home that falls behind, but not while the primary is away")
  func slowHome() {
    var board = board(replicas: [100, 90])
    #expect(read(&board, at: 1) == 0)
    sample(&board, 110, at: 10)
    sample(&board, 110, at: 100)
    report(&board, 0, 100, at: 499)
    report(&board, 1, 110, at: 499)
    #expect(board.lag(of: 0, at: Self.at(499)) == .milliseconds(90))
    #expect(read(&board, at: 500) == 0, "nothing has been heard of the primary for 400 ms")
    #expect(plan(&board, at: 499) == .wait(.unknownPosition))
    sample(&board, 110, at: 501)
    #expect(read(&board, at: 502) == 1)
  }

  @Test("a read that was under way when its reader left home counts as one elsewhere")
  func lateAnswer() {
    var board = board(replicas: [100, 100])
    guard case .read(let home, let generation) = plan(&board, at: 1) else {
      Issue.record("no replica")
      return
    }
    board.failed(home)
    #expect(read(&board, at: 2) == 1 - home, "nothing has been seen at home yet")
    let isUsable = board.finished(
      Self.reader, on: home, generation: generation, succeeded: true)
    #expect(isUsable)
    #expect(plan(&board, at: 3) == .wait(.unknownPosition))
  }
}
