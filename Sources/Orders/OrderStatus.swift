/// Where an order stands between being placed and being done.
package enum OrderStatus: String, CaseIterable, Sendable {
  /// Placed; nobody has begun with it.
  case new
  /// The warehouse is at it.
  case inProgress = "in_progress"
  /// Done.
  case completed
  /// Given up by the process that was to fulfil it.
  case failed
  /// Taken back; its stock is on the shelf again.
  case cancelled

  /// The whole life cycle as the warehouse moves it: what is not listed is refused.
  package var successors: [OrderStatus] {
    switch self {
    case .new: [.inProgress, .cancelled]
    case .inProgress: [.completed, .cancelled]
    case .completed, .failed, .cancelled: []
    }
  }

  /// The status a person's word stands for: `in progress`, `in-progress` and `IN_PROGRESS` are one.
  package init?(word: String) {
    self.init(
      rawValue: String(
        word.map { $0 == " " || $0 == "-" ? "_" : Character($0.lowercased()) }))
  }
}
