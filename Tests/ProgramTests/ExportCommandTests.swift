import Glibc
import TestSupport
import Testing

@testable import waybill

@Suite("waybill export")
struct ExportCommandTests {
  private static func service(_ folder: TemporaryFolder) async throws -> (
    variables: [String: String], program: RunningProgram, port: UInt16
  ) {
    let variables = ["DATABASE_URL": try await MigratedDatabase.make()]
    let program = try RunningProgram(variables)
    let port = try await program.port()
    for number in 1...3 {
      let placed = await PlainClient.send(
        "POST", "/orders", #"{"customer_id":"c\#(number)","items":[{"quantity":1,"price":2}]}"#,
        port)
      #expect(placed.hasPrefix("HTTP/1.1 201 "))
    }
    try await eventually("all is in the feed") {
      await PlainClient.body(of: "/exports/events", port: port).contains(#""rows":6}"#)
    }
    return (variables, program, port)
  }

  @Test("writes what the route answers, to a file and to standard output")
  func same() async throws {
    let folder = try TemporaryFolder()
    let (variables, program, port) = try await Self.service(folder)
    let head = await PlainClient.body(of: "/events?after=latest", port: port)
    let cursor = try #require(head.firstMatch(of: /"next":"([^"]+)"/)).1
    for (arguments, path) in [
      (["orders"], "/exports/orders"), (["customers"], "/exports/customers"),
      (["events"], "/exports/events"),
      (["orders", "--format", "csv"], "/exports/orders?format=csv"),
      (["orders", "--where", "status=new&customer_id=c2"], "/exports/orders?customer_id=c2"),
      (["orders", "--after", "2"], "/exports/orders?after=2"),
    ] {
      let client = try #require(PlainClient(port: port))
      client.send("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
      let answer = await client.readToEnd()
      let body = try #require(answer.ranges(of: "\r\n\r\n").first.map { answer[$0.upperBound...] })
      let file = folder.path + "/file"
      let command = try RunningProgram(
        variables, arguments: ["export"] + arguments + ["--output", file])
      #expect(await command.exitCode() == 0, "\(command.log)")
      #expect(folder.text(of: "file") ?? "" == body, "\(path)")
      #expect(command.log.hasSuffix("; the feed goes on after \(cursor)\n"), "\(command.log)")
      #expect(access(file + ".part", F_OK) != 0)

      let printed = try RunningProgram(variables, arguments: ["export"] + arguments)
      #expect(await printed.exitCode() == 0)
      #expect(printed.log.hasPrefix(body), "\(path)")
    }
    program.signal(SIGTERM)
  }

  @Test(
    "says what it cannot do, and leaves the file that is there",
    arguments: [
      (["cats"], 2 as Int32, "KIND must be one of: orders, customers, products, stock, events"),
      (["orders", "--format", "xml"], 2, "--format must be one of: ndjson, csv"),
      (["orders", "--where", "colour=red"], 1, "colour is not one of: "),
      (["orders", "--where", "status=lost"], 1, "status must be some of: "),
      (["orders", "--after", "77"], 1, "no such order"),
      (["events", "--after", "1-00000000"], 1, "history"),
      (["orders", "--output", "/dev/full"], 1, "/dev/full cannot be written (No space left"),
      (["orders", "--output", "/nowhere/file"], 1, "/nowhere/file.part cannot be written"),
    ])
  func refused(arguments: [String], code: Int32, reason: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("before".utf8), to: "file")
    let output = arguments.contains("--output") ? [] : ["--output", folder.path + "/file"]
    let command = try RunningProgram(
      ["DATABASE_URL": try await MigratedDatabase.make()],
      arguments: ["export"] + arguments + output)
    #expect(await command.exitCode() == code)
    #expect(command.log.contains(reason), "\(command.log)")
    #expect(folder.text(of: "file") == "before")
  }
}
