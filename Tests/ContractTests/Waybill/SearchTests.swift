import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A search")
struct SearchTests {
  private static let rows = """
    WITH introduced AS (
        INSERT INTO customers (id, name, email) VALUES
            ('c-ann', 'Ann Smith', 'ann.s@example.org'), ('c-bob', 'Bob Smithson', NULL),
            ('c-jo', 'José MÜLLER-Straße', 'Jo@Example.org'), ('c-lu', 'Łucja O''Neil', NULL))
    INSERT INTO products (id, name, price, stock)
    VALUES ('kb-red', 'Red Keyboard', 10, 100), ('ms', 'Grey Mouse 100%', 5, 100)
    """

  private static func fill(_ client: ContractClient) async throws {
    for (customer, product, reference) in [
      ("c-ann", "kb-red", "PO-77"), ("c-ann", "ms", "PO-78"), ("c-bob", "ms", "AB_1"),
      ("c-jo", "kb-red", "ABX1"), ("c-lu", "ms", "100%"), ("nobody", "kb-red", "x"),
    ] {
      _ = try await client.place(
        """
        {"customer_id":"\(customer)","reference":"\(reference)",
         "items":[{"product_id":"\(product)","quantity":1}]}
        """)
    }
    _ = try await client.send(
      "PATCH", "/orders/3/shipping", #"{"tracking_number":"1Z-99"}"#)
  }

  private static func query(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }

  static let cases: [(String, String)] = [
    ("smith", "3 2 1"), ("smithson", "3"), ("ann", "2 1"), ("Smith, Ann", "2 1"),
    ("smith keyb", "1"), ("keyboard smith", "1"), ("smith keyboards", ""), ("an smith", ""),
    ("JOSE", "4"), ("jose\u{301}", "4"), ("josé", "4"), ("muller", "4"), ("MÜLLER", "4"),
    ("strasse", "4"), ("straße", "4"), ("lucja", "5"), ("łucja", "5"), ("o'neil", "5"),
    ("neil", "5"), ("ann.s@example.org", "2 1"), ("example.org", "4 2 1"), ("jo@example", "4"),
    ("po-7", "2 1"), ("PO-77", "1"), ("po-77 smith", "1"), ("smith po-77", "1"),
    ("ab_1", "3"), ("ab_", "3"), ("ab%", ""), ("100%", "5 3 2"), ("mouse 100%", "5 3 2"),
    ("ann &", "2 1"), ("& ann", "2 1"), ("&", ""), ("1z-99", "3"), ("1", "5 3 2 1"),
    ("#2", "2"), ("#smith", ""), ("ref:PO", "2 1"), ("ref:smith", ""), ("track:1Z-99", "3"),
    ("track:1Z", ""), ("customer:c-ann", "2 1"), ("customer:ann", ""), ("c-lu", "5"),
    ("product:kb-red", "6 4 1"), ("product:keyboard", ""), ("red customer:nobody", "6"),
    ("nobody", "6"), ("mouse", "5 3 2"), ("grey mouse ann", "2"), ("\u{1F600}", ""),
    ("'; DROP TABLE orders; --", ""),
  ]

  @Test("finds orders by what is said on the telephone")
  func orders() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      for (text, numbers) in Self.cases {
        for extra in ["", "&limit=1"] {
          let found = try await client.entries(from: "/orders?q=\(Self.query(text))\(extra)")
          let names = found.compactMap { $0["number"]?.written }.joined(separator: " ")
          #expect(names == numbers, "\(text)")
        }
      }
      let page = try await client.get("/orders?q=nosuchword")
      #expect(page.body == #"{"items":[],"next":null,"narrow":false}"#)
    }
  }

  @Test("heeds no punctuation around the words of a name")
  func punctuation() async throws {
    let rows = """
      WITH introduced AS (
          INSERT INTO customers (id, name, email)
          VALUES ('c-x', 'Demo & Sons Ltd.', '_x@example.org'))
      INSERT INTO products (id, name, price, stock) VALUES ('p', 'Cable 100%', 1, 1)
      """
    try await ordering(rows) { client in
      for query in [
        "q=demo+%26+sons", "q=demo+ltd.", "q=ltd.", "q=sons+%26", "email=_x%40example.org",
        "email=_X%40EXAMPLE.org",
      ] {
        let found = try await client.entries(from: "/customers?\(query)")
        #expect(found.compactMap { $0["id"]?.text } == ["c-x"], "\(query)")
      }
      // A mark that stands alone, even an accent, finds nobody.
      for query in ["q=%26", "q=%CC%81"] {
        #expect(try await client.entries(from: "/customers?\(query)").isEmpty, "\(query)")
      }
      let product = try await client.get("/search?kinds=products&q=cable+100%25").json
      #expect(product["products"]?[0]?["id"]?.text == "p")
    }
  }

  @Test("finds what is hidden behind much that matches only in part")
  func crowded() async throws {
    let rows = """
      WITH crowd AS (
          INSERT INTO products (id, name, price, stock)
          SELECT 'a' || n, 'Red Aa' || n, 1, 100 FROM generate_series(1, 2500) AS n),
      introduced AS (INSERT INTO customers (id, name) VALUES ('own', 'Demo'), ('other', 'Demo'))
      INSERT INTO products (id, name, price, stock) VALUES ('b', 'Blue Azz', 1, 1000)
      """
    try await ordering(rows) { client in
      let found = try await client.get("/search?kinds=products&q=blue+a").json
      #expect(found["products"]?.items?.compactMap { $0["id"]?.text } == ["b"])
      let many = try await client.get("/search?kinds=products&q=aa").json
      #expect(many["products"]?.items?.count == 5 && many["narrow"] == true)

      let order = #""items":[{"product_id":"b","quantity":1}]}"#
      _ = try await client.place(#"{"customer_id":"own","reference":"WEB-own",\#(order)"#)
      for number in 0..<205 {
        _ = try await client.place(
          #"{"customer_id":"other","reference":"WEB-\#(number)",\#(order)"#)
      }
      for query in ["q=own+web", "q=web&customer_id=own", "q=blue&customer_id=own"] {
        let orders = try await client.entries(from: "/orders?\(query)")
        #expect(orders.compactMap { $0["number"]?.written } == ["1"], "\(query)")
      }
      let own = try await client.get("/orders?q=web&customer_id=own").json
      #expect(own["narrow"] == false && own["next"] == .null)
    }
  }

  @Test("goes on beyond all that one page looks at, and shows nobody twice")
  func manyNames() async throws {
    let rows = """
      WITH sold AS (INSERT INTO products (id, name, price, stock) VALUES ('b', 'Blue', 1, 1000))
      INSERT INTO customers (id, name)
      SELECT 'c' || n, 'Aa' || n % 7 || ' Aab' || n
                       || CASE WHEN n > 4990 THEN ' Rare' ELSE ' Common' END
        FROM generate_series(1, 5000) AS n
      """
    try await ordering(rows) { client in
      func ids(_ query: String) async throws -> [String] {
        let found = try await client.entries(from: "/customers?limit=200&q=\(query)")
        return found.compactMap { $0["id"]?.text }
      }
      for query in ["aa", "aab", "common+aa", "common"] {
        let found = try await ids(query)
        let count = query.hasPrefix("common") ? 4_990 : 5_000
        #expect(found.count == count && Set(found).count == count, "\(query)")
      }
      // Nobody who has both words is among the first ones who have either.
      #expect(try await ids("common+rare").isEmpty)
      #expect(try await ids("aab5000+r") == ["c5000"])
      #expect(try await ids("rare+aa").count == 10)
      // The rarer word is walked, also if it is a beginning: its page has them all.
      for (query, count) in [("common+aab4989", 1), ("aa1+common+aab49", 15)] {
        let page = try await client.get("/customers?limit=200&q=\(query)").json
        #expect(page["items"]?.items?.count == count && page["narrow"] == false, "\(query)")
        #expect(page["next"] == .null)
      }
      // The orders of the first customers are shown, where too many match to look at all of them.
      for customer in ["c1001", "c5000", "c4991"] {
        _ = try await client.place(
          #"{"customer_id":"\#(customer)","items":[{"product_id":"b","quantity":1}]}"#)
      }
      for (query, numbers, narrow) in [
        ("aa", ["1"], true), ("rare", ["3", "2"], false), ("rare+aa2", ["2"], false),
        ("common+aa", ["1"], true), ("aab5000+blue", ["2"], false),
      ] {
        let page = try await client.get("/orders?q=\(query)").json
        let found = page["items"]?.items?.compactMap { $0["number"]?.written }
        #expect(found == numbers && page["narrow"] == .boolean(narrow), "\(query)")
      }
      let first = try await client.get("/customers?limit=1&q=aa").json
      #expect(first["narrow"] == true)
      let next = try #require(first["next"]?.text)
      #expect(try await client.get(next).json["items"]?.items?.count == 1)
      #expect(try await client.get(next.replacing("q=aa", with: "q=zz")).status == 200)
      #expect(try await client.get(next.replacing("&q=aa", with: "")).status == 400)
    }
  }

  @Test("shows no product that was retired, and still finds its orders")
  func retired() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      _ = try await client.send("DELETE", "/products/ms")
      for query in ["mouse", "grey+mouse", "m"] {
        let found = try await client.get("/search?kinds=products&q=\(query)").json
        #expect(found["products"]?.items?.isEmpty == true, "\(query)")
      }
      #expect(try await client.entries(from: "/orders?q=mouse").count == 3)
    }
  }

  @Test("of the orders of a customer who does not exist says so, with words and without")
  func nobody() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      for query in ["", "?q=", "?q=red", "?status=new"] {
        let unknown = try await client.get("/customers/no-one/orders\(query)")
        #expect(unknown.status == 404, "\(query)")
        #expect(try await client.get("/customers/c-jo/orders\(query)").status == 200, "\(query)")
      }
    }
  }

  @Test("follows a customer who is renamed and a product that is, and leaves nothing behind")
  func renamed() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      _ = try await client.send("PATCH", "/customers/c-ann", #"{"name":"Ann Miller","email":null}"#)
      _ = try await client.send("PATCH", "/products/ms", #"{"name":"Blue Pointer"}"#)
      for (text, count) in [
        ("ann", 2), ("miller", 2), ("ann smith", 0), ("ann.s@example.org", 0), ("mouse", 0),
        ("pointer", 3), ("ms", 3),
      ] {
        let found = try await client.entries(from: "/orders?q=\(Self.query(text))")
        #expect(found.count == count, "\(text)")
      }
      let strays = try await client.owner.read(
        """
        SELECT count(*) FROM search_words AS w
         WHERE word NOT IN (SELECT unnest(c.words)
                              FROM customers AS c WHERE c.id = w.id AND kind = 'c'
                             UNION ALL
                            SELECT unnest(words_of(name || ' ' || p.id, NULL))
                              FROM products AS p WHERE p.id = w.id AND kind = 'p')
        """)
      #expect(try strays[0].int(0) == 0)
    }
  }

  @Test("is joined with every other filter, and customers find their own orders alone")
  func filtered() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"in_progress"}"#)
      for (query, numbers) in [
        ("q=smith&status=in_progress", "1"), ("q=smith&customer_id=c-bob", "3"),
        ("q=smith&product_id=ms", "3 2"), ("q=smith&channel=store", ""),
        ("q=smith&created_after=2000-01-01", "3 2 1"), ("q=smith&created_before=2000-01-01", ""),
        ("q=smith&tag=none", ""), ("q=smith&reference=PO-77", "1"),
        ("reference=PO-77", "1"), ("reference=po-77", ""), ("tracking_number=1Z-99", "3"),
        ("tracking_number=1Z", ""), ("tracking_number=1Z-99&customer_id=c-bob", "3"),
        ("tracking_number=1Z-99&customer_id=c-ann", ""), ("reference=PO-77&status=new", ""),
        ("reference=PO-77&product_id=kb-red&sort=created_at", "1"),
        ("tracking_number=1Z-99&reference=AB_1", "3"),
      ] {
        let found = try await client.entries(from: "/orders?" + query)
        let names = found.compactMap { $0["number"]?.written }.joined(separator: " ")
        #expect(names == numbers, "\(query)")
      }
    }
  }

  @Test("takes a day for a moment: its beginning in UTC, which belongs to the day")
  func days() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      try await client.run("ALTER TABLE orders DISABLE TRIGGER USER")
      for (moment, number) in [
        ("2026-03-01T00:00:00Z", 1), ("2026-03-01T23:59:59.999Z", 2), ("2026-03-02T00:00:00Z", 3),
      ] {
        try await client.run(
          "UPDATE orders SET created_at = \(moment)::text::timestamptz WHERE number = \(number)")
      }
      try await client.run("ALTER TABLE orders ENABLE TRIGGER USER")
      let day = try await client.entries(
        from: "/orders?created_after=2026-03-01&created_before=2026-03-02")
      #expect(day.compactMap { $0["number"]?.written } == ["2", "1"])
      let after = try await client.entries(
        from: "/orders?created_after=2026-03-01T00:00:00Z&created_before=2026-03-02")
      #expect(after.compactMap { $0["number"]?.written } == ["2"], "a moment is later than itself")
      for wrong in ["2026-02-30", "2026-3-1", "20260301"] {
        #expect(try await client.get("/orders?created_after=\(wrong)").status == 400)
      }
      // The lines are unchanged, but these orders are no longer where their products say.
      try await client.run("ALTER TABLE orders DISABLE TRIGGER USER")
      try await client.run(
        """
        UPDATE orders AS o SET created_at = h.created_at FROM order_products AS h
         WHERE h.order_number = o.number
        """)
      try await client.run(
        """
        UPDATE orders AS o SET created_at = e.created_at FROM order_events AS e
         WHERE e.order_id = o.id AND e.version = 1
        """)
      try await client.run("ALTER TABLE orders ENABLE TRIGGER USER")
    }
  }

  @Test("finds an order by the client's own reference in the place of its id")
  func byReference() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      let byNumber = try await client.get("/orders/1")
      let byReference = try await client.get("/orders/ref:PO-77")
      #expect(byReference.status == 200 && byReference.body == byNumber.body)
      #expect(byReference.fields["ETag"] == byNumber.fields["ETag"])
      #expect(try await client.get("/orders/ref:100%25").json["number"]?.written == "5")
      for missing in ["ref:po-77", "ref:", "ref:none", "REF:PO-77"] {
        #expect(try await client.get("/orders/\(missing)").status == 404, "\(missing)")
      }
    }
  }

  @Test("finds customers by words and by address, in pages")
  func customers() async throws {
    try await ordering(Self.rows) { client in
      for (query, ids) in [
        ("q=smith", "c-ann c-bob"), ("q=smith&limit=1", "c-ann c-bob"), ("q=smithson%20b", "c-bob"),
        ("q=example.org", "c-ann c-jo"), ("q=an%20smith", ""), ("email=JO%40example.org", "c-jo"),
        ("email=o%40example.org", ""), ("q=jose&email=jo%40example.org", "c-jo"),
        ("q=ann&email=jo%40example.org", ""), ("q=neil", "c-lu"),
      ] {
        let found = try await client.entries(from: "/customers?" + query)
        #expect(found.compactMap { $0["id"]?.text }.joined(separator: " ") == ids, "\(query)")
      }
    }
  }

  @Test("over all kinds answers the first of each, and by what an order was found")
  func together() async throws {
    try await ordering(Self.rows) { client in
      try await Self.fill(client)
      let red = try await client.get("/search?q=red").json
      #expect(red["products"]?.items?.compactMap { $0["id"]?.text } == ["kb-red"])
      #expect(red["customers"]?.items?.isEmpty == true && red["narrow"] == .boolean(false))
      #expect(
        red["orders"]?.items?.compactMap { $0["order"]?["number"]?.written } == ["6", "4", "1"])
      for (text, match) in [
        ("red", "words"), ("#1", "number"), ("po-77", "reference"), ("1z-99", "tracking_number"),
        ("c-lu", "customer_id"),
      ] {
        let found = try await client.get("/search?kinds=orders&q=\(Self.query(text))").json
        #expect(found["orders"]?[0]?["matched"]?.text == match, "\(text)")
        #expect(found["customers"] == nil)
      }
      let nothing = try await client.get("/search?q=")
      #expect(nothing.body == #"{"orders":[],"customers":[],"products":[],"narrow":false}"#)
      let many = try await client.get("/search?q=a+b+c+d+e+f+g")
      #expect(try many.violations == ["q:must have 1 to 6 words and at most 100 bytes"])
      let kind = try await client.get("/search?q=a&kinds=tokens")
      #expect(
        try kind.violations == ["kinds:must be some of: orders, customers, products"])
      let sorted = try await client.get("/orders?q=a&sort=created_at")
      #expect(try sorted.violations == ["sort:must be -created_at where there is a q"])
    }
  }

  @Test("finds what a look at every order finds, whatever the names and the words")
  func property() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let vocabulary = [
      "ann", "Änn", "smith", "SMITH-jones", "red", "x1", "éa", "jones", "o", "po-1",
    ]
    try await ordering(Self.rows) { client in
      var random = SeededRandom(seed: seed)
      for number in 0..<12 {
        let name = (0...1).compactMap { _ in vocabulary.randomElement(using: &random) }
        _ = try await client.send(
          "POST", "/customers", #"{"id":"r\#(number)","name":"\#(name.joined(separator: " "))"}"#)
      }
      for number in 0..<40 {
        let product = ["kb-red", "ms"].randomElement(using: &random)!
        let reference = number % 3 == 0 ? #","reference":"po-1\#(number)""# : ""
        _ = try await client.place(
          """
          {"customer_id":"r\(Int.random(in: 0..<12, using: &random))"\(reference),
           "items":[{"product_id":"\(product)","quantity":1}]}
          """)
      }
      for _ in 0..<60 {
        let words = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
          vocabulary.randomElement(using: &random)
        }
        let found = try await client.entries(
          from: "/orders?limit=7&q=\(Self.query(words.joined(separator: " ")))")
        let plain = try await client.owner.read(
          """
          SELECT o.number
            FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
           WHERE NOT EXISTS (
               SELECT FROM unnest(\(words)) WITH ORDINALITY AS g (word, nr)
                WHERE NOT EXISTS (
                    SELECT FROM (SELECT unnest(words_of(c.name, NULL))
                                  UNION ALL SELECT c.id
                                  UNION ALL
                                 SELECT unnest(words_of(p.name || ' ' || p.id, NULL))
                                   FROM products AS p WHERE p.id = o.items #>> '{0,product_id}'
                                  UNION ALL SELECT lower(o.reference)) AS t (term)
                     WHERE term = folded(word)
                        OR nr = \(words.count) AND starts_with(term, folded(word))))
           ORDER BY o.created_at DESC, o.number DESC
          """)
        let expected = try plain.map { "\(try $0.int(0))" }
        #expect(found.compactMap { $0["number"]?.written } == expected, "seed \(seed): \(words)")
      }
    }
  }
}
