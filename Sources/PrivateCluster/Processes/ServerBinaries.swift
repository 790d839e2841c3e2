import Glibc

/// The folder of one installed PostgreSQL server's programs, and its major version.
package struct ServerBinaries {
  /// The oldest version the service's SQL is written for.
  static let majorMin = 14

  let folder: String
  let major: Int

  /// The installed server of the version that wrote the data, else the first one on the PATH, which
  /// somebody has put there on purpose, else the newest one.
  static func find(writerOfData version: Int?) throws(ClusterError) -> ServerBinaries {
    let chosen = foldersOnPath().lazy.compactMap(real).compactMap(ServerBinaries.init)
      .first { $0.major >= majorMin }
    if let chosen, version ?? chosen.major == chosen.major { return chosen }
    let installed = folders().compactMap(ServerBinaries.init).filter { $0.major >= majorMin }
      .sorted { $0.major > $1.major }
    guard let newest = installed.first else {
      throw ClusterError(
        cause: "no PostgreSQL server is installed, at least none from version \(majorMin) on",
        cure: "run: apt-get install postgresql, or set DATABASE_URL to use another one")
    }
    guard let version, version != newest.major else { return newest }
    if let writer = installed.first(where: { $0.major == version }) { return writer }
    throw ClusterError(
      cause: "the data was written by PostgreSQL \(version), installed is \(newest.major)",
      cure: "install postgresql-\(version), or dump the data there and load it into a new home")
  }

  /// The path of one of the programs of the server that would be started.
  package static func path(of program: String) throws(ClusterError) -> String {
    try find(writerOfData: nil).folder + "/" + program
  }

  private init?(folder: String) {
    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    let words = ChildProcess.output(of: [folder + "/postgres", "--version"], seconds: 10)?
      .split(separator: " ")
    guard let words, words.count > 2, access(folder + "/initdb", X_OK) == 0,
      let major = Int(words[2].prefix { $0.isNumber })
    else { return nil }
    self.folder = folder
    self.major = major
  }

  /// Debian keeps every version's programs apart and off the PATH, so that is asked first.
  private static func folders() -> [String] {
    let packaged = ClusterFiles.names(in: "/usr/lib/postgresql").map {
      "/usr/lib/postgresql/\($0)/bin"
    }
    let searched = foldersOnPath()
    let asked = searched.filter { access($0 + "/pg_config", X_OK) == 0 }.prefix(1).compactMap {
      ChildProcess.output(of: [$0 + "/pg_config", "--bindir"], seconds: 10)
    }
    .map { String($0.prefix { $0 != "\n" }) }
    return Set((packaged + searched + asked).compactMap(real)).sorted()
  }

  private static func foldersOnPath() -> [String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").map(String.init)
  }

  /// On the PATH there may be links; the server needs the folder where its files really are.
  private static func real(_ folder: String) -> String? {
    ClusterFiles.real(folder + "/postgres").map { String($0.dropLast("/postgres".count)) }
  }
}
