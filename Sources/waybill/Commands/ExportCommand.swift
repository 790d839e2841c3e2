import EventLoop
import Glibc
import HTTP
import OrderAPI
import OrderStore
import Orders
import Postgres

/// `waybill export …`: writes a whole list to a file or to standard output.
struct ExportCommand {
  let configuration: Configuration

  func run(_ input: CommandInput) throws -> Int32 {
    let kind = ExportKind(rawValue: input.operand!)!
    let query = Self.query(input)
    let output = try input["--output"].map(OutputFile.init)
    let report = try configuration.onDatabase { target, loop in
      try await target.administer("the export failed", on: loop) { database in
        let source = ExportSource(
          orders: OrderRepository(database), products: ProductRepository(database),
          customers: CustomerRepository(database), feed: FeedRepository(database))
        let export = try await source.export(kind, query)
        var expected = kind.table == nil ? export.cursor.position : nil
        if let table = kind.table { expected = try await database.estimatedRows(of: table) }
        let progress = ExportProgress(
          of: export, rows: query.isEmpty ? expected : nil,
          // Not among the rows.
          isShown: Terminal.showsProgress && (output != nil || !StandardOutput.isTerminal),
          on: loop)
        while let piece = try await export.body.next() {
          try output?.write(piece) ?? StandardOutput.write(piece)
          progress.show()
        }
        return progress.end()
      }
    }
    try output?.finish()
    Program.printError(report)
    return 0
  }

  /// The options as the query of the HTTP route, which knows what is allowed.
  private static func query(_ input: CommandInput) -> String {
    let options = ["format", "after"].compactMap { name in
      input["--\(name)"].map { "\(name)=\(PercentCoding.encode($0))" }
    }
    return ([input["--where"]].compactMap(\.self) + options).joined(separator: "&")
  }
}

/// A file that gets its name only when it is complete. Until then its name ends with `.part`.
final class OutputFile: Sendable {
  private let path: String
  /// Where the bytes go meanwhile; the path itself for a device or a pipe.
  private let partPath: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    partPath = isSpecial ? path : path + ".part"
    descriptor = open(partPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputError(code: errno, path: partPath) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws(OutputError) {
    try OutputError.writing(to: descriptor, bytes, path: partPath)
  }

  /// Gives the file its name, once its bytes are on the disk.
  func finish() throws(OutputError) {
    guard partPath != path else { return }
    guard fsync(descriptor) == 0, rename(partPath, path) == 0 else {
      throw OutputError(code: errno, path: path)
    }
  }
}

/// Shows on a terminal how far an export has come. Lives on the loop of the export.
private final class ExportProgress {
  private let export: Export
  /// About how many rows there will be; nil when that is not known.
  private let expectedRows: Int?
  private let loop: EventLoop
  private let start: Instant
  private var shownAt: Instant
  private let isShown: Bool

  init(of export: Export, rows: Int?, isShown: Bool, on loop: EventLoop) {
    self.isShown = isShown
    self.export = export
    expectedRows = rows
    self.loop = loop
    start = loop.now
    shownAt = loop.now
  }

  func show() {
    guard isShown, loop.now - shownAt >= Terminal.progressPause else { return }
    shownAt = loop.now
    Program.printError("\(Terminal.erasesLine)\(bar)\(figures)")
  }

  /// The last line. It shows the cursor at which the feed can be followed from here on.
  func end() -> String {
    (isShown ? Terminal.erasesLine : "") + "\(figures); the feed goes on after \(export.cursor)\n"
  }

  private var figures: String {
    let seconds = (loop.now - start) / .seconds(1)
    let rate = Double(export.body.rows) / max(seconds, 0.001)
    return "\(export.body.rows) rows, \(Int(rate)) a second"
  }

  private var bar: String {
    guard let expected = expectedRows else { return "" }
    return Terminal.bar(Double(export.body.rows) / Double(max(expected, 1))) + " "
  }
}
