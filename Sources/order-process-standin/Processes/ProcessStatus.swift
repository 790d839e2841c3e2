import JSON

/// The status of a process, in the words of the contract.
enum ProcessStatus: String, Sendable {
  case running = "RUNNING"
  case succeeded = "SUCCEEDED"
  case failed = "FAILED"

  /// The body of answers and callbacks.
  func json(of order: String) -> [UInt8] { JSONWriter.object { write(order, to: &$0) } }

  func write(_ order: String, to json: inout JSONObjectWriter) {
    json.string("order_id", order)
    json.string("status", rawValue)
  }
}
