import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("The demo data")
struct DemoDataTests {
  @Test("is planted once, and never into a catalogue that is not empty")
  func once() async throws {
    let conninfo = try await MigratedDatabase.make()
    let (planted, again, page) = try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), on: loop)
      let planted = try await DemoData(database).plant()
      let again = try await DemoData(database).plant()
      let page = try await ProductRepository(database).list(after: nil, size: .standard)
      await database.close()
      return (planted, again, page)
    }

    #expect(planted && !again)
    #expect(page.entries.count >= 10)
    #expect(page.entries.map(\.id.value).starts(with: ["product-1", "product-2"]))
    #expect(page.entries.filter { !$0.isAvailable }.count == 1)
    #expect(page.entries.allSatisfy { $0.price.cents > 0 })
  }
}
