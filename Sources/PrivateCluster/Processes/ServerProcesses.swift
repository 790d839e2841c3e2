import Glibc
import Postgres

/// The server processes of one data folder, whoever started them.
///
/// Every process of a server has the data folder as its working directory, which /proc shows.
/// `postmaster.pid` may be stale: its number may belong to another program by now, and a killed
/// postmaster may have left backends that still write.
struct ServerProcesses {
  let folders: ClusterFolders
  let user: ServerUser

  var pids: [pid_t] {
    ClusterFiles.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
      LocalFile.read("/proc/\(pid)/comm") == "postgres\n"
        && workingFolder(of: pid) == folders.data
    }
  }

  /// In a container root may be unable to read this link for processes of other users; those
  /// users can.
  private func workingFolder(of pid: pid_t) -> String? {
    let link = "/proc/\(pid)/cwd"
    if let folder = ClusterFiles.real(link) { return folder }
    guard errno == EACCES, let command = try? user.run(["/usr/bin/readlink", link]) else {
      return nil
    }
    return ChildProcess.output(of: command, seconds: 10).map { String($0.prefix { $0 != "\n" }) }
  }

  /// Ends what an earlier run left running, and removes the files that say it still runs.
  func clear() throws(ClusterError) {
    if let text = LocalFile.read(folders.postmasterFile),
      let postmaster = pid_t(text.prefix { $0.isNumber }), pids.contains(postmaster)
    {
      kill(postmaster, SIGINT)
    }
    // Backends of a killed postmaster notice its death and leave by themselves.
    if !waited(upTo: 30, until: { pids.isEmpty }) {
      for pid in pids { kill(pid, SIGQUIT) }
      guard waited(upTo: 10, until: { pids.isEmpty }) else {
        throw ClusterError(
          cause: "an earlier PostgreSQL server (process \(pids)) still runs in \(folders.data)",
          cure: "end it, then start again")
      }
    }
    for path in [
      folders.postmasterFile, folders.socket + "/.s.PGSQL.5432",
      folders.socket + "/.s.PGSQL.5432.lock",
    ] { unlink(path) }
  }
}
