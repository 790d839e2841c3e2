import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("The demo data")
struct DemoDataTests {
  @Test("is inserted once, and never into a catalogue that is not empty")
  func once() async throws {
    let conninfo = try await MigratedDatabase.make()
    let (inserted, again, page, statuses, customers) = try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let inserted = try await DemoData(database).insert()
      let again = try await DemoData(database).insert()
      let page = try await ProductRepository(database).list(after: nil, size: .standard)
      let statuses = try await database.read("SELECT DISTINCT status FROM orders")
        .map { (row) throws(PostgresError) in try row.text(0) }
      let customers = try await CustomerRepository(database).list(after: nil, size: .standard)
      try await Invariants.check(database)
      await database.close()
      return (inserted, again, page, statuses, customers)
    }

    #expect(inserted && !again)
    #expect(page.entries.count >= 10)
    #expect(page.entries.map(\.id.value).starts(with: ["product-1", "product-2"]))
    #expect(page.entries.filter { !$0.isAvailable }.count == 1)
    #expect(page.entries.allSatisfy { $0.price.cents > 0 })
    #expect(Set(statuses) == ["new", "in_progress", "completed", "cancelled", "failed"])
    #expect(customers.entries.first?.name == "Demo Customer 1")
    #expect(customers.entries.allSatisfy { $0.email?.hasSuffix("@example.org") == true })
  }

  @Test("is inserted once by two that start at the same moment")
  func together() async throws {
    let conninfo = try await MigratedDatabase.make()
    let insert: @Sendable () async throws -> Bool = {
      try await onLoop { loop in
        let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
        let inserted = try await DemoData(database).insert()
        await database.close()
        return inserted
      }
    }
    async let one = insert()
    async let two = insert()

    #expect(try await [one, two].filter { $0 }.count == 1)
  }
}
