import Glibc
import Postgres

/// One service per home: a lock the kernel releases when its holder ends, however that happens.
final class ClusterLock: Sendable {
  private let file: Int32

  init(_ folders: ClusterFolders, user: ServerUser) throws(ClusterError) {
    file = try ClusterFiles.open(folders.lock, of: user)
    // A lock that was released just now may be held for another moment by a program that its owner
    // is starting: between fork and exec that program has all descriptors of its owner.
    let file = file
    guard waited(upTo: 1, until: { flock(file, LOCK_EX | LOCK_NB) == 0 }) else {
      let holder = LocalFile.read(folders.lock).map { " (process \($0))" } ?? ""
      // Closed by deinit, which also runs for an object that was complete when its init threw.
      throw ClusterError(
        cause: "another waybill\(holder) uses \(folders.home)",
        cure: "stop it first, or give this one a folder of its own with WAYBILL_HOME")
    }
    // Only for the message above; the lock itself is the kernel's.
    let holder = String(getpid())
    ftruncate(file, 0)
    write(file, holder, holder.utf8.count)
  }

  deinit { close(file) }
}
