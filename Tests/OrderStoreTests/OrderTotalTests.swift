import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("The total of a list of orders")
struct OrderTotalTests {
  @Test("is what a plain query counts, whatever the filters, and the estimate is never refused")
  func totals() async throws {
    // Some of the many combinations. To count the orders of other products plainly takes too long.
    let filters = ReadBoundData.filters.filter {
      $0.sort == .newestFirst && [nil, ReadBoundData.rare].contains($0.product)
    }
    .enumerated().filter { $0.offset % 7 == 0 }.map(\.element)
    let conninfo = try await ReadBoundData.database()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let orders = OrderRepository(database)
      var isExact: [Bool] = []
      for filter in filters {
        let expected = try await database.read(
          "SELECT count(*) FROM orders AS o WHERE \(filter.plainCondition)")[0].int(0)
        let total = try await orders.total(filter, .exact)
        #expect(total.value == expected || total.kind == .atLeast, "\(filter)")
        #expect(total.value <= expected, "\(filter)")
        isExact.append(total.kind == .exact)
        let estimate = try await orders.total(filter, .estimate)
        #expect(estimate.kind == .estimate && estimate.value >= 0)
      }
      // Some products, tags and customers have more orders than are looked up.
      #expect(isExact.contains(false) && isExact.count { $0 } > isExact.count / 2)
      let all = try await orders.total(OrderFilter(), .estimate)
      #expect((20_000...200_000).contains(all.value), "\(all.value) of 60,000, some hidden")
      await database.close()
    }
  }

  @Test("is a number of which there may be more when the rows that it looks at were too many")
  func bound() {
    let most = ListTotal.lookedAtMax

    #expect(ListTotal(counted: 7, among: most) == ListTotal(7, .exact))
    #expect(ListTotal(counted: 7, among: most + 1) == ListTotal(7, .atLeast))
    #expect(ListTotal.limit.rendered().0 == "LIMIT \(most + 1)")
    #expect(ListTotal.limitOfLookups.rendered().0 == "LIMIT \(ListTotal.lookedUpMax + 1)")
  }
}
