import EventLoop
import Postgres
import TestSupport

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

extension Database {
  /// Why a write would fail; nil when it would not.
  func troubleWithWrites() async -> PostgresError? {
    do throws(PostgresError) {
      try await checkWrites()
      return nil
    } catch {
      return error
    }
  }
}

extension Database {
  /// The error of a transaction; nil when there is none.
  func failureOfTransaction(
    _ body: (Transaction) async throws(PostgresError) -> Void
  ) async -> PostgresError? {
    do throws(PostgresError) {
      try await transaction(body)
      return nil
    } catch {
      return error
    }
  }
}

/// Lets other tasks of the loop run for a while.
func pause(_ duration: Duration, on loop: EventLoop) async {
  await withUnsafeContinuation { continuation in
    Timer(on: loop) { continuation.resume() }.arm(after: duration)
  }
}

/// A database behind a proxy, on one write connection so that the next to break is known.
func withProxy(
  _ body: @escaping @Sendable (Proxy, Database) async throws -> Void
) async throws {
  let direct = try TestCluster.shared.makeDatabase()
  let proxy = Proxy(socketFolder: folder(of: direct))
  defer { proxy.stop() }
  var settings = PostgresSettings()
  settings.readConnections = 1
  settings.writeConnections = 1
  let target = try ConnectionString(through(proxy, to: direct))
  try await onLoop { [settings] loop in
    let database = Database(target, settings: settings, on: loop)
    do {
      try await body(proxy, database)
      await database.close()
    } catch {
      await database.close()
      throw DetailedError(error)
    }
  }
}

/// The connection string of a database by way of a proxy.
func through(_ proxy: Proxy, to direct: String, host: String = "127.0.0.1") -> String {
  let options = direct.split(separator: " ")
    .filter { !$0.hasPrefix("host=") && !$0.hasPrefix("port=") }
  return (options + ["host=\(host)", "port=\(proxy.port)"]).joined(separator: " ")
}

/// The folder of the server's socket.
func folder(of target: String) -> String {
  let option = target.split(separator: " ").first { $0.hasPrefix("host=") } ?? ""
  return option.dropFirst("host=".count).filter { $0 != "'" }
}
