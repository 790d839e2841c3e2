import Glibc

/// A folder of a test's own, gone with it.
package final class TemporaryFolder {
  /// Where it is.
  package let path: String
  private var names: [String] = []

  /// Makes an empty folder.
  package init() throws {
    var template = Array("/tmp/waybill-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Writes a file into it.
  package func write(_ bytes: [UInt8], to name: String) throws {
    names.append(name)
    guard let file = fopen(path + "/" + name, "we") else { throw Failure(code: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(code: errno) }
  }

  /// What a file in it holds now; nil when there is none. It goes with the folder.
  package func text(of name: String) -> String? {
    names.append(name)
    guard let file = fopen(path + "/" + name, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private struct Failure: Error {
    let code: Int32
  }
}
