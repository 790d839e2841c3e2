import Glibc
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("An import that is killed")
struct ImportFaultTests {
  private static let rows = 12_000

  @Test(
    "at any moment and run again has every row once, and every refused row in its file",
    arguments: ["customers", "orders"])
  func killed(kind: String) async throws {
    let bench = try await ImportBench()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededRandom(seed: seed)
    var text = kind == "customers" ? "id,name,email\n" : "reference,customer_id,status,items\n"
    for number in 1...Self.rows {
      // Some rows are wrong by themselves, and some because of what is there already.
      let id = number % 1_000 == 1 ? "\(number - 1)" : "\(number)"
      if kind == "customers" {
        text += "c\(id),Demo Customer \(number),\(number % 700 == 0 ? "none" : "c@example.org")\n"
      } else {
        text += "R\(id),c\(number % 50),\(number % 700 == 0 ? "lost" : "completed"),"
        text += #""[{""name"":""Pen"",""quantity"":1,""price"":1}]""# + "\n"
      }
    }
    try bench.write(text, to: "file.csv")
    try await bench.execute(
      "INSERT INTO waybill.customers (id, name) VALUES ('c0', 'Zero'), ('c500', 'Five')")
    let arguments = [
      "import", kind, bench.path("file.csv"), "--on-error", "skip", "--errors", bench.path("e.csv"),
    ]
    var kills = 0
    while true {
      let program = try bench.start(arguments)
      let byte = try await bench.number("SELECT coalesce(max(byte), 0)::text FROM waybill.imports")
      guard byte < text.utf8.count, kills < 6 else {
        let code = await program.exitCode(within: 180)
        #expect(code == 2, "seed \(seed): \(program.log)")
        break
      }
      let goal = byte + Int.random(in: 0...text.utf8.count / 5, using: &random)
      try await eventually("it has written more") {
        try await bench.number("SELECT coalesce(max(byte), 0)::text FROM waybill.imports") > goal
          || !program.isRunning
      }
      program.signal(SIGKILL)
      try await eventually("it is dead") { !program.isRunning }
      kills += 1
    }
    #expect(kills > 1, "seed \(seed)")
    let record = try await bench.texts(
      "SELECT concat_ws(' ', created, refused, rows, finished_at IS NOT NULL) FROM waybill.imports")
    let wrong = Self.rows / 700
    let known = kind == "customers" ? 2 : 0
    // Row 7,000 is wrong, so row 7,001 is the first with its key; and nothing has the key of row 1.
    let twice = (Self.rows - 1) / 1_000 - 1
    let refused = wrong + twice + known
    #expect(record == ["\(Self.rows - refused) \(refused) \(Self.rows) t"], "seed \(seed)")
    let table = SQL(unsafeText: "SELECT count(*)::text FROM waybill.\(kind)")
    #expect(try await bench.number(table) == Self.rows - refused + (kind == "customers" ? 2 : 0))
    let lines = bench.folder.text(of: "e.csv")?.split(separator: "\r\n") ?? []
    #expect(lines.count == refused + 1, "seed \(seed): \(lines)")
    #expect(Set(lines).count == lines.count)
    try await bench.checkInvariants()
    let events = SQL(
      unsafeText: """
        SELECT count(*)::text FROM waybill.events
         WHERE type = '\(kind.dropLast()).imported'
        """)
    #expect(try await bench.number(events) == Self.rows - refused)
  }

  @Test("by another process with the same file stops, and the other one goes on")
  func twice() async throws {
    let bench = try await ImportBench()
    var text = "id\n"
    for number in 1...20_000 { text += "c\(number)\n" }
    try bench.write(text, to: "c.csv")
    let (first, second) = (
      try bench.start(["import", "customers", bench.path("c.csv")]),
      try bench.start(["import", "customers", bench.path("c.csv")])
    )
    let codes = [await first.exitCode(within: 180), await second.exitCode(within: 180)]
    #expect(codes.contains(0), "\(first.log) \(second.log)")
    #expect(try await bench.number("SELECT count(*)::text FROM waybill.customers") == 20_000)
    #expect(try await bench.number("SELECT created::text FROM waybill.imports") == 20_000)
  }

  @Test("or not takes little memory, however large the file is")
  func memory() async throws {
    let bench = try await ImportBench()
    let path = bench.path("big.csv")
    try bench.write("", to: "big.csv")
    let descriptor = open(path, O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    let note = String(repeating: "All of this is a note. ", count: 80)
    var line = "reference,customer_id,note,items\n"
    for number in 1...50_000 {
      line += "R\(number),c1,\(note),\"[{\"\"quantity\"\":1,\"\"price\"\":1}]\"\n"
      if number % 500 == 0 {
        try OutputError.writing(to: descriptor, Array(line.utf8))
        line = ""
      }
    }
    let program = try bench.start(["import", "orders", path, "--dry-run"])
    var most = 0
    try await eventually("it has ended") {
      let status = readFile("/proc/\(program.pid)/status", bytesMax: 65_536) ?? ""
      if let figure = status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap({ Int($0.1) }) {
        most = max(most, figure)
      }
      return !program.isRunning
    }
    #expect(program.log.contains("50000 of 50000 rows would be imported"), "\(program.log)")
    #expect(most > 0 && most <= 60 * 1_024, "\(most) kB")
  }
}
