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

    #expect(OpenAPICommand.document == committed)
  }

  /// The same document on one line. It is larger than any that is read here.
  private static func withoutBlanks(_ json: String) -> String {
    var (isText, isEscaped) = (false, false)
    let kept = json.utf8.filter { byte in
      if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      return isText || (byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\n"))
    }
    return String(decoding: kept, as: UTF8.self)
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

    #expect(served == Self.withoutBlanks(committed))
    let browser = try #require(PlainClient(port: port))
    browser.send(
      "GET /docs/swagger-ui.js HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"
        + "Connection: close\r\n\r\n")
    #expect(await browser.readToEnd().contains("Content-Encoding: gzip\r\n"))
    // Whoever does not take that gets the script as it is.
    let script = await PlainClient.body(of: "/docs/swagger-ui.js", port: port)
    #expect(script.contains("SwaggerUIBundle") && script.utf8.count > 1_000_000)
  }
}
