import Glibc
import Postgres
import TestSupport
import Testing

@testable import PrivateCluster

// One at a time: each makes a cluster, and together they would keep every core busy.
@Suite("A private cluster", .serialized)
struct LocalClusterTests {
  static let quick = ClusterOptions(durable: false)

  /// The home of the tests that do not care how it was made; making one takes a second.
  static let home: String = {
    atexit { _ = LocalCluster.removeAbandoned(home: LocalClusterTests.home) }
    return TestCluster.makeHome()
  }()

  /// Runs the body on a home, away from the other tests.
  func withHome(
    _ home: String = Self.home, _ body: @escaping @Sendable (String) throws -> Void
  ) async throws {
    try await blocking { try body(home) }
  }

  /// Runs the body on a home of its own, and removes that whatever happens.
  func withNewHome(
    _ tail: String = "", _ body: @escaping @Sendable (String) throws -> Void
  ) async throws {
    let folder = TestCluster.makeHome()
    try await withHome(folder + tail) { home in
      defer {
        _ = LocalCluster.removeAbandoned(home: home)
        ClusterFiles.removeTree(folder)
      }
      try body(home)
    }
  }

  func start(_ home: String, _ options: ClusterOptions = quick) throws(ClusterError) -> LocalCluster
  { try LocalCluster.start(home: home, options: options) }

  func connection(_ home: String) throws -> ClusterConnection {
    ClusterConnection(socketFolder: try ClusterFolders(home: home).socket)
  }

  @Test("keeps its data from one run to the next")
  func keepsData() async throws {
    try await withHome { home in
      let first = try start(home)
      try connection(home).run("CREATE TABLE kept AS SELECT 1")
      first.stop()
      #expect(first.processID == nil)

      let second = try start(home)
      defer { second.stop() }
      #expect(try connection(home).run("SELECT FROM kept") == 1)
    }
  }

