import OrderService
import Orders
import Testing

@Suite("A database that is away")
struct DatabaseRetryTests {
  private final class Time {
    var now = Duration.seconds(7)
    var attempts = 0
  }

  private func trying(_ outcome: (Time) throws -> Int) async -> (Result<Int, any Error>, Time) {
    let time = Time()
    let retry = DatabaseRetry(now: { time.now }, pause: { time.now += $0 })
    do {
      let value = try await retry.run {
        time.attempts += 1
        return try outcome(time)
      }
      return (.success(value), time)
    } catch {
      return (.failure(error), time)
    }
  }

  @Test("asks again until it is back")
  func back() async throws {
    let (result, time) = await trying { time in
      if time.now < .seconds(8) { throw OrderError.unavailable }
      return time.attempts
    }

    #expect(try result.get() == time.attempts && time.attempts > 2)
  }

  @Test("ends after two seconds, however long each attempt takes")
  func over() async {
    for attempt in [Duration.zero, .milliseconds(300), .seconds(3)] {
      let (result, time) = await trying { time in
        time.now += attempt
        throw OrderError.unavailable
      }

      #expect(throws: OrderError.unavailable) { try result.get() }
      #expect(time.now <= .seconds(9) + attempt, "no attempt begins later")
    }
  }

  @Test(
    "asks once where an answer came, or where it may have happened",
    arguments: [OrderError.outcomeUnknown(detail: ""), .outOfStock([]), .unknownOrder])
  func answered(_ error: OrderError) async {
    let (_, time) = await trying { _ in throw error }

    #expect(time.attempts == 1 && time.now == .seconds(7))
  }
}
