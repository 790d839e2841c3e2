import JSON

/// Where a process is, in the words of its service.
enum ProcessStatus: String, Sendable {
  case running = "RUNNING"
  case succeeded = "SUCCEEDED"
  case failed = "FAILED"

  /// What is said of an order, to those who ask and to those who are called back.
  func json(of order: String) -> [UInt8] { JSONWriter.object { write(order, to: &$0) } }

  func write(_ order: String, to json: inout JSONObjectWriter) {
    json.string("order_id", order)
    json.string("status", rawValue)
  }
}
