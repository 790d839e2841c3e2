/// Where the next page of a list begins, as text that clients hand back and do not read.
///
/// The list's name is part of it, so that a cursor of another list is refused and not misread.
struct Cursor {
  /// The text is base 32: safe in an address, and nobody takes it for a number to count up.
  private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

  /// What every cursor of `list` at `position` looks like.
  static func text(list: String, position: Int) -> String { text(list: list, [position]) }

  /// What every cursor looks like at a position that takes several numbers to say.
  static func text(list: String, _ position: [Int]) -> String {
    let plain = Array(([list] + position.map { "\($0)" }).joined(separator: ":").utf8)
    return encode(plain + checksum(plain))
  }

  /// The position in `list`; nil for anything that `text` did not make for this list.
  static func position(_ text: String, list: String) -> Int? {
    position(text, list: list, count: 1)?[0]
  }

  /// The `count` numbers of a position in `list`.
  static func position(_ text: String, list: String, count: Int) -> [Int]? {
    guard text.utf8.count <= 160, let bytes = decode(text) else { return nil }
    let parts = String(decoding: bytes.dropLast(4), as: UTF8.self).split(separator: ":")
    let numbers = parts.dropFirst().compactMap { Int($0) }
    guard parts.first == list[...], numbers.count == count, self.text(list: list, numbers) == text
    else { return nil }
    return numbers
  }

  /// Against a mistyped cursor, not against a forged one: a position is no secret. (FNV-1a)
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
