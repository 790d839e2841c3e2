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
          EXCEPT SELECT unnest(words_of(name, email)), id FROM customers)
         UNION ALL
        (SELECT unnest(words_of(name, email)), id FROM customers
          EXCEPT SELECT word, id FROM search_words WHERE kind = 'c')
        """)
      #expect(differences.isEmpty, "seed \(seed)")
      let words = try await database.read("SELECT count(*) FROM search_words")
      #expect(try words[0].int(0) > 1_000)
      await database.close()
    }
  }

  @Test("a text has the same words whether it is plain or has to be folded")
  func plainTexts() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      var random = SeededRandom(seed: seed)
      let given = (0..<2_000).map { number in
        let letters = [
          "aB1 ", "aB1 -.'&,_~`{", "aB1-.@", "aÉß-Łi\u{301}\u{7F}\tx\u{A0} ",
        ][number % 4]
        let length = Int.random(in: 1...12, using: &random)
        return String((0..<length).map { _ in letters.randomElement(using: &random)! })
      }
      // Each text beside the words it would have if all were folded, which the definition is.
      let different = try await database.read(
        #"""
        SELECT given
          FROM unnest(\#(given)) AS given
         CROSS JOIN LATERAL (
             SELECT ARRAY(
                 SELECT word_of(piece)
                   FROM regexp_split_to_table(
                            folded(given), '[\s\u0001-\u0020\u00a0]+') AS piece)
         ) AS w (whole)
         WHERE ARRAY(SELECT word FROM unnest(words_of(given, NULL)) AS word ORDER BY 1)
               <> ARRAY(SELECT word FROM unnest(whole) AS word WHERE word <> ''
                         UNION
                        SELECT part
                          FROM unnest(whole) AS word
                         CROSS JOIN regexp_split_to_table(
                                        word, '[!-/:-@\[-`\u007b-\u00bf]+') AS part
                         WHERE part <> ''
                         ORDER BY 1)
        """#)
      let texts = try different.map { try $0.text(0) }
      #expect(texts.isEmpty, "seed \(seed)")
      await database.close()
    }
  }

  @Test(
    "a customer is found by the address, its sides and their parts, but not by its last part",
    arguments: [
      (
        "Jo.Ann+x@Mail.example.org",
        "ann example jo jo.ann+x jo.ann+x@mail.example.org mail mail.example.org x"
      ),
      ("root@localhost", "localhost root root@localhost"),
      ("ÉVA@exämple.org", "eva eva@example.org example example.org"),
      ("org@org.org", "org org.org org@org.org"),
    ])
  func addresses(_ address: String, _ expected: String) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let words = try await database.read(
        """
        SELECT word COLLATE "C"
          FROM unnest(words_of(NULL, \(address))) AS word ORDER BY 1
        """)
      #expect(try words.map { try $0.text(0) }.joined(separator: " ") == expected)
      await database.close()
    }
  }
}
