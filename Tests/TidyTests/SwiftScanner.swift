/// Separates Swift code from strings and comments, well enough to count braces and words.
struct SwiftScanner {
  private let bytes: [UInt8]
  private var position = 0
  private var code: [UInt8]
  private var comments: [UInt8]

  /// Returns the text twice, with everything else replaced by blanks and line ends kept.
  static func scan(_ text: String) -> (code: [UInt8], comments: [UInt8]) {
    var scanner = SwiftScanner(Array(text.utf8))
    scanner.run()
    return (scanner.code, scanner.comments)
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    code = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    comments = code
  }

  private mutating func run() {
    while position < bytes.count {
      if at("//") {
        while position < bytes.count, !at("\n") { keepComment() }
      } else if at("/*") {
        blockComment()
      } else if let hashes = stringStart() {
        string(hashes: hashes)
      } else {
        code[position] = bytes[position]
        position += 1
      }
    }
  }

  private func at(_ text: StaticString, offset: Int = 0) -> Bool {
    let start = position + offset
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount where bytes[start + index] != text.utf8Start[index] {
      return false
    }
    return true
  }

  private func hashes(offset: Int) -> Int {
    var count = 0
    while at("#", offset: offset + count) { count += 1 }
    return count
  }

  private mutating func keepComment() {
    comments[position] = bytes[position]
    position += 1
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if at("/*") { depth += 1; keepComment() } else if at("*/") { depth -= 1; keepComment() }
      keepComment()
    } while depth > 0 && position < bytes.count
  }

  /// The number of `#` before a string that starts here; nil when none starts here.
  private func stringStart() -> Int? {
    let count = hashes(offset: 0)
    return at("\"", offset: count) ? count : nil
  }

  private mutating func string(hashes count: Int) {
    position += count
    let isLong = at("\"\"\"")
    position += isLong ? 3 : 1
    while position < bytes.count {
      let ends = isLong ? at("\"\"\"") : at("\"")
      if ends, hashes(offset: isLong ? 3 : 1) >= count {
        position += (isLong ? 3 : 1) + count
        return
      }
      if !isLong, at("\n") { return }
      if at("\\"), hashes(offset: 1) >= count {
        position += 1 + count
        if at("(") { interpolation() } else { position += 1 }
      } else {
        position += 1
      }
    }
  }

  private mutating func interpolation() {
    var depth = 0
    repeat {
      if let hashes = stringStart() { string(hashes: hashes); continue }
      if at("(") { depth += 1 } else if at(")") { depth -= 1 }
      position += 1
    } while depth > 0 && position < bytes.count
  }
}
