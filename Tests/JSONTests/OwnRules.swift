import JSON
import Testing

@Suite("A contract's own rules")
struct OwnRules {
  @Test("a check has its own error text")
  func check() {
    let found = messages { () throws(JSONFailure) in
      _ = try JSONReader.decode(Array(#"{"email":"nobody"}"#.utf8)) { json in
        json["email"].string(length: 3...254) {
          $0.contains("@") ? nil : "must look like an email address"
        }
      }
    }
    #expect(found == ["email: must look like an email address"])
  }

  @Test("the reason lets a contract phrase the violation itself")
  func phrase() {
    let failure = #expect(throws: JSONFailure.self) {
      try JSONReader.decode(Array(#"{"customerId":1,"status":"gone"}"#.utf8)) { json in
        (json["customerId"].string(), json["status"].word(Order.Shortage.self))
      }
    }
    guard case .violations(let violations) = failure else {
      Issue.record("expected violations, not \(String(describing: failure))")
      return
    }

    let phrased = violations.map { violation in
      switch violation.reason {
      case .notString: "\(violation.field) must be a string"
      case .notOneOf(let words):
        "\(violation.field) must be one of the following values: "
          + words.joined(separator: ", ")
      default: violation.message
      }
    }
    #expect(
      phrased == [
        "customerId must be a string",
        "status must be one of the following values: refuse, partial",
      ])
  }

  @Test("a rule between fields refuses the object")
  func refuse() {
    let found = messages { () throws(JSONFailure) in
      try JSONReader.decode(Array(#"{"shipping":{}}"#.utf8)) { json in
        json["shipping"].object { shipping in
          if shipping["carrier"].ifPresent == nil, shipping["tracking_number"].ifPresent == nil {
            shipping.refuse("must name a carrier or a tracking number")
          }
        }
      }
    }
    #expect(found == ["shipping: must name a carrier or a tracking number"])
  }

  /// A value that has no stand-in: making it of a wrong field has to throw.
  struct Even: Equatable {
    let value: Int

    init(_ field: JSONField) throws(JSONInvalid) {
      value = field.integer(in: 0...100)
      guard value.isMultiple(of: 2) else { throw field.refuse("must be even") }
    }
  }

  @Test("a value that cannot be made throws, and the other items are still read")
  func throwing() throws {
    func read(_ body: String) throws(JSONFailure) -> [Even] {
      try JSONReader.decode(Array(body.utf8)) { json throws(JSONInvalid) in
        try json["numbers"].array(Even.init)
      }
    }

    #expect(try read(#"{"numbers":[2,4]}"#).map(\.value) == [2, 4])
    #expect(
      messages { () throws(JSONFailure) in _ = try read(#"{"numbers":[2,3,"4",5],"x":1}"#) } == [
        "numbers[1]: must be even",
        "numbers[2]: must be a whole number from 0 to 100 in plain digits",
        "numbers[3]: must be even", "x: is not a known field",
      ])
  }

  @Test("one field gets one violation, the first")
  func once() {
    let found = messages { () throws(JSONFailure) in
      try JSONReader.decode(Array(#"{"a":1000}"#.utf8)) { json throws(JSONInvalid) in
        let field = json["a"]
        if field.integer(in: 1...10) < 5 { throw field.refuse("must be at least 5") }
      }
    }
    #expect(found == ["a: must be a whole number from 1 to 10"])
  }

  @Test("check throws before code that cannot handle a placeholder")
  func leaving() {
    let found = messages { () throws(JSONFailure) in
      _ = try JSONReader.decode(Array(#"{"items":[]}"#.utf8)) { json throws(JSONInvalid) in
        let items = json["items"].array(count: 1...9) { $0.string() }
        try json.check()
        return items[0]
      }
    }
    #expect(found == ["items: must have 1 to 9 items"])
  }

  @Test("fields inside a refused value get no violations of their own")
  func standIns() {
    let found = messages { () throws(JSONFailure) in
      _ = try JSONReader.decode(Array(#"{"shipping":"fast"}"#.utf8)) { json in
        json["shipping"].object { shipping in
          shipping["address"].object { address in
            (
              address["street"].string(length: 1...9), address["lines"].array { $0.boolean() },
              address["floor"].integer(in: 3...4), address["fee"].decimal(.money),
              address["kind"].word(Order.Shortage.self), address["x"].optional?.boolean()
            )
          }
        }
      }
    }
    #expect(found == ["shipping: must be an object"])
  }

  @Test("broken JSON is a syntax failure, whatever the closure wants")
  func syntax() {
    let found = messages { () throws(JSONFailure) in
      _ = try JSONReader.decode(Array(#"{"a":}"#.utf8)) { $0["b"].string() }
    }
    #expect(found == ["expected a value at byte 5, in a"])
  }
}
