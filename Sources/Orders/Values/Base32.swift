/// Text of letters and digits that look different from one another, five bits each.
package enum Base32 {
  /// The letters and digits, each at the index that it stands for.
  package static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

  /// Sixteen of them at random: 80 bits, so that no two words are ever the same.
  static func randomWord() -> String {
    String(decoding: (0..<16).map { _ in alphabet.randomElement()! }, as: UTF8.self)
  }
}
