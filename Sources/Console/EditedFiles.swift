/// The files of the console as they are at each request. A contributor edits them and reloads the
/// page; nothing else uses this, so reading may block the loop for a moment.
struct EditedFiles: Sendable {
  let read: @Sendable (_ name: String) -> [UInt8]?

  /// A file; nil without one. Names have letters, digits, hyphens and dots, so none leads to
  /// another folder.
  func file(_ name: String) -> [UInt8]? {
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isName, !name.isEmpty, name.first != ".", FileType.of(name) != nil else { return nil }
    return read(name)
  }
}
