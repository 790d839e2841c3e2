import JSON
import Orders
import Testing

@testable import OrderAPI

@Suite("A row of a file")
struct ImportRowTests {
  private static func read(
    _ kind: ImportKind, _ format: ImportFormat, _ header: String, _ row: String,
    mode: ImportMode = .create
  ) throws -> ImportRowReader.Reading {
    let reader = try ImportRowReader(
      kind, format, mode: mode, header: Array(header.utf8), at: .sample)
    return reader.read(try record(row, format))
  }

  private static func record(
    _ text: String, _ format: ImportFormat
  ) throws -> RecordSplitter.Record {
    var splitter = RecordSplitter(format)
    Array(text.utf8).withUnsafeBytes { splitter.append($0) }
    let record = splitter.last()
    return try #require(record)
  }

  private static func faults(_ reading: ImportRowReader.Reading) -> [String] {
    if case .faults(let faults) = reading { faults.map(\.sentence) } else { [] }
  }

  @Test(
    "of products is refused with the column and the reason",
    arguments: [
      ("p,Pen,\"1,50\",1", ["column price: \"1,50\" is not an amount"]),
      ("p,Pen,1.500,1", ["column price: \"1.500\" is not an amount"]),
      ("p,Pen,-1,1", ["column price: \"-1\" is not an amount"]),
      ("p,Pen,1e3,1", ["column price: \"1e3\" is not an amount"]),
      ("p,Pen,.5,1", ["column price: \".5\" is not an amount"]),
      ("p,Pen,10000000000,1", ["column price: \"10000000000\" is more than 9999999999.99"]),
      ("p,Pen,,1", ["column price: is required"]),
      ("p,,1,1", ["column name: is required"]),
      ("p,\"  \",1,1", ["column name: \"  \" must have 1 to 200 characters, one of them visible"]),
      (
        "a b,Pen,1,1",
        [
          "column id: \"a b\" must have 1 to 64 letters, digits, dots, underscores or hyphens"
        ]
      ),
      (",Pen,1,1", ["column id: is required"]),
      ("p,Pen,1,many", ["column stock: \"many\" is not a whole number from 0 to 1000000000000"]),
      ("p,Pen,1,1.0", ["column stock: \"1.0\" is not a whole number from 0 to 1000000000000"]),
      ("p,Pen,1,-1", ["column stock: \"-1\" is not a whole number from 0 to 1000000000000"]),
      (
        "p,Pen,x,y",
        [
          "column price: \"x\" is not an amount",
          "column stock: \"y\" is not a whole number from 0 to 1000000000000",
        ]
      ),
      ("p,Pen,1", ["the row has 3 columns, but the first line 4"]),
      ("p,\"Pen,1,1", ["the row the quote that begins column 2 does not end"]),
      ("p,P\u{0}n,1,1", ["the row is not UTF-8 text"]),
    ])
  func products(row: String, problems: [String]) throws {
    let faults = Self.faults(try Self.read(.products, .csv, "id,name,price,stock", row))
    #expect(faults == problems)
  }

  @Test(
    "of customers is refused with the column and the reason",
    arguments: [
      ("c,nobody,,", ["column email: \"nobody\" must be an e-mail address"]),
      (
        "c,,yesterday,",
        ["column created_at: \"yesterday\" is not a moment as 2026-01-01T10:00:00Z"]
      ),
      (
        "c,,2026-02-30,",
        ["column created_at: \"2026-02-30\" is not a moment as 2026-01-01T10:00:00Z"]
      ),
      ("c,,,{", ["column ship_to: is not JSON: unexpected end of the document at byte 1"]),
      (
        "c,,,\"{\"\"name\"\":\"\"x\"\"}\"",
        [
          "column ship_to.lines: is required", "column ship_to.city: is required",
          "column ship_to.country: is required",
        ]
      ),
    ])
  func customers(row: String, problems: [String]) throws {
    let header = "id,email,created_at,ship_to"
    let faults = Self.faults(try Self.read(.customers, .csv, header, row))
    #expect(faults == problems)
  }

