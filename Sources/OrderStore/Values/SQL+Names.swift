import Orders
import Postgres

// Searches for names: of customers, whose kind is "c", and of products, "p".

extension SQL {
  /// The words of names that are searched for, as an array; punctuation alone is no word.
  private static func wordsOfNames(_ words: [String]) -> SQL {
    """
    ARRAY(SELECT word FROM (SELECT word_of(given) AS word FROM unnest(\(words)) AS given) AS bare
           WHERE word <> '')
    """
  }

  /// What is found, as rows of `n` in the order of a list, or one row without an id. It is one
  /// entry more than a page has, if there is one.
  static func found(
    _ kind: SQL, _ whole: [String], _ beginning: String?, after position: NamePosition? = nil,
    size: PageSize
  ) -> SQL {
    """
    search_names(
        '\(kind)', \(wordsOfNames(whole)), nullif(word_of(\(beginning)), ''),
        \(position?.word), \(position?.id), \(size.value + 1)) AS found
    LEFT JOIN LATERAL unnest(found.ids, found.words)
                      WITH ORDINALITY AS n (found_id, found_word, position) ON true
    """
  }

  /// The columns behind those of what is found.
  static let foundNameColumns: SQL =
    "n.found_word, n.found_id, found.reach_word, found.reach_id, found.narrow"
}

extension Rows {
  /// The page of a search; `column` is the first of `foundNameColumns`.
  func found<Entry: Sendable>(
    at column: Int, size: PageSize, _ entry: (Row) throws(PostgresError) -> Entry
  ) throws(PostgresError) -> SearchResult<Entry, NamePosition> {
    var entries: [Entry] = []
    for row in prefix(size.value) where !row.isNull(column + 1) { entries.append(try entry(row)) }
    let next =
      count > size.value
      ? try self[size.value - 1].namePosition(at: column) : try self[0].namePosition(at: column + 2)
    return SearchResult(
      page: Page(entries: entries, next: next), hasMoreMatches: try self[0].bool(column + 4))
  }
}

extension Row {
  fileprivate func namePosition(at column: Int) throws(PostgresError) -> NamePosition? {
    guard let word = try optionalText(column), let id = try optionalText(column + 1) else {
      return nil
    }
    return NamePosition(word: word, id: id)
  }
}
