import Postgres

extension SQL {
  /// The words of names that are searched for, as an array; punctuation alone is no word.
  static func wordsOfNames(_ words: [String]) -> SQL {
    """
    ARRAY(SELECT word FROM (SELECT word_of(given) AS word FROM unnest(\(words)) AS given) AS bare
           WHERE word <> '')
    """
  }
}
