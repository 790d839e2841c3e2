import Glibc
import Postgres
import TestSupport
import Testing

@Suite("The connection string")
struct DatabaseURLTests {
  @Test("beats the service it names, and that beats the environment, which beats the defaults")
  func precedence() async throws {
    let conninfo = try await MigratedDatabase.make()
    let options = Dictionary(
      uniqueKeysWithValues: conninfo.split(separator: " ").map { option in
        let parts = option.split(separator: "=", maxSplits: 1)
        return (String(parts[0]), parts[1].filter { $0 != "'" })
      })
    let folder = try TemporaryFolder()
    let lines = options.merging(["dbname": "nosuch"]) { $1 }.map { "\($0)=\($1)\n" }
    try folder.write(Array(("[shop]\n" + lines.joined()).utf8), to: "services")
    let variables = [
      "PGSERVICEFILE": folder.path + "/services", "PGPORT": "1", "PGUSER": "nobody",
      "PGHOST": "/nowhere", "PGDATABASE": "neither",
    ]
    let database = try #require(options["dbname"])
    for url in ["service=shop dbname=\(database)", "postgresql:///\(database)?service=shop"] {
      let doctor = try RunningProgram(
        variables.merging(["DATABASE_URL": url]) { $1 }, arguments: ["doctor"])
      _ = await doctor.exitCode()
      #expect(doctor.log.contains("database: ok"), "\(url): \(doctor.log)")
    }

    let named = try RunningProgram(
      variables.merging(["DATABASE_URL": "dbname=\(database)", "PGSERVICE": "shop"]) { $1 },
      arguments: ["doctor"])
    _ = await named.exitCode()
    #expect(named.log.contains("database: ok"), "\(named.log)")
    let without = try RunningProgram(
      variables.merging(["DATABASE_URL": "dbname=\(database)"]) { $1 }, arguments: ["doctor"])
    #expect(await without.exitCode() == 1 && without.log.contains("/nowhere"), "\(without.log)")
  }

  @Test("with a value that libpq does not know ends the start with one line")
  func unknownValue() async throws {
    for (url, line) in [
      ("keepalives=abc", #"invalid integer value "abc" for keepalives"#),
      ("service=none", #"definition of service "none" not found"#),
    ] {
      let program = try RunningProgram(["DATABASE_URL": url, "PGSERVICEFILE": "/dev/null"])
      #expect(await program.exitCode() == 1)
      let said = program.log.replacing(#"\""#, with: "\"")
      #expect(said.contains("DATABASE_URL connection string: " + line), "\(said)")
    }
  }

  typealias Refused = (
    why: String, option: String, value: String, sentence: String, readiness: String
  )
  static let refused: [Refused] = [
    (
      "an unknown certificate", "sslrootcert", "FOLDER/other.crt",
      """
      the server's certificate is not signed by an authority in sslrootcert; \
      set sslrootcert to the certificate of the authority that signed it
      """, "cannot be reached"
    ),
    (
      "a wrong password", "password", "mistaken",
      "the server does not accept the password of by_password", "refuses the password"
    ),
  ]

  @Test("that leads to a server but not in: doctor and log say cause and cure", arguments: refused)
  func notLetIn(_ example: Refused) async throws {
    let server = try await blocking { try TLSServer() }
    let value = example.value.replacing("FOLDER/", with: server.file(""))
    let variables = [
      "DATABASE_URL": server.connectionString("by_password", [example.option: value])
    ]
    let sentence = example.sentence
    let doctor = try RunningProgram(variables, arguments: ["doctor"])
    #expect(await doctor.exitCode() == 1)
    #expect(doctor.log.contains(sentence), "\(doctor.log)")

    let program = try RunningProgram(variables)
    let port = try await program.port()
    try await eventually("the log says it") { program.log.contains(sentence) }
    let state = await PlainClient.get("/readyz", port: port)
    #expect(state.hasPrefix("HTTP/1.1 503 ") && state.contains(example.readiness), "\(state)")
    for said in [doctor.log, program.log, state] { #expect(!said.contains("mistaken")) }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }
}
