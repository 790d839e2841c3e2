import Glibc
import Postgres
import PrivateCluster

/// Runs psql on a database, as its owner.
struct Psql {
  private let conninfo: String

  init(conninfo: String) { self.conninfo = conninfo + " options='-c search_path=waybill,public'" }

  /// Runs psql with these arguments; returns its output.
  @discardableResult
  func run(
    _ arguments: [String], asSuperuser: Bool = false, seconds: Int = 300
  ) throws -> String {
    guard
      let output = ChildProcess.output(of: try command(arguments, asSuperuser), seconds: seconds)
    else {
      throw LabError("psql failed: \(arguments.joined(separator: " ").prefix(200))")
    }
    return output
  }

  /// Starts psql, for something that is to go on for a while.
  func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      try command(arguments, false), output: open("/dev/null", O_WRONLY | O_CLOEXEC))
  }

  private func command(_ arguments: [String], _ asSuperuser: Bool) throws -> [String] {
    let program = try ServerBinaries.path(of: "psql")
    // When a keyword appears twice, libpq takes the later value.
    let user = asSuperuser ? " user=\(ClusterRole.superuser.rawValue)" : ""
    return [program, "-q", "-v", "ON_ERROR_STOP=1"] + arguments + [conninfo + user]
  }

  /// The folder with the SQL of the benchmarks; it belongs to the tests of the repositories.
  static func scripts() throws -> String {
    var parts = try Service.binary().split(separator: "/")
    while !parts.isEmpty {
      parts.removeLast()
      let path = "/" + parts.joined(separator: "/") + "/Tests/OrderStoreTests/sql"
      if access(path, R_OK) == 0 { return path }
    }
    throw LabError("this program lies outside its repository")
  }
}
