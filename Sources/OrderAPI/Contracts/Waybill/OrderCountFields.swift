import JSON
import OrderStore
import Orders

/// How many orders there are of each channel in each status.
struct OrderCounts: AnswerObject {
  let items: [OrderCount]

  static let schema = describe("OrderCounts", "How many orders there are, up to a bound.")

  func write(to json: inout some AnswerFields) {
    json.integer("bound", OrderCount.bound, in: 1...Int.max, "Up to how many are counted.", 1000)
    json.objects("items", items, "A count for each channel and status.")
  }

  static let sample = OrderCounts(items: [.sample])
}

extension OrderCount: AnswerObject {
  static let schema = describe("OrderCount", "How many orders of a channel are in a status.")

  func write(to json: inout some AnswerFields) {
    json.word("channel", channel, "The contract through which they came.")
    json.word("status", status, "Their status.")
    json.integer("count", count, in: 0...OrderCount.bound, "How many, up to the bound.", 12)
    json.boolean("more", isMore, "Whether there are more.", false)
  }

  static let sample = OrderCount(channel: .api, status: .new, count: 12, isMore: false)
}
