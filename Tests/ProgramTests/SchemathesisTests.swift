import HTTP
import TestSupport
import Testing

@testable import OrderAPI
@testable import waybill

/// `.ci/schemathesis.toml` has exceptions for contracts, by their paths. They follow from facts
/// that the contracts state themselves, and these tests compare the two.
@Suite("The configuration of schemathesis") struct SchemathesisTests {
  /// The contracts that a section is about, and what it says.
  private let sections: [(contracts: Set<String>, text: Substring)]

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let file = try #require(readFile(root + "/.ci/schemathesis.toml"))
    sections = file.split(separator: "[[operations]]").compactMap { section in
      guard let path = section.firstMatch(of: /include-path-regex = "\^\/\(?([a-z|]+)\)?\/"/) else {
        return nil
      }
      return (Set(path.1.split(separator: "|").map(String.init)), section)
    }
  }

  /// The contracts of all sections that say this.
  private func contracts(with words: String) -> Set<String> {
    sections.filter { $0.text.contains(words) }.reduce(into: []) { $0.formUnion($1.contracts) }
  }

  @Test("names only contracts that there are") func names() {
    let named = sections.reduce(into: Set<String>()) { $0.formUnion($1.contracts) }

    #expect(!named.isEmpty && named.isSubset(of: Contract.additional.map(\.name)))
  }

  @Test("sends a customer's token to the contracts that are for customers alone") func tokens() {
    let forCustomers = Contract.additional.filter { contract in
      contract.routes.allSatisfy { $0.access == .customer }
    }

    #expect(contracts(with: "${CUSTOMER_TOKEN}") == Set(forCustomers.map(\.name)))
  }

  @Test("expects no 405 of the contracts that answer 404 instead") func methods() {
    let without = Contract.additional.filter { contract in
      let answer = contract.explain(
        .methodNotAllowed(allowed: []), .example(Mount(contract.basePath, contract)))
      return answer.status == .notFound
    }

    #expect(contracts(with: "unsupported_method.enabled = false") == Set(without.map(\.name)))
  }
}
