import JSON
import Orders

extension Order {
  /// A line, for contracts that show lines in a form of their own.
  struct Line {
    /// The product; empty for a free item.
    let product: String
    let quantity: Int
  }

  /// The lines, read from the document that is stored. After a change that was committed, lines
  /// that cannot be read must not be reported as a failure.
  func lines(afterChange: Bool) throws(OrderError) -> [Line] {
    do throws(JSONFailure) {
      return try JSONReader.decodeValue(items, unknownFields: .ignored) {
        (root) throws(JSONInvalid) in
        root.objects { line in
          Line(
            product: line["product_id"].optional?.string() ?? "",
            quantity: line["quantity"].integer())
        }
      }
    } catch {
      // The lines are ours, so this is not the caller's mistake.
      let detail = "the lines of order \(id): \(error)"
      throw afterChange ? .outcomeUnknown(detail: detail) : .failure(detail: detail)
    }
  }
}
