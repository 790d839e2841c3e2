/// The status of an order.
package enum OrderStatus: String, CaseIterable, Sendable {
  /// Placed, but nobody has begun to work on it.
  case new
  /// The warehouse is working on it.
  case inProgress = "in_progress"
  /// Done.
  case completed
  /// The external order process failed to fulfil it.
  case failed
  /// Cancelled; its stock was returned.
  case cancelled

  /// The statuses that the warehouse may move it to; every other move is refused.
  package var successors: [OrderStatus] {
    switch self {
    case .new: [.inProgress, .cancelled]
    case .inProgress: [.completed, .cancelled]
    case .completed, .failed, .cancelled: []
    }
  }

  /// The status of a word as people write it: `in progress`, `in-progress` and `IN_PROGRESS` are
  /// the same.
  package init?(word: String) {
    self.init(
      rawValue: String(
        word.map { $0 == " " || $0 == "-" ? "_" : Character($0.lowercased()) }))
  }
}
