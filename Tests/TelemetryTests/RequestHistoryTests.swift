import Synchronization
import Testing

@testable import Telemetry

@Suite("The requests of the last hour")
struct RequestHistoryTests {
  private static func key(_ status: Int, _ route: String = "/orders") -> RequestFigures.Key {
    RequestFigures.Key(site: "main", route: route, method: "GET", status: status)
  }

  @Test("are those between two samples, of all loops, that are wanted")
  func samples() {
    let loops = [RequestFigures(), RequestFigures()]
    let history = RequestHistory()
    history.take(atMilliseconds: 0)
    #expect(history.samples.isEmpty, "there is nothing to read yet")
    history.observe { RequestFigures.sum(loops) { $0.route != "/livez" } }

    loops[0].count(Self.key(200), nanoseconds: 3_000_000)
    loops[1].count(Self.key(503), nanoseconds: 3_000_000)
    loops[0].count(Self.key(200, "/livez"), nanoseconds: 9_000_000_000)
    history.take(atMilliseconds: 15_000)
    history.take(atMilliseconds: 30_000)
    loops[1].count(Self.key(404), nanoseconds: 500_000)
    history.take(atMilliseconds: 45_000)

    let samples = history.samples
    #expect(samples.map(\.milliseconds) == [15_000, 30_000, 45_000])
    #expect(samples.map(\.requests) == [2, 0, 1] && samples.map(\.errors) == [1, 0, 0])
    #expect(samples.map(\.mean) == [3_000, nil, 500])
    #expect(samples[1].median == nil && samples[1].percentile99 == nil)
  }

  @Test("are an hour of them, the oldest first")
  func ring() {
    let history = RequestHistory()
    history.observe { RequestFigures.Sum() }
    for number in 1...RequestHistory.countMax + 3 {
      history.take(atMilliseconds: Int64(number))
    }

    let moments = history.samples.map(\.milliseconds)
    #expect(moments == (4...Int64(RequestHistory.countMax + 3)).map { $0 })
    #expect(RequestHistory.pause * RequestHistory.countMax == .seconds(3_600))
  }

  typealias Times = (milliseconds: [Double], median: ClosedRange<Int>, most: ClosedRange<Int>)
  static let times: [Times] = [
    ([0.5], 0...1_000, 900...1_000), ([3, 3, 3, 3], 2_000...4_000, 4_900...5_000),
    // A slow one of a hundred is the slowest percent; one of two hundred is not.
    ([0.5, 0.5, 0.5, 700], 500...1_000, 500_000...1_000_000),
    (Array(repeating: 0.5, count: 199) + [700], 400...600, 900...1_000),
    ([9_000], 5_000_000...5_000_000, 5_000_000...5_000_000),
  ]

  @Test("took about so long", arguments: times)
  func quantiles(_ times: Times) throws {
    let figures = RequestFigures()
    let history = RequestHistory()
    history.observe { RequestFigures.sum([figures]) { _ in true } }
    for time in times.milliseconds {
      figures.count(Self.key(200), nanoseconds: Int64(time * 1_000_000))
    }
    history.take(atMilliseconds: 1)

    let sample = try #require(history.samples.first)
    #expect(times.median.contains(try #require(sample.median)))
    #expect(times.most.contains(try #require(sample.percentile99)))
  }
}
