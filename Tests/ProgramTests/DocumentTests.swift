import JSON
import TestSupport
import Testing

@testable import waybill

@Suite("The committed document") struct DocumentTests {
  private static let path =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/docs/openapi.json"

  @Test(
    "is the one that the routes make; `swift run waybill openapi > docs/openapi.json` renews it")
  func drift() async throws {
    let committed = try #require(readFile(Self.path))

    #expect(try OpenAPICommand.document == committed)
  }

  @Test("is the one that the program prints and serves") func served() async throws {
    let printing = try RunningProgram(["CI": "true"], arguments: ["openapi"])
    #expect(await printing.exitCode() == 0)
    let committed = try #require(readFile(Self.path))
    #expect(printing.log == committed)

    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    let served = await PlainClient.body(of: "/openapi.json", port: port)

    #expect(try JSONValue(parsing: Array(served.utf8)).indented == Array(committed.utf8))
    #expect(await PlainClient.get("/docs/swagger-ui.js", port: port).contains("Encoding: gzip"))
  }
}
