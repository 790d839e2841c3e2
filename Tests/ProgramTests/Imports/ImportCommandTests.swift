import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("waybill import")
struct ImportCommandTests {
  private static let products = """
    id,name,price,stock
    p1,Pen,1.50,10
    p2,Ink,"2,50",3
    p3,Pad,3.50,many
    p1,Pen again,1.00,1
    p4,Cap,4.00,7

    """

  @Test("says what is wrong, line by line, and imports nothing")
  func refused() async throws {
    let bench = try await ImportBench()
    try bench.write(Self.products, to: "p.csv")
    let (code, log) = try await bench.load("products", "p.csv", ["--errors", bench.path("e.csv")])
    #expect(code == 1)
    #expect(
      log == """
        line 3, column price: "2,50" is not an amount
        line 4, column stock: "many" is not a whole number from 0 to 1000000000000
        line 5, column id: is also in line 2
        nothing was imported: 3 of 5 rows are refused; mend them, or leave them out with \
        --on-error skip

        """)
    #expect(
      bench.folder.text(of: "e.csv") == """
        id,name,price,stock,error\r
        p2,Ink,"2,50",3,"column price: ""2,50"" is not an amount"\r
        p3,Pad,3.50,many,"column stock: ""many"" is not a whole number from 0 to 1000000000000"\r
        p1,Pen again,1.00,1,"column id: is also in line 2"\r

        """)
    #expect(try await bench.number("SELECT count(*)::text FROM waybill.products") == 0)
    #expect(try await bench.number("SELECT count(*)::text FROM waybill.imports") == 0)
  }

  @Test("leaves out what is wrong, and takes it when it has been mended")
  func skipped() async throws {
    let bench = try await ImportBench()
    try bench.write(Self.products, to: "p.csv")
    let options = ["--on-error", "skip", "--errors", bench.path("e.csv")]
    let (code, log) = try await bench.load("products", "p.csv", options)
    #expect(code == 2)
    #expect(log.contains("import 1: 2 created, 0 changed, 0 unchanged, 3 refused, "), "\(log)")
    let refused = try #require(bench.folder.text(of: "e.csv"))
    let mended = refused.replacing(",\"2,50\",", with: ",2.50,").replacing("many", with: "5")
      .replacing("p1,Pen again", with: "p5,Pen again")
    try bench.write(mended, to: "mended.csv")
    let (again, rest) = try await bench.load("products", "mended.csv", options)
    #expect(again == 0, "\(rest)")
    #expect(
      try await bench.texts(
        "SELECT concat_ws(' ', id, name, price, stock) FROM waybill.products ORDER BY id")
        == [
          "p1 Pen 1.50 10", "p2 Ink 2.50 3", "p3 Pad 3.50 5", "p4 Cap 4.00 7",
          "p5 Pen again 1.00 1",
        ])
    try await bench.checkInvariants()
  }

  @Test("says that a file is finished, and does nothing then")
  func finished() async throws {
    let bench = try await ImportBench()
    try bench.write("id,name\nc1,Demo Customer 1\nc2,\n", to: "c.csv")
    #expect(try await bench.load("customers", "c.csv").0 == 0)
    let (code, log) = try await bench.load("customers", "c.csv")
    #expect(code == 0)
    #expect(log.hasPrefix("import 1 of this file was finished at 2"), "\(log)")
    #expect(log.hasSuffix("Z: 2 created, 0 changed, 0 unchanged, 0 refused\n"), "\(log)")
    // The same rows in another file are refused: they exist.
    try bench.write("id,name\r\nc1,Demo Customer 1\r\nc3,\r\n", to: "other.csv")
    let (other, reasons) = try await bench.load("customers", "other.csv")
    #expect(other == 1)
    #expect(reasons.hasPrefix("line 2, column id: c1 exists already\n"), "\(reasons)")
    #expect(try await bench.load("customers", "other.csv", ["--on-error", "skip"]).0 == 2)
    #expect(
      try await bench.texts("SELECT problem FROM waybill.import_refusals")
        == ["c1 exists already"])
  }

  @Test("checks and writes nothing in a dry run")
  func dryRun() async throws {
    let bench = try await ImportBench()
    try bench.write(Self.products, to: "p.csv")
    let (code, log) = try await bench.load(
      "products", "p.csv", ["--dry-run", "--errors", bench.path("e.csv")])
    #expect(code == 2)
    #expect(log.hasSuffix("dry run: 2 of 5 rows would be imported, 3 refused\n"), "\(log)")
    #expect(bench.folder.text(of: "e.csv")?.split(separator: "\r\n").count == 4)
    for table in ["products", "product_events", "stock_adjustments", "imports"] {
      let rows = SQL(unsafeText: "SELECT count(*)::text FROM waybill.\(table)")
      #expect(try await bench.number(rows) == 0, "\(table)")
    }
  }

  @Test("changes what exists when it is asked to, and leaves what the file does not say")
  func upsert() async throws {
    let bench = try await ImportBench()
    try bench.write(
      "id,name,price,stock,description\np1,Pen,1.50,10,Blue\np2,Ink,2,5,\n", to: "1.csv")
    #expect(try await bench.load("products", "1.csv").0 == 0)
    try bench.write("id,price,stock\np1,1.75,12\np2,2,5\n", to: "2.csv")
    let (code, log) = try await bench.load("products", "2.csv", ["--mode", "upsert"])
    #expect(code == 0)
    #expect(log.contains("0 created, 1 changed, 1 unchanged, 0 refused"), "\(log)")
    #expect(
      try await bench.texts(
        """
        SELECT concat_ws(' ', id, name, description, price, stock, version)
          FROM waybill.products ORDER BY id
        """) == ["p1 Pen Blue 1.75 12 2", "p2 Ink 2.00 5 1"])
    try bench.write("id,price,stock\np3,1,1\n", to: "3.csv")
    let (missing, reason) = try await bench.load("products", "3.csv", ["--mode", "upsert"])
    #expect(missing == 1)
    #expect(reason.contains("p3 does not exist, and a new product needs a name and a price"))

    try bench.write("id,name,email\nc1,Demo Customer 1,one@example.org\n", to: "c1.csv")
    #expect(try await bench.load("customers", "c1.csv").0 == 0)
    try bench.write("id,email\nc1,\nc2,two@example.org\n", to: "c2.csv")
    #expect(try await bench.load("customers", "c2.csv", ["--mode", "upsert"]).0 == 0)
    #expect(
      try await bench.texts(
        "SELECT concat_ws(' ', id, name, email, version) FROM waybill.customers ORDER BY id")
        == ["c1 Demo Customer 1 2", "c2 two@example.org 1"])
    #expect(
      try await bench.texts(
        "SELECT word FROM waybill.search_words WHERE kind = 'c' AND id = 'c1' ORDER BY 1")
        == ["1", "customer", "demo"])
    try await bench.checkInvariants()
  }

  @Test("changes orders as far as the life cycle allows")
  func upsertOrders() async throws {
    let bench = try await ImportBench()
    let item = #""[{""name"":""Pen"",""quantity"":1,""price"":2}]""#
    try bench.write(
      "reference,customer_id,status,items\nA,c1,new,\(item)\nB,c1,completed,\(item)\n", to: "1.csv")
    #expect(try await bench.load("orders", "1.csv").0 == 0)
    try bench.write(
      "reference,customer_id,status,items,carrier\nA,c1,in_progress,\(item),Cart\n", to: "2.csv")
    let (code, log) = try await bench.load("orders", "2.csv", ["--mode", "upsert"])
    #expect(code == 0 && log.contains("0 created, 1 changed"), "\(log)")
    #expect(
      try await bench.texts(
        """
        SELECT concat_ws(' ', reference, status, shipping_carrier, version)
          FROM waybill.orders ORDER BY reference
        """) == ["A in_progress Cart 2", "B completed 1"])
    let other = item.replacing("2}", with: "3}")
    for (row, reason) in [
      ("B,c1,new,\(item)", "line 2, column status: order 2 cannot go from completed to new"),
      ("B,c2,completed,\(item)", "line 2, column customer_id: order 2 is another customer's"),
      ("B,c1,completed,\(other)", "line 2, column items: order 2 has other lines"),
    ] {
      try bench.write("reference,customer_id,status,items\n\(row)\n", to: "3.csv")
      let (refused, text) = try await bench.load("orders", "3.csv", ["--mode", "upsert"])
      #expect(refused == 1 && text.contains(reason), "\(text)")
    }
    try await bench.checkInvariants()
  }

  @Test("takes the stock of open orders when it is asked to, and says which are short")
  func stock() async throws {
    let bench = try await ImportBench()
    try bench.write("id,name,price,stock\np1,Pen,1.50,5\n", to: "p.csv")
    #expect(try await bench.load("products", "p.csv").0 == 0)
    func row(
      _ reference: String, _ status: String, _ quantity: Int, _ product: String = "p1"
    ) -> String {
      let item = #"{"product_id":"\#(product)","quantity":\#(quantity),"price":2}"#
      return "\(reference),c1,\(status),\"[\(item.replacing("\"", with: "\"\""))]\"\n"
    }
    let rows =
      row("A", "completed", 9) + row("B", "new", 3) + row("C", "in_progress", 3)
      + row("D", "new", 2) + row("E", "new", 1, "unknown")
    try bench.write("reference,customer_id,status,items\n" + rows, to: "o.csv")
    let (code, log) = try await bench.load(
      "orders", "o.csv", ["--stock", "take", "--on-error", "skip"])
    #expect(code == 2)
    #expect(log.hasPrefix("line 4, column items: there is not enough of p1 in stock\n"), "\(log)")
    #expect(try await bench.number("SELECT stock::text FROM waybill.products") == 0)
    // A product that the catalogue does not know makes a free line.
    #expect(
      try await bench.texts(
        "SELECT items ->> 0 FROM waybill.orders WHERE reference = 'E'")
        == [#"{"product_id":null,"name":"unknown","quantity":1,"price":2.00,"amount":2.00}"#])
    try await bench.execute("UPDATE waybill.orders SET status = 'cancelled' WHERE reference = 'B'")
    #expect(try await bench.number("SELECT stock::text FROM waybill.products") == 3)
    try await bench.checkInvariants()
  }

  @Test("names the first rows that stop it while it writes, and how many more there are")
  func stopped() async throws {
    let bench = try await ImportBench()
    try bench.write("id,name,price,stock\np1,Pen,1.50,0\n", to: "p.csv")
    #expect(try await bench.load("products", "p.csv").0 == 0)
    let item = #""[{""product_id"":""p1"",""quantity"":1,""price"":2}]""#
    let rows = (1...25).map { "R\($0),c1,new,\(item)\n" }.joined()
    try bench.write("reference,customer_id,status,items\n" + rows, to: "o.csv")
    let (code, log) = try await bench.load("orders", "o.csv", ["--stock", "take"])
    #expect(code == 1)
    #expect(
      log.hasSuffix(
        """
        line 21, column items: there is not enough of p1 in stock
        and 5 more; --errors FILE writes all of them
        stopped: 0 created, 0 changed, 0 unchanged, 0 refused, and 25 rows are left

        """), "\(log)")
    #expect(try await bench.number("SELECT count(*)::text FROM waybill.orders") == 0)
  }

  @Test("refuses customers that are not known, where the service does")
  func unknownCustomers() async throws {
    let bench = try await ImportBench()
    let item = #""[{""name"":""Pen"",""quantity"":1,""price"":2}]""#
    try bench.write("customer_id,items\nc1,\(item)\n", to: "o.csv")
    let program = try RunningProgram(
      ["DATABASE_URL": bench.conninfo, "WAYBILL_UNKNOWN_CUSTOMERS": "refuse"],
      arguments: ["import", "orders", bench.path("o.csv")])
    #expect(await program.exitCode() == 1)
    #expect(program.log.hasPrefix("line 2, column customer_id: there is no customer \"c1\"\n"))
  }

  @Test("reads standard input, and a table or JSON by what it begins with")
  func standardInput() async throws {
    let bench = try await ImportBench()
    try bench.write("{\"id\":\"c1\",\"name\":\"One\"}\n{\"end\":true,\"rows\":1}\n", to: "c")
    let (code, log) = try await bench.run(
      ["import", "customers", "-"], launcher: "cat '\(bench.path("c"))' | \"$0\" \"$@\"")
    #expect(code == 0, "\(log)")
    #expect(try await bench.texts("SELECT name FROM waybill.customers") == ["One"])
  }

  @Test(
    "says what it cannot do",
    arguments: [
      (["import", "cats", "x"], 2 as Int32, "KIND must be one of: products, customers, orders"),
      (["import", "orders"], 2, "import needs the file; - is standard input"),
      (["import", "orders", "a", "b"], 2, "b is one word too many"),
      (["import", "customers", "a", "--stock", "take"], 2, "--stock is not for customers"),
      (["import", "orders", "/nowhere"], 1, "/nowhere cannot be read (No such file or directory)"),
      (
        ["import", "customers", "/dev/null"], 1,
        "the file is empty: its first line must name the columns"
      ),
    ])
  func mistyped(arguments: [String], code: Int32, reason: String) async throws {
    let bench = try await ImportBench()
    let (ended, log) = try await bench.run(arguments)
    #expect(ended == code)
    #expect(log.contains(reason), "\(log)")
  }

  @Test(
    "refuses a file that is not whole, or has something after its end",
    arguments: [
      (
        "{\"id\":\"c\"}\n{\"end\":true,\"rows\":2}\n",
        "line 2 says that there are 2 rows, and there are 1"
      ),
      (
        "{\"end\":true,\"rows\":0}\n{\"id\":\"c\"}\n",
        "line 2 comes after the last line of an export"
      ),
    ])
  func cut(text: String, reason: String) async throws {
    let bench = try await ImportBench()
    try bench.write(text, to: "c.ndjson")
    let (code, log) = try await bench.load("customers", "c.ndjson")
    #expect(code == 1 && log.contains(reason), "\(log)")
    #expect(try await bench.number("SELECT count(*)::text FROM waybill.customers") == 0)
  }
}