  @Test("loses nothing that was committed when its server is killed")
  func survivesKill() async throws {
    try await withHome { home in
      let first = try start(home, ClusterOptions())
      try connection(home).run("CREATE TABLE survived AS SELECT 1")
      kill(try #require(first.processID), SIGKILL)
      first.stop()

      let second = try start(home, ClusterOptions())
      defer { second.stop() }
      #expect(try connection(home).run("SELECT FROM survived") == 1)
    }
  }

  @Test("ends a server that a killed service left running, and starts its own")
  func takesOver() async throws {
    try await withHome { home in
      try start(home).stop()
      let folders = try ClusterFolders(home: home)
      let user = try ServerUser.choose(home: home)
      let log = try ClusterFiles.open(folders.log, of: user)
      defer { close(log) }
      let binaries = try ServerBinaries.find(writerOfData: nil)
      let setup = ClusterSetup(folders: folders, user: user, binaries: binaries, log: log)
      let left = try setup.startServer(Self.quick)
      try setup.waitUntilReady(left, connection(home))

      let cluster = try start(home)
      defer { cluster.stop() }
      #expect(left.exitStatus(within: 0) != nil)
      #expect(try connection(home).isReady)
    }
  }

  @Test("is not held up by a pid file whose number is another program's by now")
  func staleFile() async throws {
    try await withHome { home in
      try start(home).stop()
      let folders = try ClusterFolders(home: home)
      try ClusterFiles.write(
        "\(getpid())\n\(folders.data)\n", to: folders.postmasterFile,
        of: ServerUser.choose(home: home))

      let cluster = try start(home)
      cluster.stop()
    }
  }

  @Test("starts over when the first start was cut short")
  func interruptedInitialization() async throws {
    try await withNewHome { home in
      let unfinished = home + "/data.unfinished"
      try ClusterFiles.makeFolders(unfinished)
      try ClusterFiles.makeFolders(home + "/data")
      try ClusterFiles.write(
        "15\n", to: unfinished + "/PG_VERSION", of: ServerUser.choose(home: home))

      let cluster = try start(home)
      defer { cluster.stop() }
      #expect(LocalFile.status(unfinished) == nil)
    }
  }

  @Test("sets the search path again when the first start ended before it was set")
  func searchPath() async throws {
    try await withHome { home in
      let first = try start(home)
      try connection(home).run("ALTER DATABASE waybill RESET search_path")
      let isSet = """
        SELECT FROM pg_settings
         WHERE name = 'search_path' AND setting = 'waybill, public' AND source = 'database'
        """
      #expect(try connection(home).run(isSet, in: "waybill") == 0)
      first.stop()

      let second = try start(home)
      defer { second.stop() }
      #expect(try connection(home).run(isSet, in: "waybill") == 1)
    }
  }

  @Test("tells a second service on the same home who has it")
  func secondOwner() async throws {
    try await withHome { home in
      let cluster = try start(home)
      defer { cluster.stop() }

      let error = #expect(throws: ClusterError.self) { _ = try start(home) }
      #expect(error?.cause == "another waybill (process \(getpid())) uses \(home)")
    }
  }

  @Test(
    "works in any folder, however its path looks",
    arguments: [
      "/" + String(repeating: "deep-", count: 30), "/it's a \\ \"fine\" one",
    ])
  func oddPaths(tail: String) async throws {
    try await withNewHome(tail) { home in
      let cluster = try start(home)
      defer { cluster.stop() }
      #expect(try connection(home).run("SELECT FROM pg_database WHERE datname = 'waybill'") == 1)
    }
  }

  @Test("made by root runs as somebody else", .enabled(if: geteuid() == 0, "root only"))
  func otherUser() async throws {
    try await withHome { home in
      let cluster = try start(home)
      defer { cluster.stop() }
      let process = try #require(LocalFile.status("/proc/\(cluster.processID ?? 0)"))
      #expect(process.st_uid != 0)
      #expect(process.st_uid == LocalFile.status(home + "/data")?.st_uid)
    }
  }

  @Test("made by a user runs as that user", .enabled(if: geteuid() != 0, "not for root"))
  func ownUser() async throws {
    try await withHome { home in
      let cluster = try start(home)
      defer { cluster.stop() }
      #expect(LocalFile.status("/proc/\(cluster.processID ?? 0)")?.st_uid == geteuid())
    }
  }

  @Test("is refused in a folder its user cannot reach", .enabled(if: geteuid() == 0, "root only"))
  func closedFolder() async throws {
    let closed = TestCluster.makeHome()
    mkdir(closed, 0o700)
    defer { ClusterFiles.removeTree(closed) }

    let error = #expect(throws: ClusterError.self) { _ = try start(closed + "/home") }
    #expect(error?.cause.hasSuffix("may not enter \(closed)") == true)
    #expect(error?.cure.contains("WAYBILL_HOME") == true)
  }

  @Test("leaves the data of a development version alone, and says how to keep or drop it")
  func developmentData() async throws {
    try await withNewHome { home in
      try start(home).stop()
      let user = try ServerUser.choose(home: home)
      let rules = "waybill root waybill\nwaybill \(user.name) waybill\n"
      try ClusterFiles.write(rules, to: home + "/data/pg_ident.conf", of: user)

      let error = #expect(throws: ClusterError.self) { _ = try start(home) }

      #expect(error?.cause.contains("development version") == true)
      #expect(error?.cure.contains("set WAYBILL_HOME to another folder") == true)
      #expect(LocalFile.read(home + "/data/pg_ident.conf") == rules)
    }
  }

  @Test("does not touch data of another version, nor files that are not its own")
  func foreignData() async throws {
    try await withNewHome { home in
      try ClusterFiles.makeFolders(home + "/data")
      let user = try ServerUser.choose(home: home)
      try ClusterFiles.write("precious", to: home + "/data/letter", of: user)
      var error = #expect(throws: ClusterError.self) { _ = try start(home) }
      #expect(error?.cause.hasSuffix("not empty either") == true)

      try ClusterFiles.write("9\n", to: home + "/data/PG_VERSION", of: user)
      error = #expect(throws: ClusterError.self) { _ = try start(home) }
      #expect(error?.cause.hasPrefix("the data was written by PostgreSQL 9,") == true)
      #expect(LocalFile.read(home + "/data/letter") == "precious")
    }
  }
}
