import JSON

/// The results of the doctor's checks, in their order.
struct Findings {
  struct Finding {
    let subject: String
    let isGood: Bool
    /// A fact; when it is not good, cause and cure.
    let text: String
  }

  private(set) var all: [Finding] = []

  var areAllGood: Bool { all.allSatisfy(\.isGood) }

  mutating func good(_ subject: String, _ fact: String = "") {
    all.append(.init(subject: subject, isGood: true, text: fact.isEmpty ? "ok" : "ok, \(fact)"))
  }

  mutating func problem(_ subject: String, _ causeAndCure: String) {
    all.append(.init(subject: subject, isGood: false, text: causeAndCure))
  }

  /// Good when the condition holds, else a problem.
  mutating func expect(
    _ condition: Bool, _ subject: String, _ fact: String, otherwise causeAndCure: String
  ) {
    if condition { good(subject, fact) } else { problem(subject, causeAndCure) }
  }

  var text: String { all.map { "\($0.subject): \($0.text)\n" }.joined() }

  var json: String {
    let document = JSONWriter.object { json in
      json.boolean("ok", areAllGood)
      json.array("findings") { items in
        for finding in all {
          items.object { item in
            item.string("subject", finding.subject)
            item.boolean("ok", finding.isGood)
            item.string("finding", finding.text)
          }
        }
      }
    }
    return String(decoding: document, as: UTF8.self) + "\n"
  }
}
