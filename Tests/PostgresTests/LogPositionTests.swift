import TestSupport
import Testing

@testable import Postgres

@Suite("A position in the log")
struct LogPositionTests {
  @Test(
    "is read as it is written",
    arguments: [
      ("3-16/B374D848", 3, 0x16_B374_D848), ("0-0/0", 0, 0), ("1-0/1F", 1, 0x1F),
      ("4294967295-FFFFFFFF/FFFFFFFF", .max, .max),
    ] as [(String, UInt32, UInt64)])
  func good(text: String, timeline: UInt32, place: UInt64) {
    let position = LogPosition(timeline: timeline, place: place)
    #expect(position.description == text)
    #expect(LogPosition(text) == position)
  }

  @Test("is read in small letters and with zeros before it, too")
  func otherForms() {
    #expect(LogPosition("03-0000001f/000000aB") == LogPosition(timeline: 3, place: 0x1F_0000_00AB))
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "1", "1-", "-1/2", "1-1", "1-/", "1-1/", "1-/1", "1-G/1", "1-1/2/3", "1-1/2-3", "later",
      // More than a number holds, or more digits than it can have.
      "1-100000000/0", "1-0/100000000", "1-000000001/1", "1-1/000000001", "4294967296-1/1",
      "00000000001-1/1",
      // Signs, blanks and letters that are no digits here.
      "+1-1/1", "1-+1/1", "1-1/+1", "-0-1/1", "1--0/1", "1-1/-0", " 1-1/1", "1 -1/1", "1- 1/1",
      "1-1 /1", "1-1/ 1", "1-1/1 ", "1-1/1\n", "A-1/1", "1-0x1/1", "1-1_0/1", "１-1/1", "1-Ａ/1",
    ])
  func bad(text: String) {
    #expect(LogPosition(text) == nil)
  }

  @Test("at the end of the log, behind a page's header, is the end of the record before it")
  func pages() async throws {
    try await withDatabase { database, _ in
      for (text, place) in [
        ("0/4000028", 0x400_0000), ("0/4002018", 0x400_2000), ("0/4002048", 0x400_2048),
        ("0/4000000", 0x400_0000), ("1/30", 0x1_0000_0030),
      ] as [(String, UInt64)] {
        let rows = try await database.read("SELECT \(text)::text, '0000000A'::text")
        #expect(
          try LogPosition(endOfLog: rows[0]) == LogPosition(timeline: 10, place: place))
      }
    }
  }
}
