/// Words to search for. A result contains all of them; the last one may be only the beginning of a
/// word.
package struct SearchWords: Hashable, Sendable {
  /// How many bytes the text may have.
  package static let bytesMax = 100
  /// How many words there may be.
  package static let allowedCount = 1...6

  /// The words as they were given, without punctuation around them.
  package let words: [String]

  /// The words of a text, or nil when there are none or too many.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.bytesMax, !text.utf8.contains(0) else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace).map(Self.withoutPunctuation).filter {
      !$0.isEmpty
    }
    guard Self.allowedCount.contains(words.count) else { return nil }
    self.words = words
  }

  private static func withoutPunctuation(_ word: Substring) -> String {
    let marks: Set<Character> = [",", ";", "\"", "'", "(", ")"]
    let start = word.drop(while: marks.contains)
    return String(start.reversed().drop(while: marks.contains).reversed())
  }
}

/// The position of a customer or a product among those that are found by a word of their names.
package struct NamePosition: Equatable, Sendable {
  /// The word, as it is stored.
  package let word: String
  /// Decides between those who have the same word.
  package let id: String

  /// A position in a list.
  package init(word: String, id: String) {
    self.word = word
    self.id = id
  }
}

/// Entries that a search has found.
package struct SearchResult<Entry: Sendable, Position: Sendable>: Sendable {
  package let page: Page<Entry, Position>
  /// Whether more entries match than were examined, so that a further word would help.
  package let hasMoreMatches: Bool

  /// A result, each part given.
  package init(page: Page<Entry, Position>, hasMoreMatches: Bool) {
    self.page = page
    self.hasMoreMatches = hasMoreMatches
  }
}
