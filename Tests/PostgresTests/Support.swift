import EventLoop
import Postgres
import TestSupport

/// Runs `body` on a loop of its own with an empty database of its own.
func withDatabase<Result: Sendable>(
  _ settings: PostgresSettings = PostgresSettings(),
  _ body: @escaping @Sendable (Database, EventLoop) async throws -> Result
) async throws -> Result {
  let target = try ConnectionString(TestCluster.shared.makeDatabase())
  return try await onLoop { loop in
    let database = Database(target, settings: settings, on: loop)
    do {
      let result = try await body(database, loop)
      await database.close()
      return result
    } catch {
      await database.close()
      throw error
    }
  }
}

extension Database {
  /// The error of a read; nil when there is none.
  func failure(reading sql: SQL) async -> PostgresError? {
    do throws(PostgresError) {
      _ = try await read(sql)
      return nil
    } catch {
      return error
    }
  }

  /// The error of a write; nil when there is none.
  func failure(writing sql: SQL) async -> PostgresError? {
    do throws(PostgresError) {
      _ = try await write(sql)
      return nil
    } catch {
      return error
    }
  }
}

/// Runs `count` tasks on the loop at once and waits for their results, in order.
func together<Result>(
  _ count: Int, on loop: EventLoop, _ body: @escaping (Int) async -> Result
) async -> [Result] {
  let gathered = Gathered<Result>(count)
  await withUnsafeContinuation { continuation in
    for index in 0..<count {
      loop.spawn {
        gathered.results[index] = await body(index)
        gathered.left -= 1
        if gathered.left == 0 { continuation.resume() }
      }
    }
  }
  return gathered.results.compactMap(\.self)
}

private final class Gathered<Result> {
  var results: [Result?]
  var left: Int

  init(_ count: Int) {
    results = Array(repeating: nil, count: count)
    left = count
  }
}
