import Glibc
import PrivateCluster

/// A temporary folder, removed with this object and all that is in it by then.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    var template = Array("/tmp/waybill-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { ClusterFiles.removeTree(path) }

  package func write(_ bytes: [UInt8], to name: String) throws {
    guard let file = fopen(path + "/" + name, "we") else { throw Failure(code: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(code: errno) }
  }

  /// The text of a file in it; nil when there is none.
  package func text(of name: String) -> String? {
    textOfFile(path + "/" + name)
  }

  private struct Failure: Error {
    let code: Int32
  }
}

/// The text of a file; nil when there is none.
func textOfFile(_ path: String) -> String? {
  guard let file = fopen(path, "re") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    bytes += chunk[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}