  @Test(
    "of orders is refused with the column and the reason",
    arguments: [
      (#"{"items":[{"quantity":1,"price":1}]}"#, ["column customer_id: is required"]),
      (#"{"customer_id":"c"}"#, ["column items: is required"]),
      (#"{"customer_id":"c","items":[]}"#, ["column items: is required"]),
      (
        #"{"customer_id":"c","items":[{"product_id":"p","quantity":0}]}"#,
        ["column items[0].quantity: must be a whole number from 1 to 1000000"]
      ),
      (
        #"{"customer_id":"c","items":[{"name":"x","quantity":1}]}"#,
        ["column items[0].price: is required where there is no product_id"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":"1.50","amount":2}]}"#,
        ["column items[0].amount: is not the quantity times the price"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"total_amount":3.00}"#,
        ["column total_amount: 3.00 is not the sum of the lines, 2.00"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"total_quantity":3}"#,
        ["column total_quantity: 3 is not the sum of the lines, 2"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"status":"done"}"#,
        ["column status: \"done\" is none of: new, in_progress, completed, failed, cancelled"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"status":"failed"}"#,
        ["column status: is never failed in the channel api"]
      ),
      (
        #"{"channel":"fulfilment"}"#,
        ["column reference: is required in the channel fulfilment"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"id":"7"}"#,
        ["column id: \"7\" is not a UUID"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"returned_quantity":1}"#,
        ["column returned_quantity: 1 is not the sum of the column returns, 0"]
      ),
      (
        #"{"customer_id":"c","items":[{"quantity":2,"price":1}],"colour":1}"#,
        ["column colour: is not a known field"]
      ),
      (
        #"{"customer_id":{},"items":[{"quantity":2,"price":1}]}"#,
        ["column customer_id: must be a text or a number"]
      ),
      ("[", ["the row is not JSON: unexpected end of the document at byte 1, in [0]"]),
    ])
  func orders(row: String, problems: [String]) throws {
    let faults = Self.faults(try Self.read(.orders, .ndjson, "", row))
    #expect(faults == problems)
  }

  private static let sold = #"""
    "customer_id":"c","version":5,"items":[{"product_id":"p","quantity":2,"price":1}]
    """#

  private static func back(_ quantity: Int, version: Int, amount: String = "1") -> String {
    #"""
    {"version":\#(version),"product_id":"p","quantity":\#(quantity),"amount":\#(amount),\#
    "restocked":true,"reason":null,"who":"x","created_at":"2026-01-01T10:00:00.000Z"}
    """#
  }

  @Test("of orders has returns that can have been")
  func returns() throws {
    for (status, returns, problem) in [
      ("completed", Self.back(1, version: 3) + "," + Self.back(1, version: 4), nil),
      ("new", Self.back(1, version: 3), "are only of completed orders"),
      ("completed", Self.back(3, version: 3), "are more of p than the order has"),
      ("completed", Self.back(1, version: 6), "have a version that the order has not reached"),
      (
        "completed", Self.back(1, version: 3) + "," + Self.back(1, version: 3),
        "have p twice in version 3"
      ),
      ("completed", Self.back(1, version: 3, amount: "2.01"), "are worth more than the order"),
    ] as [(String, String, String?)] {
      let row = "{\(Self.sold),\"status\":\"\(status)\",\"returns\":[\(returns)]}"
      let faults = Self.faults(try Self.read(.orders, .ndjson, "", row))
      #expect(faults == [problem.map { "column returns: \($0)" }].compactMap(\.self), "\(row)")
    }
  }

  @Test("of orders has no return before the year 1")
  func era() throws {
    let item = Self.back(1, version: 3)
      .replacing("2026-01-01T10:00:00.000Z", with: "0001-01-01T00:00:00+01:00")
    let row = "{\(Self.sold),\"status\":\"completed\",\"returns\":[\(item)]}"
    let faults = Self.faults(try Self.read(.orders, .ndjson, "", row))
    #expect(faults == ["column returns[0].created_at: must be a moment as 2026-01-01T10:00:00Z"])
  }

  @Test("keeps what it says, and gets the rest")
  func order() throws {
    let row = #"""
      {"customer_id":"c","created_at":"2020-02-03T04:05:06.789Z","status":"In Progress",\#
      "items":[{"name":"Pen","quantity":2,"price":"1.5"}],"tags":["a"],"shipping":{"carrier":"x",\#
      "tracking_number":null}}
      """#
    guard case .row(.order(let order)) = try Self.read(.orders, .ndjson, "", row) else {
      Issue.record("no order")
      return
    }
    #expect(order.identity.createdAt.rfc3339 == "2020-02-03T04:05:06.789Z")
    #expect(order.identity.updatedAt == order.identity.createdAt && order.identity.version == 1)
    // The time is in the first 48 bits.
    #expect(Int64(order.id.high >> 16) == order.identity.createdAt.microseconds / 1_000)
    #expect(order.status == .inProgress && order.channel == .api && order.carrier == "x")
    #expect(order.totalCents == 300 && order.tags == #"["a"]"#)
    #expect(order.given == [.customer, .status, .items, .tags, .carrier, .trackingNumber])
  }

  @Test("cannot be read when the first line has a column that is not known, or one twice")
  func header() {
    for (header, sentence) in [
      ("id,emal", "column emal: is not known; did you mean email?"),
      ("id,id", "column id: is there twice"),
    ] {
      let fault = #expect(throws: ImportFault.self) {
        _ = try Self.read(.customers, .csv, header, "a,b")
      }
      #expect(fault?.sentence == sentence)
    }
  }

  @Test("with a byte order mark, and in a file that has errors from before, is read")
  func marked() throws {
    let reading = try Self.read(.customers, .csv, "\u{FEFF}id,error", "c,\"was wrong\"")
    guard case .row(.customer(let customer)) = reading else {
      Issue.record("\(reading)")
      return
    }
    #expect(customer.id.value == "c")
  }

  @Test("that is refused is written with the reason, which takes the place of an older one")
  func refused() throws {
    let fault = ImportFault("price", "\"1,50\" is not an amount")
    let sentence = #"column price: ""1,50"" is not an amount"#
    for (header, row, expected, expectedHeader) in [
      ("id,price", #"p,"1,50""#, #"p,"1,50","\#(sentence)""#, "id,price,error"),
      ("id,error,price", #"p,old,"1,50""#, #"p,"\#(sentence)","1,50""#, "id,error,price"),
    ] {
      let reader = try ImportRowReader(
        .products, .csv, mode: .upsert, header: Array(header.utf8), at: .sample)
      let record = try Self.record(row, .csv)
      #expect(String(decoding: reader.refused(record, [fault]), as: UTF8.self) == expected)
      let head = reader.headerOfRefused(Array(header.utf8))
      #expect(String(decoding: head, as: UTF8.self) == expectedHeader)
    }
    let reader = try ImportRowReader(.products, .ndjson, mode: .create, header: [], at: .sample)
    let record = try Self.record(#"{"id":"p","error":"old","price":1.50}"#, .ndjson)
    let written = String(decoding: reader.refused(record, [fault]), as: UTF8.self)
    #expect(
      written == #"{"id":"p","price":1.50,"error":"column price: \"1,50\" is not an amount"}"#)
  }
}
