import HTTP
import JSON
import Orders

@testable import OrderAPI

/// A reader of bytes that anybody may send, and what must hold of it for any bytes.
enum Target: String, CaseIterable {
  case http, json, query, cursor

  /// Ends the process when something does not hold, which libFuzzer notices.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .http:
      let whole = RequestReading([bytes])
      let single = RequestReading(bytes.map { [$0] })
      precondition(whole == single, "read in one piece: \(whole); byte by byte: \(single)")
    case .json:
      guard let value = try? JSONValue(parsing: bytes) else { return }
      precondition((try? JSONValue(parsing: value.bytes)) == value, "does not read what it wrote")
    case .query:
      guard let query = try? Query(bytes[...]) else { return }
      precondition(query.parameters.count <= Query.parametersMax)
    case .cursor:
      let text = String(decoding: bytes, as: UTF8.self)
      if let cursor = FeedCursor(text) {
        precondition(cursor.description == text, "\(text) is read as another, \(cursor)")
      }
      guard let moment = Cursor.moment(text, list: "orders") else { return }
      let again = Cursor.text(list: "orders", moment.moment, moment.number)
      precondition(again == text, "\(text) is read as another cursor, \(again)")
    }
  }

  /// What the tests read: where the fuzzer starts.
  var seeds: [[UInt8]] {
    switch self {
    case .http: HTTPCorpus.requests.map(\.bytes)
    case .json:
      RefusedDocuments.all.map(\.bytes)
        + (AcceptedDocuments.structures + AcceptedDocuments.strings).map { Array($0.text.utf8) }
        + AcceptedDocuments.numbers.map { Array($0.utf8) }
    case .query:
      ["", "a=1&b=%C3%A9", "limit=50&status=new", "q=a+b&&x", "a=%zz", "a=%00", "a=%ff", "=&=&="]
        .map { Array($0.utf8) }
    case .cursor:
      [(0, 1), (1_700_000_000_000_000, 7), (-62_135_596_800_000_000, Int.max)].map {
        Array(Cursor.text(list: "orders", .init(microseconds: $0.0), $0.1).utf8)
      } + [Array("18342-9f3ac2d1".utf8)]
    }
  }
}
