import Glibc
import Postgres

/// The user the server runs as. PostgreSQL refuses to run as root, so a service started by root
/// runs it as somebody else.
package struct ServerUser {
  package let name: String
  let uid: uid_t
  let gid: gid_t

  /// As root: the owner of the data, else of the home, so that a home made without root stays
  /// usable without it; else `postgres`, else `nobody`. Not root: the caller.
  package static func choose(home: String) throws(ClusterError) -> ServerUser {
    guard geteuid() == 0 else {
      guard let user = ServerUser(getpwuid(geteuid())) else {
        throw ClusterError(
          cause: "the user id \(geteuid()) has no name, which PostgreSQL needs",
          cure: "start as a user listed in /etc/passwd, or set DATABASE_URL")
      }
      return user
    }
    for folder in [home + "/data", home] {
      if let owner = LocalFile.status(folder)?.st_uid, owner != 0,
        let user = ServerUser(getpwuid(owner))
      {
        return user
      }
    }
    guard let user = ServerUser(getpwnam("postgres")) ?? ServerUser(getpwnam("nobody")) else {
      throw ClusterError(
        cause: "PostgreSQL does not run as root and there is no user postgres or nobody",
        cure: "start as another user, or set DATABASE_URL")
    }
    return user
  }

  private init?(_ entry: UnsafeMutablePointer<passwd>?) {
    guard let entry else { return nil }
    name = String(cString: entry.pointee.pw_name)
    uid = entry.pointee.pw_uid
    gid = entry.pointee.pw_gid
  }

  /// The command run as this user, with the same process id, and told to end when the service
  /// is killed: SIGINT is the fast shutdown, so even `kill -9` leaves no server behind.
  package func run(_ command: [String]) throws(ClusterError) -> [String] {
    let setpriv = "/usr/bin/setpriv"
    guard access(setpriv, X_OK) == 0 else {
      if geteuid() != 0 { return command }
      throw ClusterError(
        cause: "PostgreSQL does not run as root and \(setpriv) is missing",
        cure: "run: apt-get install util-linux, or start as another user")
    }
    let bound = [setpriv, "--pdeathsig=INT"]
    guard geteuid() == 0 else { return bound + ["--"] + command }
    // PostgreSQL's programs refuse to start in a folder that their user may not read.
    return ["/usr/bin/env", "--chdir=/"] + bound
      + ["--reuid=\(uid)", "--regid=\(gid)", "--init-groups", "--"] + command
  }

  /// Refuses a folder that this user cannot reach, and names the one that is in the way.
  func refuseUnreachable(_ folder: String) throws(ClusterError) {
    guard geteuid() == 0 else { return }
    var count: Int32 = 64
    var groups = [gid_t](repeating: 0, count: 64)
    getgrouplist(name, gid, &groups, &count)
    let own = groups.prefix(max(0, Int(count)))

    var path = ""
    for part in folder.split(separator: "/") {
      path += "/" + part
      guard let status = LocalFile.status(path) else { return }
      let isOwner = status.st_uid == uid
      let bit = isOwner ? S_IXUSR : own.contains(status.st_gid) ? S_IXGRP : S_IXOTH
      if status.st_mode & bit == 0 {
        throw ClusterError(
          cause: "\(folder) cannot be used: the server runs as the user \(name), not as root, "
            + "and may not enter \(path)",
          cure: "set WAYBILL_HOME to a folder it can reach, such as /var/lib/waybill")
      }
    }
  }
}
