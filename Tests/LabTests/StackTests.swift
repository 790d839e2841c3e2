import Testing

@testable import waybill_lab

@Suite("Reading and folding stacks")
struct StackTests {
  private static let script = """
       1001001\u{20}
    \tffffffff82028528 tcp_rcv_established ([kernel.kallsyms])
    \tffffffff81e314b0 __x64_sys_sendto ([kernel.kallsyms])
    \t          10aba4 __send (/usr/lib/x86_64-linux-gnu/libc.so.6)
    \t          1b6e0c $s4HTTP6SocketV4sendyyF (/somewhere/waybill)
    \t          179f04 $s9EventLoopAAC3runyyF (/somewhere/waybill)
    \t           2724a __libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)

       2002002\u{20}
    \t          9c1e8f void swift::run<int (*)()>(swift::Job*) (/somewhere/waybill)
    \tffffffffffffffff [unknown] ([unknown])

       1001001\u{20}
    a warning of perf (about something)
    """

  @Test("what perf prints is read, and what it says besides is not")
  func read() throws {
    let samples = StackSample.read(Self.script)
    #expect(samples.map(\.nanoseconds) == [1_001_001, 2_002_002])
    #expect(
      samples.first?.frames == [
        Frame(symbol: "tcp_rcv_established", library: "kernel"),
        Frame(symbol: "__x64_sys_sendto", library: "kernel"),
        Frame(symbol: "__send", library: "libc"),
        Frame(symbol: "$s4HTTP6SocketV4sendyyF", library: "waybill"),
        Frame(symbol: "$s9EventLoopAAC3runyyF", library: "waybill"),
        Frame(symbol: "__libc_start_call_main", library: "libc"),
      ])
    #expect(
      samples.last?.frames == [
        Frame(symbol: "void swift::run<int (*)()>(swift::Job*)", library: "waybill"),
        Frame(symbol: nil, library: "[unknown]"),
      ])
  }

  @Test("a stack begins above its base, and the kernel is one call with a word about it")
  func steps() throws {
    let folding = Folding(
      bases: ["EventLoop.run"],
      groups: [
        WorkGroup("kernel", "#000", "kernel"), WorkGroup("HTTP", "#000", "HTTP"),
        WorkGroup("the rest", "#000"),
      ],
      swiftNames: [
        "$s4HTTP6SocketV4sendyyF": "specialized Socket.send()",
        "$s9EventLoopAAC3runyyF": "EventLoop.run()",
      ])
    let sample = try #require(StackSample.read(Self.script).first)
    #expect(
      folding.steps(of: sample) == [
        .init(name: "Socket.send", group: 1), .init(name: "send", group: 1),
        .init(name: "kernel: sendto", group: 0), .init(name: "TCP", group: 0),
      ])
  }

  @Test("what has no name is its caller's, or a part of its library")
  func unnamed() {
    let frames = [
      Frame(symbol: nil, library: "postgres"), Frame(symbol: "ExecScan", library: "postgres"),
      Frame(symbol: nil, library: "postgres"), Frame(symbol: "ExecScan", library: "postgres"),
      Frame(symbol: nil, library: "plpgsql"), Frame(symbol: "SPI_execute", library: "postgres"),
      Frame(symbol: nil, library: "postgres"), Frame(symbol: "PostmasterMain", library: "postgres"),
      Frame(symbol: nil, library: "[unknown]"),
    ]
    let names = Folding.postgres.steps(of: StackSample(nanoseconds: 1, frames: frames)).map(\.name)
    #expect(names == ["SPI_execute", "(plpgsql)", "ExecScan"])
    let none = StackSample(nanoseconds: 1, frames: [Frame(symbol: nil, library: "[unknown]")])
    #expect(Folding.postgres.steps(of: none).map(\.name) == ["(no name)"])
  }

  @Test("a function has its own time and that of what it calls; a group only its own")
  func tree() {
    func steps(_ names: String...) -> [StackTree.Step] {
      names.map { .init(name: $0, group: $0 == "kernel" ? 1 : 0) }
    }
    var tree = StackTree()
    tree.add(steps("run", "read", "kernel")[...], nanoseconds: 3)
    tree.add(steps("run", "read")[...], nanoseconds: 2)
    tree.add(steps("run", "write")[...], nanoseconds: 7)
    tree.add(steps("wait")[...], nanoseconds: 1)
    #expect(tree.nanoseconds == 13)
    #expect(tree.sorted.map(\.step.name) == ["run", "wait"])
    #expect(tree.sorted.map(\.tree.nanoseconds) == [12, 1])
    #expect(tree.sorted.first?.tree.sorted.map(\.step.name) == ["write", "read"])
    #expect(tree.byGroup == [0: 10, 1: 3])
  }
}
