import Glibc
import Postgres

/// Makes the data folder and starts the server on it.
struct ClusterSetup {
  let folders: ClusterFolders
  let user: ServerUser
  let binaries: ServerBinaries
  /// The open log file; the programs run here write to it.
  let log: Int32

  /// Runs `initdb` unless there is data. An interrupted run leaves only the unfinished folder,
  /// which the next one removes.
  func makeData(_ options: ClusterOptions) throws(ClusterError) {
    guard try folders.dataVersion() == nil else { return }
    let folder = folders.unfinishedData
    ClusterFiles.removeTree(folder)
    try ClusterFiles.makePrivateFolder(folder, of: user)

    var command = [
      binaries.folder + "/initdb", "--pgdata", folder, "--username",
      ClusterRole.superuser.rawValue,
      "--encoding=UTF8", "--locale=\(Self.locale)", "--auth=peer", "--no-instructions",
    ]
    command += options.durable ? ["--data-checksums"] : ["--no-sync"]
    let start = lseek(log, 0, SEEK_END)
    let initdb = try ChildProcess(user.run(command), output: log)
    guard let status = initdb.exitStatus(within: LocalCluster.initializeSecondsMax) else {
      initdb.signal(SIGKILL)
      throw failure("initdb did not finish in \(LocalCluster.initializeSecondsMax) s", from: start)
    }
    guard status == 0 else { throw failure("initdb failed", from: start) }
    try writeAccessRules(in: folder)

    rmdir(folders.data)
    guard rename(folder, folders.data) == 0 else {
      throw .system("rename \(folder) to \(folders.data)", code: errno)
    }
    ClusterFiles.sync(folders.home)
  }

  /// Starts the server itself, not `pg_ctl`: the server is then a child of this process, which
  /// notices at once when it ends.
  func startServer(_ options: ClusterOptions) throws(ClusterError) -> ChildProcess {
    try ClusterFiles.makePrivateFolder(folders.socket, of: user)
    let settings = options.arguments(socketFolder: folders.socket)
    return try ChildProcess(
      user.run([binaries.folder + "/postgres", "-D", folders.data] + settings), output: log)
  }

  /// Waits until the server takes connections, or tells why it ended.
  func waitUntilReady(
    _ server: ChildProcess, _ connection: ClusterConnection
  ) throws(ClusterError) {
    let start = lseek(log, 0, SEEK_END)
    let over = waited(upTo: LocalCluster.startSecondsMax) {
      server.pid == nil || connection.isReady
    }
    if server.pid == nil { throw failure("PostgreSQL ended while starting", from: start) }
    if !over { throw failure("PostgreSQL is not ready after 5 minutes", from: start) }
  }

  /// Lets in only root and the server's own user, over the socket. Its folder is private already;
  /// the rule keeps others out if the mode of the folder is ever changed.
  private func writeAccessRules(in folder: String) throws(ClusterError) {
    let name = ClusterConnection.name
    try ClusterFiles.write(
      "local all all peer map=\(name)\n", to: folder + "/pg_hba.conf", of: user)
    let users = ["root", ClusterConnection.quoted(user.name)]
    let lines = users.flatMap { user in
      ClusterRole.allCases.map { "\(name) \(user) \($0.rawValue)\n" }
    }
    try ClusterFiles.write(lines.joined(), to: folder + "/pg_ident.conf", of: user)
  }

  /// Refuses data from before the first release, when one superuser did everything: its schema has
  /// other migrations than today's.
  func mustHaveRoles() throws(ClusterError) {
    let rules = LocalFile.read(folders.data + "/pg_ident.conf") ?? ""
    guard !rules.contains(ClusterRole.service.rawValue) else { return }
    throw ClusterError(
      cause:
        "\(folders.home) holds the database of a development version, which cannot be carried over",
      cure:
        "to keep it, leave it to the program that made it and set WAYBILL_HOME to another folder; "
        + "to drop it, remove \(folders.home)")
  }

  /// Makes the roles and the service's database where they are missing.
  func makeRolesAndDatabase(_ connection: ClusterConnection) throws(ClusterError) {
    for role in ClusterRole.allCases where role != .superuser {
      let name = role.rawValue
      if try connection.run("SELECT FROM pg_roles WHERE rolname = '\(name)'") == 0 {
        try connection.run("CREATE ROLE \(name) LOGIN")
      }
    }
    let name = ClusterConnection.name
    if try connection.run("SELECT FROM pg_database WHERE datname = '\(name)'") == 0 {
      try connection.run("CREATE DATABASE \(name) OWNER \(ClusterRole.owner.rawValue)")
    }
    // People in psql find the tables by it. Set at each start, because the first start may have
    // been interrupted after CREATE DATABASE.
    try connection.run(
      "ALTER DATABASE \(name) SET search_path = \(PostgresSettings.schema), public")
  }

  /// Sorts by code point everywhere, and still knows the letters outside ASCII where it can.
  private static var locale: String {
    guard let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else { return "C" }
    freelocale(locale)
    return "C.UTF-8"
  }

  private func failure(_ cause: String, from offset: Int) -> ClusterError {
    let said = (LocalFile.read(folders.log, from: offset) ?? "").split(separator: "\n").suffix(3)
    return ClusterError(
      cause: said.isEmpty ? cause : "\(cause): \(said.joined(separator: " / "))",
      cure: "see \(folders.log)")
  }
}
