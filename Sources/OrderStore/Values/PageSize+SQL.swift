import Orders
import Postgres

extension PageSize {
  /// A `LIMIT` of one entry more than the page, rounded up to one of six numbers.
  ///
  /// The number is part of the text and not a parameter: a generic plan with a limit as a parameter
  /// expects a tenth of the table and may sort all of it. Few texts keep the number of prepared
  /// statements small, and few rows are read in vain.
  var limitClause: SQL {
    switch value {
    case ...10: "LIMIT 11"
    case ...20: "LIMIT 21"
    case ...50: "LIMIT 51"
    case ...100: "LIMIT 101"
    case ...200: "LIMIT 201"
    default: "LIMIT 501"
    }
  }
}
