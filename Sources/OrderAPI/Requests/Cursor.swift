import Orders

/// The position at which the next page of a list begins, as a text that clients send back unread.
///
/// It holds the name of its list, so that a cursor of another list is refused and not misread.
struct Cursor {
  /// Base 32 needs no escapes in an address, and does not look like a number to count up.
  private static let alphabet = Base32.alphabet

  /// Longer than any cursor: the longest holds a name and an id, at four bytes a character.
  private static let bytesMax = 4_096

  /// The cursor of `list` at a position, which is one or more texts without NUL.
  static func text(list: String, _ position: [String]) -> String {
    let plain = Array(([list] + position).joined(separator: "\0").utf8)
    return encode(plain + checksum(plain))
  }

  /// The position in `list`; nil for anything that `text` did not make for this list.
  static func position(_ text: String, list: String, parts: Int) -> [String]? {
    guard text.utf8.count <= bytesMax, let bytes = decode(text) else { return nil }
    let position = bytes.dropLast(4).split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard position.count == parts + 1, position[0] == list,
      self.text(list: list, Array(position[1...])) == text
    else { return nil }
    return Array(position[1...])
  }

  /// The cursor at a position that is one number.
  static func text(list: String, position: Int) -> String { text(list: list, ["\(position)"]) }

  /// The one number of a position in `list`.
  static func position(_ text: String, list: String) -> Int? {
    position(text, list: list, parts: 1).flatMap { Int($0[0]) }
  }

  /// The cursor at a moment, and a number that tells entries of the same moment apart.
  static func text(list: String, _ moment: Timestamp, _ number: Int) -> String {
    text(list: list, ["\(moment.microseconds)", "\(number)"])
  }

  /// The moment and the number of a position in `list`. Anybody can make up a cursor, so a moment
  /// that the database's calendar does not have is refused.
  static func moment(_ text: String, list: String) -> (moment: Timestamp, number: Int)? {
    guard let parts = position(text, list: list, parts: 2),
      let moment = Int64(parts[0]).map(Timestamp.init(microseconds:)), let number = Int(parts[1]),
      Timestamp.era.contains(moment)
    else { return nil }
    return (moment, number)
  }

  /// Finds a mistyped cursor (FNV-1a). It does not prevent a forged one: a position is no secret.
  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let sum = bytes.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
  }

  private static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt16 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt16(byte)
      held += 8
      while held >= 5 {
        held -= 5
        text.append(alphabet[Int(bits >> UInt16(held) & 31)])
      }
    }
    if held > 0 { text.append(alphabet[Int(bits << UInt16(5 - held) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt16 = 0
    var held = 0
    for character in text.utf8 {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      bits = bits << 5 | UInt16(value)
      held += 5
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt16(held)))
      }
    }
    return bytes
  }
}

extension OrderPosition {
  init?(cursor: String, of list: String) {
    guard let (moment, number) = Cursor.moment(cursor, list: list) else { return nil }
    self.init(createdAt: moment, number: number)
  }

  func cursor(of list: String) -> String { Cursor.text(list: list, createdAt, number) }
}

extension StockMovement.Position {
  init?(cursor: String, of list: String) {
    guard let (moment, number) = Cursor.moment(cursor, list: list) else { return nil }
    self.init(moment: moment, number: number)
  }

  func cursor(of list: String) -> String { Cursor.text(list: list, moment, number) }
}
