import Glibc

/// Reads figures of running processes from /proc.
enum ProcessFigures {
  /// CPU seconds of a process, its children, and its ended children.
  static func cpuOfTree(_ pid: pid_t) -> Double {
    guard let root = stat(pid) else { return 0 }
    let children = allPIDs().compactMap(stat).filter { $0.parent == pid }
    let ticks = children.reduce(root.own + root.endedChildren) { $0 + $1.own + $1.endedChildren }
    return Double(ticks) / ticksPerSecond
  }

  static func children(of pid: pid_t) -> [pid_t] {
    allPIDs().filter { stat($0)?.parent == pid }
  }

  /// CPU seconds of what this program has started and waited for.
  static var cpuOfEndedChildren: Double {
    stat(getpid()).map { Double($0.endedChildren) / ticksPerSecond } ?? 0
  }

  /// Seconds of all cores in which nothing ran, since the machine was started.
  static var idle: Double {
    // "cpu user nice system idle iowait …"
    let fields = text("/proc/stat").prefix { $0 != "\n" }.split(separator: " ")
    guard fields.count > 5 else { return 0 }
    return fields[4...5].compactMap { Double($0) }.reduce(0, +) / ticksPerSecond
  }

  static var cores: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// Resident memory in bytes.
  static func memory(of pid: pid_t) -> Int {
    let fields = text("/proc/\(pid)/statm").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }

  static func descriptors(of pid: pid_t) -> Int { names(in: "/proc/\(pid)/fd").count }

  private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

  private struct Stat {
    let parent: pid_t
    let own: Int
    let endedChildren: Int
  }

  private static func stat(_ pid: pid_t) -> Stat? {
    // The name in parentheses may contain spaces, so the fields after it are counted.
    guard let tail = text("/proc/\(pid)/stat").split(separator: ")").last else { return nil }
    let fields = tail.split(separator: " ")
    guard fields.count > 14, let parent = pid_t(fields[1]) else { return nil }
    let times = fields[11...14].compactMap { Int($0) }
    return times.count == 4
      ? Stat(parent: parent, own: times[0] + times[1], endedChildren: times[2] + times[3]) : nil
  }

  private static func allPIDs() -> [pid_t] { names(in: "/proc").compactMap { pid_t($0) } }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
