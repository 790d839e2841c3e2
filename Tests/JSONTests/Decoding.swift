import JSON
import Testing

/// An order as a contract would read it.
struct Order: Equatable {
  enum Shortage: String, CaseIterable { case refuse, partial }

  struct Line: Equatable {
    var product: String?
    var quantity: Int
    var price: Int64?

    init(_ json: JSONObject) {
      product = json["product_id"].optional?.string(length: 1...64)
      quantity = json["quantity"].integer(in: 1...1_000_000)
      price = json["price"].ifPresent?.decimal(.money)
    }
  }

  var customer: String
  var lines: [Line]
  var reference: String?
  var shortage: Shortage
  var gift: Bool

  init(_ json: JSONObject) {
    customer = json["customer_id"].string(length: 1...64)
    lines = json["items"].objects(count: 1...100, Line.init)
    reference = json["reference"].optional?.string(length: 1...20)
    shortage = json["shortage"].optional?.word() ?? .refuse
    gift = json["gift"].ifPresent?.boolean() ?? false
  }

  static func violations(
    _ text: String, unknownFields: JSONUnknownFields = .refused
  ) -> [String] {
    messages { () throws(JSONFailure) in
      _ = try JSONReader.decode(Array(text.utf8), unknownFields: unknownFields) { Order($0) }
    }
  }
}

/// The violations a decoding ends with, one line each.
func messages(_ decode: () throws(JSONFailure) -> Void) -> [String] {
  do throws(JSONFailure) {
    try decode()
    return []
  } catch {
    switch error {
    case .syntax(let error): return [error.message]
    case .violations(let violations): return violations.map { "\($0.field): \($0.message)" }
    }
  }
}

