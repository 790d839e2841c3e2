import JSON

/// The results of the doctor's checks, in their order.
struct Findings {
  struct Finding {
    let subject: String
    let isWell: Bool
    /// A fact; when it is not well, cause and cure.
    let text: String
  }

  private(set) var all: [Finding] = []

  var areWell: Bool { all.allSatisfy(\.isWell) }

  mutating func well(_ subject: String, _ fact: String = "") {
    all.append(.init(subject: subject, isWell: true, text: fact.isEmpty ? "ok" : "ok, \(fact)"))
  }

  mutating func trouble(_ subject: String, _ causeAndCure: String) {
    all.append(.init(subject: subject, isWell: false, text: causeAndCure))
  }

  /// Well when the condition holds, else trouble.
  mutating func expect(
    _ condition: Bool, _ subject: String, _ fact: String, otherwise causeAndCure: String
  ) {
    if condition { well(subject, fact) } else { trouble(subject, causeAndCure) }
  }

  var text: String { all.map { "\($0.subject): \($0.text)\n" }.joined() }

  var json: String {
    let document = JSONWriter.object { json in
      json.boolean("ok", areWell)
      json.array("findings") { items in
        for finding in all {
          items.object { item in
            item.string("subject", finding.subject)
            item.boolean("ok", finding.isWell)
            item.string("finding", finding.text)
          }
        }
      }
    }
    return String(decoding: document, as: UTF8.self) + "\n"
  }
}
