import Glibc
import Postgres

/// The few file operations a cluster needs.
package enum ClusterFiles {
  /// The names in a folder, none when it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The path with links and dots resolved; nil when it does not exist.
  static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Makes the folder and those above it that are missing.
  static func makeFolders(_ path: String) throws(ClusterError) {
    guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolders(String(path[..<slash]))
      guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    }
    throw .system("make the folder \(path)", code: errno)
  }

  /// Makes a folder that its owner alone can enter, or checks that it is one.
  ///
  /// The check matters in /tmp, where somebody else may have made a folder of that name first.
  package static func makePrivateFolder(
    _ path: String, of user: ServerUser
  ) throws(ClusterError) {
    if mkdir(path, 0o700) == 0 {
      guard chown(path, user.uid, user.gid) == 0 else {
        throw .system("hand \(path) to \(user.name)", code: errno)
      }
      return
    }
    guard errno == EEXIST else { throw .system("make the folder \(path)", code: errno) }
    let found = LocalFile.status(path)
    guard let found, found.st_mode & S_IFMT == S_IFDIR, found.st_uid == user.uid,
      found.st_mode & 0o022 == 0
    else {
      throw ClusterError(
        cause: "\(path) is not a private folder of the user \(user.name)",
        cure: "remove it, start as its owner, or choose another folder with WAYBILL_HOME")
    }
  }

  /// Opens a file for appending, owned by the user; a link in its place is refused, because this
  /// process may be root, and the folder's owner could lead it to a file that they may not open.
  static func open(_ path: String, of user: ServerUser) throws(ClusterError) -> Int32 {
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system("open \(path)", code: errno) }
    _ = fchown(file, user.uid, user.gid)
    return file
  }

  /// Replaces the content of a small file.
  static func write(_ text: String, to path: String, of user: ServerUser) throws(ClusterError) {
    let file = try open(path, of: user)
    defer { close(file) }
    guard ftruncate(file, 0) == 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count
    else { throw .system("write \(path)", code: errno) }
  }

  /// Makes sure that the names in a folder survive a power cut.
  static func sync(_ folder: String) {
    let file = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
    fsync(file)
    close(file)
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  package static func removeTree(_ path: String) {
    guard LocalFile.status(path) != nil else { return }
    _ = ChildProcess.output(of: ["/bin/rm", "-rf", "--", path], seconds: 60)
  }
}
