import TestSupport
import Testing

@testable import waybill_lab

@Suite("Pictures of measurements")
struct PictureTests {
  private static func picture(_ stacks: [([String], Int)], requests: Double) -> FlamePicture {
    let groups = [WorkGroup("kernel", "#111111", "kernel"), WorkGroup("the rest", "#222222")]
    var tree = StackTree()
    for (names, time) in stacks {
      let steps = names.map { StackTree.Step(name: $0, group: $0 == "kernel" ? 0 : 1) }
      tree.add(steps[...], nanoseconds: time)
    }
    return FlamePicture(
      title: "work", requests: requests,
      parts: [.init(name: "the service", tree: tree, groups: groups)])
  }

  @Test("a function is as wide as its share, stands below its caller and says its time")
  func frames() {
    let svg = Self.picture(
      [(["run", "kernel"], 6_000_000), (["run", "a<b>"], 2_000_000), (["wait"], 2_000_000)],
      requests: 100
    ).svg
    #expect(svg.contains("work: 100 µs of CPU a request"))
    #expect(svg.contains("the service: 100 µs, 100 %"))
    #expect(
      svg.contains("<title>run: 80 µs, 80 %</title><rect x=\"10.0\" y=\"76\" width=\"783.5\""))
    #expect(svg.contains("<title>kernel: 60 µs, 60 %</title><rect x=\"10.0\" y=\"91\""))
    #expect(svg.contains("<title>a&lt;b&gt;: 20 µs, 20 %</title><rect x=\"598.0\" y=\"91\""))
    #expect(svg.contains("<title>wait: 20 µs, 20 %</title><rect x=\"794.0\" y=\"76\""))
    #expect(svg.contains("height=\"14\" fill=\"#111111\"/>"))
    #expect(!svg.contains("<script"))
  }

  @Test("small functions are left out, and labels fit into their boxes")
  func small() {
    let svg = Self.picture(
      [(["a long name of a function"], 1_000), (["b"], 98_800), (["hidden"], 200)], requests: 1
    ).svg
    #expect(svg.contains("<title>a long name of a function: 1.0 µs, 1.0 %</title>"))
    #expect(!svg.contains(">a long name of a function<"))
    #expect(!svg.contains("hidden"))
  }

  @Test("the table has the same figures as the picture")
  func table() {
    let picture = Self.picture(
      [(["run", "kernel"], 7_000_000), (["run"], 3_000_000)], requests: 1_000)
    #expect(
      picture.table == """
        | work | 10 µs a request |
        | --- | --- |
        | **the service: 10 µs, 100 %** | |
        | kernel | 7.0 µs, 70 % |
        | the rest | 3.0 µs, 30 % |
        """)
    #expect(picture.svg.contains(">kernel 7.0 µs, 70 %<"))
  }

  @Test("a curve goes through the points of all runs, in growing order")
  func curves() throws {
    let folder = try TemporaryFolder()
    func run(_ name: String, _ rows: [(orders: Int, rate: Int)]) throws -> String {
      let texts = rows.map {
        "{\"name\":\"list 20, \($0.orders) orders\",\"requests_per_second\":\($0.rate)}"
      }
      try folder.write(Array("{\"rows\":[\(texts.joined(separator: ","))]}".utf8), to: name)
      return folder.path + "/" + name
    }
    let svg = try CurvePicture(
      runs: [run("large", [(100_000, 100)]), run("small", [(1_000, 10_000), (10_000, 1_000)])]
    ).svg
    #expect(svg.contains("<polyline points=\"70.0,20.0 290.0,185.0 510.0,350.0\""))
    #expect(svg.contains(">list 20</text>"))
    #expect(svg.contains(">100 k</text>"))
  }
}
