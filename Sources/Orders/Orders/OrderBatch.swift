/// Many orders in one request.
package enum OrderBatch {
  /// How many orders one request may name. More would hold locks for too long.
  package static let allowedCount = 1...100

  /// What becomes of a batch when some of its orders are refused.
  package enum Mode: String, CaseIterable, Sendable {
    /// The others are placed.
    case each
    /// None is placed.
    case all
  }
}
