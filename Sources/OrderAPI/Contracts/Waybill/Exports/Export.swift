import EventLoop
package import HTTP
import OrderStore
package import Orders

/// The lists that can be exported whole.
package enum ExportKind: String, CaseIterable, Sendable {
  case orders, customers, products, stock, events

  /// The table with its rows; nil for the feed, whose last position is the number of its events.
  package var table: String? {
    switch self {
    case .orders, .customers: rawValue
    case .products, .stock: "products"
    case .events: nil
    }
  }

  var access: Access { self == .customers ? .retailer : .staff }
}

/// A whole list that is being read.
package struct Export {
  /// The form of its rows.
  package let type: ContentType
  /// The position of the feed before the first row was read.
  package let cursor: FeedCursor
  /// Its rows.
  package let body: any ExportBody
}

/// The rows of an export as a stream.
package protocol ExportBody: BodyStream {
  /// How many rows have been sent.
  var rows: Int { get }
}

/// One request for an export.
struct ExportRequest {
  let parameters: Parameters
  /// The form of the rows when the query names none.
  let preferred: () throws(Failure) -> ContentType
  /// The place that the export holds until it ends.
  var place: StreamPlaces.Place?
  /// The loop that the export shares with others; nil where there are none.
  var loop: EventLoop?
  /// Whether the caller may still read on.
  var isAdmitted: () async -> Bool = { true }
  /// Lets each page come from a replica, for this reader and at this position.
  var copies: (CopyReads, reader: Int, position: CopyReads.Position?)?

  /// Reads one page.
  func reading<Value>(_ page: () async throws -> Value) async throws -> Value {
    guard let (copies, reader, position) = copies else { return try await page() }
    return try await copies.fromAnyCopy(by: reader, at: position, page)
  }

  /// The form of the rows.
  func type(_ named: ExportFormWord?) throws(Failure) -> ContentType {
    switch named {
    case .ndjson: .ndjson
    case .csv: .csv
    case nil: try preferred()
    }
  }
}

/// Why there is no export, as a sentence.
package struct ExportRefusal: Error, CustomStringConvertible {
  package let description: String

  init(_ failure: Failure) {
    let notice = ErrorNotice(failure)
    description = notice.violations.isEmpty ? notice.message : notice.violations.sentence
  }
}