@Suite("Decoding")
struct Decoding {
  @Test("reads every field into its type")
  func order() throws {
    let body = #"""
      {"customer_id":"c-1","items":[{"product_id":"keyboard","quantity":2},
       {"quantity":1,"price":3.50}],"reference":"PO-77","shortage":"partial","gift":true}
      """#

    let order = try JSONReader.decode(Array(body.utf8)) { Order($0) }

    #expect(order.customer == "c-1")
    #expect(order.lines.map(\.product) == ["keyboard", nil])
    #expect(order.lines.map(\.quantity) == [2, 1])
    #expect(order.lines.map(\.price) == [nil, 350])
    #expect(order.reference == "PO-77")
    #expect(order.shortage == .partial)
    #expect(order.gift)
  }

  @Test("accepts fields in any order and without the optional ones")
  func optionalFields() throws {
    let body = #"{"reference":null,"items":[{"quantity":1}],"\u0063ustomer_id":"\u0063"}"#
    let order = try JSONReader.decode(Array(body.utf8)) { Order($0) }

    #expect(order.customer == "c")
    #expect(order.reference == nil)
    #expect(order.shortage == .refuse)
    #expect(!order.gift)
  }

  static let refusals: [(why: String, body: String, violations: [String])] = [
    ("nothing is there", "{}", ["customer_id: is required", "items: is required"]),
    ("the root is an array", "[]", [": must be an object"]),
    ("the root is a string", #""a""#, [": must be an object"]),
    ("the root is null", "null", [": must be an object"]),
    (
      "required fields are null", #"{"customer_id":null,"items":null}"#,
      ["customer_id: must be a string", "items: must be an array"]
    ),
    (
      "a string is a number", #"{"customer_id":1,"items":[{"quantity":1}]}"#,
      ["customer_id: must be a string"]
    ),
    (
      "a string is empty", #"{"customer_id":"","items":[{"quantity":1}]}"#,
      ["customer_id: must have 1 to 64 characters"]
    ),
    (
      "an array is empty", #"{"customer_id":"c","items":[]}"#,
      ["items: must have 1 to 100 items"]
    ),
    (
      "an array is an object", #"{"customer_id":"c","items":{"quantity":1}}"#,
      ["items: must be an array"]
    ),
    (
      "items are no objects", #"{"customer_id":"c","items":[1,{"quantity":1},[]]}"#,
      ["items[0]: must be an object", "items[2]: must be an object"]
    ),
    (
      "every field of every item is wrong",
      #"{"customer_id":"c","items":[{"quantity":0},{"product_id":"","price":-1},{"quantity":""}]}"#,
      [
        "items[0].quantity: must be a whole number from 1 to 1000000",
        "items[1].product_id: must have 1 to 64 characters",
        "items[1].quantity: is required",
        "items[1].price: \(JSONDecimalForm.money)",
        "items[2].quantity: must be a whole number from 1 to 1000000 in plain digits",
      ]
    ),
    (
      "ifPresent does not take null", #"{"customer_id":"c","items":[{"quantity":1}],"gift":null}"#,
      ["gift: must be true or false"]
    ),
    (
      "a boolean is a word", #"{"customer_id":"c","items":[{"quantity":1}],"gift":"true"}"#,
      ["gift: must be true or false"]
    ),
    (
      "a boolean is a number", #"{"customer_id":"c","items":[{"quantity":1}],"gift":1}"#,
      ["gift: must be true or false"]
    ),
    (
      "a word is another", #"{"customer_id":"c","items":[{"quantity":1}],"shortage":"Refuse"}"#,
      ["shortage: must be one of: refuse, partial"]
    ),
    (
      "a word is a number", #"{"customer_id":"c","items":[{"quantity":1}],"shortage":0}"#,
      ["shortage: must be a string"]
    ),
    (
      "fields are unknown, at every level",
      #"{"customer_id":"c","x":{"y":1},"items":[{"quantity":1,"qty":1}],"Gift":true}"#,
      [
        "items[0].qty: is not a known field", "x: is not a known field",
        "Gift: is not a known field; did you mean gift?",
      ]
    ),
  ]

  @Test("collects what is wrong, with its path, when", arguments: refusals)
  func refused(_ example: (why: String, body: String, violations: [String])) {
    #expect(Order.violations(example.body) == example.violations)
  }

  @Test("counts the length of a string in Unicode scalars")
  func length() throws {
    func length(_ text: String, _ range: ClosedRange<Int>) -> [String] {
      messages { () throws(JSONFailure) in
        _ = try JSONReader.decodeValue(Array("\"\(text)\"".utf8)) { $0.string(length: range) }
      }
    }

    #expect(length("€😀é", 3...3) == [])
    #expect(length(#"\ud83d\ude00"#, 1...1) == [])
    #expect(length("e\u{301}", 1...1) == [": must have exactly 1 character"])
    #expect(length("abcd", 0...3) == [": must have at most 3 characters"])
    #expect(length(String(repeating: "x", count: 4_096), 0...4_096) == [])
  }

  @Test("limits a string that has no limit of its own")
  func unnamedLength() {
    let body = Array(("\"" + String(repeating: "x", count: 4_097) + "\"").utf8)
    let failure = #expect(throws: JSONFailure.self) {
      try JSONReader.decodeValue(body) { $0.string() }
    }
    #expect(failure == .violations([JSONViolation(field: "", reason: .length(0...4_096))]))
  }

  @Test("ignores unknown fields where the contract says so, but not wrong ones")
  func ignored() {
    #expect(
      Order.violations(
        #"{"x":1,"customer_id":"c","items":[{"quantity":1,"y":2}]}"#,
        unknownFields: .ignored) == [])
    #expect(
      Order.violations(
        #"{"x":1,"customer_id":2,"items":[{"quantity":1}]}"#,
        unknownFields: .ignored) == ["customer_id: must be a string"])
  }

  @Test("finds the known keys also when there are more than 64 nodes")
  func manyKeys() {
    let others = (0..<200).map { "\"k\($0)\":[\($0)]" }.joined(separator: ",")
    let body = "{\(others),\"customer_id\":\"c\",\"items\":[{\"quantity\":1}]}"

    let found = Order.violations(body)

    #expect(found.count == JSONLimits.violations)
    #expect(found.first == "k0: is not a known field")
    #expect(Order.violations(body, unknownFields: .ignored) == [])
  }

  @Test("stops collecting at its limit")
  func violationLimit() {
    let lines = Array(repeating: #"{"quantity":0,"price":true}"#, count: 100).joined(separator: ",")
    let found = Order.violations("{\"items\":[\(lines)]}")

    #expect(found.count == JSONLimits.violations)
    #expect(found.first == "customer_id: is required")
  }

  @Test("does not read the items of an array that is too long")
  func tooManyItems() {
    let lines = Array(repeating: "0", count: 101).joined(separator: ",")
    #expect(
      Order.violations("{\"customer_id\":\"c\",\"items\":[\(lines)]}")
        == ["items: must have 1 to 100 items"])
  }

  @Test(
    "distinguishes an absent field from null",
    arguments: [
      ("{}", false, false), (#"{"carrier":null}"#, true, false),
      (#"{"carrier":"Post"}"#, true, true),
    ])
  func absence(_ body: String, isPresent: Bool, isGiven: Bool) throws {
    let (present, given) = try JSONReader.decode(Array(body.utf8)) { json in
      (json["carrier"].ifPresent != nil, json["carrier"].optional != nil)
    }
    #expect(present == isPresent && given == isGiven)
  }
}
