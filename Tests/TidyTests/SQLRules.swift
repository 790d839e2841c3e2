extension Rule {
  /// SQL keywords and functions with the version that introduced them; 14 is the oldest supported
  /// version.
  private static let newerSQL: [(word: String, version: Int)] = [
    ("security_invoker", 15), ("nulls not distinct", 15), ("merge into", 15), ("set null (", 15),
    ("set default (", 15), ("on parameter", 15), ("regexp_count", 15), ("regexp_like", 15),
    ("regexp_substr", 15), ("regexp_instr", 15), ("range_intersect_agg", 15),
    ("any_value", 16), ("is json", 16), ("json_objectagg", 16), ("json_arrayagg", 16),
    ("array_shuffle", 16), ("pg_input_is_valid", 16), ("random_normal", 16), ("erf(", 16),
    ("with inherit", 16), ("json_table", 17), ("json_query", 17), ("json_value", 17),
    ("transaction_timeout", 17), ("maintain on", 17), ("uuidv7()", 18), ("casefold", 18),
    ("without overlaps", 18), ("returning old.", 18), ("returning new.", 18),
  ]

  static let oldSQL = perLine(
    "the SQL is understood by PostgreSQL 14",
    in: { file in
      let holdsSQL =
        file.path.hasPrefix("migrations/") || file.path.hasPrefix("Sources/OrderStore/")
      return holdsSQL ? file.lines : []
    },
    finding: { line, _ in
      let text = line.prefix(upTo: line.ranges(of: "--").first?.lowerBound ?? line.endIndex)
      let words = text.lowercased()
      return newerSQL.first { words.contains($0.word) }
        .map { "\($0.word) is of PostgreSQL \($0.version)" }
    })
}
