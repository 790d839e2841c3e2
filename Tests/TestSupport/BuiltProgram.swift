import Glibc

/// The path of a program of this package, from the same build as the tests.
package func builtProgram(_ name: String) -> String {
  guard let path = realpath("/proc/self/exe", nil) else { return name }
  defer { free(path) }
  let folders = String(cString: path).split(separator: "/").dropLast()
  return folders.reduce(into: "") { $0 += "/" + $1 } + "/" + name
}
