import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Customers of a file")
struct ImportWordsTests {
  @Test("are found by the same words as those that are added one by one")
  func words() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let imports = ImportRepository(database)
      var random = SeededRandom(seed: seed)
      let file = ImportFile(
        kind: .customers, name: "c.csv", sha256: [UInt8](repeating: 0, count: 32), bytes: 500)
      let record = try await imports.begin(file, .create, .leave, rows: 500)
      var batch = ImportBatch()
      let moment = Orders.Timestamp(microseconds: 0)
      let identity = ImportedIdentity(number: nil, version: 1, createdAt: moment, updatedAt: moment)
      func text(_ letters: String) -> String? {
        let length = Int.random(in: 0...12, using: &random)
        return length == 0
          ? nil : String((0..<length).map { _ in letters.randomElement(using: &random)! })
      }
      for number in 1...500 {
        var customer = ImportedCustomer(
          id: CustomerID("c\(number)")!, identity: identity, given: [.customerName, .email])
        customer.name = text(number % 2 == 0 ? "abAB -.,!'~_9  " : "aÉß-Łi\u{301}\u{7F}\tx\u{A0} ")
        customer.email = text("aB.@-+_x@").map { "xy" + $0 }
        batch.rows.append(.customer(customer))
        batch.lines.append(number)
      }
      batch.endByte = 500
      batch.isLast = true
      let written = try await imports.write(batch, of: record, from: 0, skips: false)
      #expect(written.created == 500)
      let differences = try await database.read(
        """
        (SELECT word, id FROM search_words WHERE kind = 'c'
          EXCEPT SELECT customer_words_of(name, email), id FROM customers)
         UNION ALL
        (SELECT customer_words_of(name, email), id FROM customers
          EXCEPT SELECT word, id FROM search_words WHERE kind = 'c')
        """)
      #expect(differences.isEmpty, "seed \(seed)")
      let words = try await database.read("SELECT count(*) FROM search_words")
      #expect(try words[0].int(0) > 1_000)
      await database.close()
    }
  }
}
