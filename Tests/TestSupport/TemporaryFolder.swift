import Glibc

/// A folder of a test's own, gone with it.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String
  private var names: [String] = []

  /// Makes an empty folder.
  public init() throws {
    var template = Array("/tmp/waybill-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Writes a file into it.
  public func write(_ bytes: [UInt8], to name: String) throws {
    names.append(name)
    guard let file = fopen(path + "/" + name, "we") else { throw Failure(code: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(code: errno) }
  }

  private struct Failure: Error {
    let code: Int32
  }
}
