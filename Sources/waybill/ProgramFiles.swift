import Glibc

/// What came with the program beside the binary.
enum ProgramFiles {
  /// Where a folder is: beside the binary (`../share/waybill/NAME`, as installed), in the working
  /// tree that the binary was built in, or below the current folder.
  static func folder(_ name: String, inSource path: String) -> String {
    let own = binaryFolder()
    let candidates = [own + "/../share/waybill/\(name)", own + "/../../../\(path)", path]
    return candidates.first { access($0, R_OK | X_OK) == 0 } ?? path
  }

  private static func binaryFolder() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "." }
    defer { free(path) }
    return "/" + String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
  }
}
