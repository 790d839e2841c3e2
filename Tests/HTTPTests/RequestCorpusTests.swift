import HTTP
import TestSupport
import Testing

@Suite("The request corpus") struct RequestCorpusTests {
  @Test("is read as the RFCs say, however it is split", arguments: HTTPCorpus.requests)
  func split(_ example: HTTPCase) {
    let expected = RequestReading(requests: example.requests, refusal: example.refusal)

    #expect(RequestReading([example.bytes]) == expected)
    #expect(RequestReading(example.bytes.map { [$0] }) == expected, "byte by byte")
    for position in example.bytes.indices.dropFirst() {
      let parts = [example.bytes[..<position], example.bytes[position...]].map(Array.init)
      let outcome = RequestReading(parts)
      if outcome != expected { Issue.record("split at \(position): \(outcome)") }
    }
  }

  @Test("has 250 cases or more, and none twice") func size() {
    let twice = Dictionary(grouping: HTTPCorpus.requests, by: \.bytes).values.filter {
      $0.count > 1
    }

    #expect(HTTPCorpus.requests.count >= 250)
    #expect(twice.isEmpty)
  }
}
