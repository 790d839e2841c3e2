import Glibc

/// A folder with the files of the console, read anew with each request. A contributor edits them
/// and reloads the page; nothing else uses this, so reading may block the loop for a moment.
struct SourceFolder: Sendable {
  private static let bytesMax = 1 << 20

  let path: String

  /// A file; nil without one. Names have letters, digits, hyphens and dots, so none leads to
  /// another folder.
  func read(_ name: String) -> [UInt8]? {
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isName, !name.isEmpty, name.first != ".", FileType.of(name) != nil,
      let file = fopen(path + "/" + name, "re")
    else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
    let count = fread(&bytes, 1, bytes.count, file)
    return ferror(file) == 0 && feof(file) != 0 ? Array(bytes.prefix(count)) : nil
  }
}
