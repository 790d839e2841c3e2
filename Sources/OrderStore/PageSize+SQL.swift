import Orders
import Postgres

extension PageSize {
  /// A `LIMIT` that holds one entry more than the page, rounded up to one of three.
  ///
  /// The number stands in the text and is no parameter: the generic plan of a bound limit expects
  /// a tenth of the table and may sort all of it. Three texts keep the prepared statements few.
  var limitClause: SQL {
    switch value {
    case ...10: "LIMIT 11"
    case ...50: "LIMIT 51"
    default: "LIMIT 201"
    }
  }
}
