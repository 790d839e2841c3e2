import Postgres
import TestSupport
import Testing

@testable import Console
@testable import PrivateCluster
@testable import waybill

@Suite("The program alone")
struct EmbeddedFilesTests {
  @Test("carries every migration of the folder, word for word; Sources/CEmbedded lists them")
  func migrations() throws {
    let folder = try MigrationFile.all(inFolder: RepositoryRoot.path + "/migrations")

    #expect(try Schema.migrator().files == folder)
  }

  @Test("carries every file of the console; Sources/CEmbedded/console.c lists them")
  func console() throws {
    let path = RepositoryRoot.path + "/Sources/Console/Files"
    let names = ClusterFiles.names(in: path).filter { !$0.hasPrefix(".") }
    let embedded = ConsoleFiles.embedded

    #expect(embedded.map(\.name) == names.sorted())
    for file in embedded {
      #expect(String(decoding: file.bytes, as: UTF8.self) == readFile("\(path)/\(file.name)"))
    }
  }

  @Test("answers the addresses of those screens that the page of the console has, and of no other")
  func screens() throws {
    let folder = RepositoryRoot.path + "/Sources/Console/Files"
    let page = try #require(readFile("\(folder)/app.js"))

    let names = page.matches(of: #/\{ name: '([a-z]+)'/#).map { String($0.1) }
    #expect(names == Console.screens)
    for name in names { #expect(readFile("\(folder)/\(name).js") != nil, "\(name)") }
  }

  @Test("ends each text of its console on its line, so that leaving out comments changes none")
  func lines() {
    for file in ConsoleFiles.embedded where file.name.hasSuffix(".js") {
      let sent = String(decoding: SentText.of(file.bytes, named: file.name), as: UTF8.self)
      for line in sent.split(separator: "\n") {
        #expect(
          line.count(where: { $0 == "`" }).isMultiple(of: 2) && line.last != "\\",
          "\(file.name): \(line)")
      }
    }
  }

  @Test("is the version that the file VERSION says")
  func version() throws {
    let file = try #require(readFile(RepositoryRoot.path + "/VERSION"))

    #expect(file == BuildFacts.version + "\n")
    #expect(file.wholeMatch(of: #/\d+\.\d+\.\d+(-[0-9a-z.]+)?\n/#) != nil)
  }

  @Test("migrates and shows its documents where nothing else of the repository is")
  func copied() async throws {
    let folder = try TemporaryFolder()
    let copy = folder.path + "/waybill"
    let launcher =
      #"cp --remove-destination "$0" \#(copy); cd \#(folder.path) && exec ./waybill "$@""#
    let variables = ["DATABASE_URL": try TestCluster.shared.makeDatabase()]

    let migrate = try RunningProgram(
      variables, arguments: ["migrate"], launcher: launcher)
    #expect(await migrate.exitCode() == 0, "\(migrate.log)")
    #expect(migrate.log.contains("the schema is at version \(try Schema.migrator().files.count)"))

    let service = try RunningProgram(variables, launcher: launcher)
    let port = try await service.port()
    #expect(
      await PlainClient.body(of: "/docs/swagger-ui.js", port: port).contains("SwaggerUIBundle"))
  }
}
