import Postgres
import TestSupport
import Testing

@Suite("A value")
struct ValueTests {
  @Test("is read back as it was sent, at every limit of its type")
  func roundTrip() async throws {
    try await withDatabase { database, _ in
      for number in [0, 1, -1, .max, .min, 1 << 31, -1 << 31 - 1] {
        let rows = try await database.read("SELECT \(number), \(Optional(number))")
        #expect(try rows[0].int(0) == number)
        #expect(try rows[0].optionalInt(1) == number)
      }
      for number in [Int32.min, -1, 0, .max] {
        #expect(try await database.read("SELECT \(number)")[0].int(0) == Int(number))
      }
      for flag in [true, false] {
        #expect(try await database.read("SELECT \(flag), NOT \(flag)")[0].bool(0) == flag)
      }
      for bytes in [[], [0], [UInt8](0...255)] {
        #expect(try await database.read("SELECT \(bytes)")[0].bytea(0) == bytes)
      }
      let id = RawUUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
      for id in [id, RawUUID(high: 0, low: 0), RawUUID(high: .max, low: .max)] {
        #expect(try await database.read("SELECT \(id)")[0].uuid(0) == id)
      }
      #expect(
        try await database.read("SELECT \(id)")[0].text(0)
          == "01234567-89ab-cdef-fedc-ba9876543210")
    }
  }

  @Test(
    "of every type that is read is the same in the binary format as in text",
    arguments: [
      "0::smallint", "(-32768)::smallint", "2147483647", "-2147483648", "9223372036854775807",
      "'-9223372036854775808'::bigint", "0::numeric(12, 2)", "-1.5::numeric(12, 2)", "0.01",
      "0.0001", "0.00010", "1", "-10000", "10000.00", "9999999999.99",
      "123456789012345678901234.5600",
      "100000000::numeric(20, 2)", "0.00::numeric(20, 2)", "true", "false", "'x'::text",
      "''::text", "'[ {\"a\": 1.50} ]'::json", "'\\x00ff'::bytea", "'\\x'::bytea",
      "'01234567-89ab-cdef-fedc-ba9876543210'::uuid", "'2000-01-01 00:00:00+00'::timestamptz",
      "'1970-01-01 00:00:00+00'::timestamptz", "'0001-01-01 00:00:00+00'::timestamptz",
      "'9999-12-31 23:59:59.999999+00'::timestamptz",
      "'2026-02-28 23:59:59.001+00'::timestamptz",
      "NULL::bigint", "NULL::text", "NULL::timestamptz",
    ])
  func formats(expression: String) async throws {
    try await withDatabase { database, _ in
      let statement = SQL(unsafeText: "SELECT \(expression), pg_typeof(\(expression))::text")
      let text = try await database.read(statement)[0]
      let binary = try await database.read(statement.binary)[0]

      #expect(binary.isNull(0) == text.isNull(0))
      let type = try text.text(1)
      #expect(try binary.text(1) == type)
      if text.isNull(0) {
        #expect(try binary.optionalInt(0) == nil && binary.optionalText(0) == nil)
        #expect(try binary.optionalTimestamp(0) == nil)
        return
      }
      switch type {
      case "smallint", "integer", "bigint": #expect(try binary.int(0) == text.int(0))
      case "numeric": #expect(try binary.digits(0) == text.text(0))
      case "boolean": #expect(try binary.bool(0) == text.bool(0))
      case "uuid": #expect(try binary.uuid(0) == text.uuid(0))
      case "bytea": #expect(try binary.bytea(0) == text.bytea(0))
      case "timestamp with time zone": #expect(try binary.timestamp(0) == text.timestamp(0))
      default: #expect(try binary.text(0) == text.text(0))
      }
    }
  }

  @Test("of another type than is asked for is an error in the binary format, too")
  func otherType() async throws {
    try await withDatabase { database, _ in
      let statement: SQL = "SELECT 'NaN'::numeric, 'infinity'::timestamptz, true, 1.5, NULL::bigint"
      let row = try await database.read(statement.binary)[0]

      #expect(throws: PostgresError.self) { try row.digits(0) }
      #expect(throws: PostgresError.self) { try row.timestamp(1) }
      #expect(throws: PostgresError.self) { try row.int(2) }
      #expect(throws: PostgresError.self) { try row.uuid(3) }
      #expect(throws: PostgresError.self) { try row.int(4) }
      #expect(try row.decimal(3, fractionDigits: 1) == 15)
    }
  }

  static let texts = [
    "", " ", "'", "''", "\\", "\\'; DROP TABLE products; --", "1; SELECT pg_sleep(10)", "$1", "%s",
    "\u{1}\u{7f}", "Zoë", "e\u{301}", "😀👩‍👩‍👧‍👦", "\u{202e}abc", "\u{fffd}\u{ffff}", "'||version()||'",
    "{\"a\":1}", "NULL", "\n\r\t", "') OR ('1'='1", "/*", "*/--", "E'\\x41'", "U&'\\0041'",
    String(repeating: "x", count: 1 << 20),
  ]

  @Test("stays a value whatever it looks like")
  func injection() async throws {
    try await withDatabase { database, _ in
      for text in Self.texts {
        let rows = try await database.read(
          "SELECT \(text), octet_length(\(text)), \(text) = ANY(\([text, "other"]))")

        #expect(try rows[0].text(0) == text)
        #expect(try rows[0].int(1) == text.utf8.count)
        #expect(try rows[0].bool(2))
      }
    }
  }

  @Test("is refused before it is sent when it is text with a NUL, alone or in an array")
  func nul() async throws {
    try await withDatabase { database, _ in
      for sql in ["SELECT \("a\0b")", "SELECT \(["a", "\0"])"] as [SQL] {
        let error = await database.failure(reading: sql)
        guard case .parameter = error else {
          Issue.record("\(String(reflecting: error))")
          continue
        }
      }
      let one = try await database.read("SELECT 1")[0].int(0)
      #expect(one == 1)
    }
  }

  @Test("may be missing")
  func null() async throws {
    try await withDatabase { database, _ in
      let row = try await database.read(
        """
        SELECT \(String?.none), \(Int?.none), \(RawUUID?.none), \([UInt8]?.none), \(Bool?.none),
               \([String]?.none), \(Timestamp?.none)
        """)[0]
      for column in 0..<7 { #expect(row.isNull(column)) }
      #expect(try row.optionalText(0) == nil)
      #expect(try row.optionalInt(1) == nil)
      #expect(try row.optionalTimestamp(6) == nil)
      #expect(throws: PostgresError.self) { try row.int(1) }
    }
  }

  @Test("may be an array, with NULLs, or an empty one")
  func arrays() async throws {
    try await withDatabase { database, _ in
      let id = RawUUID(high: 1, low: 2)
      let row = try await database.read(
        """
        SELECT \([1, 2, 3])::text, \(["a", "b,\"", ""])::text, \([id])::text, \([Int]())::text,
               \(["x", nil])::text, \([true, false])::text, \([Int32(7)])::text,
               cardinality(\([String]()))
        """)[0]
      #expect(try row.text(0) == "{1,2,3}")
      #expect(try row.text(1) == #"{a,"b,\"",""}"#)
      #expect(try row.text(2) == "{00000000-0000-0001-0000-000000000002}")
      #expect(try row.text(3) == "{}")
      #expect(try row.text(4) == "{x,NULL}")
      #expect(try row.text(5) == "{t,f}")
      #expect(try row.text(6) == "{7}")
      #expect(try row.int(7) == 0)
    }
  }

  @Test("keeps a timestamp to the microsecond")
  func timestamps() async throws {
    try await withDatabase { database, _ in
      for microseconds: Int64 in [
        0, 1, 999_999, 951_782_400_000_000, 1_709_164_800_000_000, 4_102_444_799_999_999,
        253_402_300_799_999_999, -1, -62_135_596_800_000_000,
      ] {
        let time = Timestamp(microseconds: microseconds)
        let row = try await database.read(
          "SELECT \(time), (extract(epoch FROM \(time)) * 1000000)::bigint")[0]
        #expect(try row.timestamp(0) == time)
        #expect(try row.int(1) == Int(microseconds))
      }
    }
  }

  @Test("reads a decimal in units of its last digit")
  func decimals() async throws {
    try await withDatabase { database, _ in
      let row = try await database.read(
        """
        SELECT 0::numeric(12, 2), 1234.50::numeric(12, 2), -0.05::numeric(12, 2),
               92233720368547758.07::numeric, -92233720368547758.07::numeric, 7.125::numeric(4, 3)
        """)[0]
      for (column, cents) in [0, 123_450, -5, .max, -.max].enumerated() {
        #expect(try row.decimal(column, fractionDigits: 2) == cents)
      }
      #expect(try row.decimal(5, fractionDigits: 3) == 7125)
      let others = try await database.read(
        """
        SELECT 1, 1.5, 1.505, 'NaN'::numeric, '.50', '-.50', '1,50', '1.5x', '', '-',
               92233720368547758.08::numeric, NULL::numeric
        """)[0]
      for column in 0..<12 {
        #expect(throws: PostgresError.self) { try others.decimal(column, fractionDigits: 2) }
      }
    }
  }

  @Test("is an error, not a trap, when it is not what was expected")
  func decoding() async throws {
    try await withDatabase { database, _ in
      let row = try await database.read(
        """
        SELECT 'x', '99999999999999999999', '', '-', '-9223372036854775809',
               'infinity'::timestamptz, '0044-03-15 BC'::timestamptz, '12345-01-01'::timestamptz,
               1.5
        """)[0]
      for column in [0, 1, 2, 3, 4, 8, 9, -1, .max, .min] {
        #expect(throws: PostgresError.self) { try row.int(column) }
      }
      for column in [0, 1, 2, 5, 6, 7] {
        #expect(throws: PostgresError.self) { try row.timestamp(column) }
        #expect(throws: PostgresError.self) { try row.uuid(column) }
        #expect(throws: PostgresError.self) { try row.bool(column) }
        #expect(throws: PostgresError.self) { try row.bytea(column) }
      }
      #expect(row.withBytes(.max) { $0.count } == nil)
    }
  }
}
