import Orders
import Postgres
import TestSupport
import Testing

@Suite("The table of channels")
struct ChannelTests {
  private static func rows<Value: Sendable>(
    _ query: SQL, _ read: @escaping @Sendable (Row) throws -> Value
  ) async throws -> [Value] {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let values = try await database.read(query).map(read)
      await database.close()
      return values
    }
  }

  @Test("has the same channels and kinds in the database as in the program")
  func same() async throws {
    // The function is the only place that lists them, so its text is read.
    let pairs = try await Self.rows(
      """
      SELECT pair[1], pair[2], channel_kind(pair[1])
        FROM pg_proc, regexp_matches(prosrc, 'WHEN ''(\\w+)'' +THEN ''(\\w+)''', 'g') AS pair
       WHERE oid = 'channel_kind'::regproc
      """
    ) { (name: try $0.text(0), kind: try $0.text(1), answer: try $0.text(2)) }

    #expect(pairs.map(\.name) == Channel.allCases.map(\.rawValue))
    #expect(pairs.map(\.kind) == Channel.allCases.map(\.kind.rawValue))
    #expect(pairs.map(\.answer) == pairs.map(\.kind))
  }

  @Test("decides which orders take stock, and knows no other channel")
  func stock() async throws {
    for channel in Channel.allCases {
      let takes = try await Self.rows("SELECT takes_stock(\(channel.rawValue))") { try $0.bool(0) }
      #expect(takes == [channel.kind == .stocked], "\(channel)")
    }
    let unknown = try await Self.rows("SELECT channel_kind('API') IS NULL") { try $0.bool(0) }
    #expect(unknown == [true])
  }

  @Test("decides which moves are allowed; those of stocked channels are the program's successors")
  func moves() async throws {
    let allowed = try await Self.rows(
      """
      SELECT channel, before, after
        FROM unnest(\(Channel.allCases.map(\.rawValue))) AS channel,
             unnest(\(OrderStatus.allCases.map(\.rawValue))) AS before,
             unnest(\(OrderStatus.allCases.map(\.rawValue))) AS after
       WHERE may_move(channel, before, after)
      """
    ) { [try $0.text(0), try $0.text(1), try $0.text(2)] }

    for channel in Channel.allCases {
      for before in OrderStatus.allCases {
        let expected =
          switch channel.kind {
          case .stocked: before.successors
          case .free: OrderStatus.allCases.filter { $0 != .failed }
          case .process: Self.processMoves[before] ?? []
          }
        let found = allowed.filter { $0[0] == channel.rawValue && $0[1] == before.rawValue }
        #expect(Set(found.map { $0[2] }) == Set(expected.map(\.rawValue)), "\(channel) \(before)")
      }
    }
  }

  private static let processMoves: [OrderStatus: [OrderStatus]] = [
    .new: [.inProgress, .completed, .failed], .inProgress: [.completed, .failed],
  ]

  @Test("has one channel for the order process service, which knows orders by reference alone")
  func process() {
    #expect(Channel.allCases.filter { $0.kind == .process } == [.fulfilment])
  }
}
