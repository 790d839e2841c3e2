import Glibc
import HTTP
import TestSupport
import Testing

/// Writes the corpus, some of its mutations and what was made of them for `Differential`.
@Suite("The exported corpus") struct ExportTests {
  private static let file = getenv("WAYBILL_HTTP_CORPUS").map { String(cString: $0) }

  @Test("has a line for each case", .enabled(if: file != nil)) func export() throws {
    let out = try #require(Self.file.flatMap { fopen($0, "w") })
    defer { fclose(out) }
    for example in HTTPCorpus.requests { write(example.bytes, example.description, to: out) }
    for seed in UInt64(1)...20 {
      var mutations = Mutations(seed: seed)
      for round in 0..<1_000 {
        write(mutations.next(), "mutation \(seed).\(round)", to: out)
      }
    }
  }

  /// A line of four columns: name, bytes in hexadecimal, refusal or 0, requests in hexadecimal.
  private func write(_ bytes: [UInt8], _ name: String, to out: UnsafeMutablePointer<FILE>) {
    let outcome = RequestReading([bytes])
    let requests = outcome.requests.map { hexadecimal($0.unicodeScalars.map { UInt8($0.value) }) }
    let columns = [
      name, hexadecimal(bytes), String(outcome.refusal ?? 0), requests.joined(separator: " "),
    ]
    fputs(columns.joined(separator: "\t") + "\n", out)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
  }
}
