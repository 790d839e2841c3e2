import EventLoop
import HTTP
import JSON
import Orders

/// A whole list as a stream: it reads a page, and the next one when the client has taken that. No
/// transaction is open meanwhile, and no more than a page is in memory.
final class ExportStream<Entry: Sendable, Position: Sendable>: ExportBody, @unchecked Sendable {
  private let form: ExportForm<Entry>
  private let request: ExportRequest
  private var loop: EventLoop? { request.loop }
  /// Until when it leaves the loop and the database to others.
  private var restsUntil = Instant(nanoseconds: 0)
  private let read: (Position?) async throws -> Page<Entry, Position>
  private var position: Position?
  private(set) var rows = 0
  private var hasBegun = false
  private var hasEnded = false

  init(
    _ form: ExportForm<Entry>, _ request: ExportRequest, after position: Position?,
    read: @escaping (Position?) async throws -> Page<Entry, Position>
  ) {
    self.form = form
    self.request = request
    self.position = position
    self.read = read
  }

  /// An export goes on until it is complete, or the server cuts it: half of one is worth nothing.
  func endSoon() {}

  func next() async throws -> [UInt8]? {
    guard !hasEnded else { return nil }
    var bytes = hasBegun ? [] : form.head
    hasBegun = true
    // A page that looked at many rows for few may be empty.
    repeat {
      await rest()
      guard !Task.isCancelled else { return nil }
      // A token may be revoked in the middle of millions of rows.
      guard await request.isAdmitted() else { throw Failure.unauthenticated(hasToken: true) }
      let start = loop?.now
      let page = try await request.reading { try await read(position) }
      form.append(page.entries, to: &bytes)
      if let loop, let start { restsUntil = loop.now + min((loop.now - start) * 3, restMax) }
      rows += page.entries.count
      position = page.next
      if page.next == nil {
        hasEnded = true
        form.appendEnd(rows, to: &bytes)
      }
    } while bytes.isEmpty && !hasEnded
    return bytes.isEmpty ? nil : bytes
  }

  /// An export rests for three times as long as it has worked, so that others seldom wait for it.
  /// The time that its client takes to read counts as rest.
  private func rest() async {
    guard let loop, loop.now < restsUntil else { return }
    await loop.pause(for: restsUntil - loop.now)
  }
}

/// The longest rest. With a slow database an export therefore works more than a quarter of the
/// time.
private let restMax = Duration.milliseconds(100)

/// How the rows of an export are written.
struct ExportForm<Entry> {
  let type: ContentType
  private let columns: [String]
  private let writeJSON: (Entry, inout [UInt8]) -> Void
  private let writeCSV: (Entry, inout CSVWriter.Line) -> Void

  /// - Parameter json: What a line of JSON shows of an entry.
  init(
    _ type: ContentType, columns: [String], json: @escaping (Entry) -> some AnswerObject,
    csv: @escaping (Entry, inout CSVWriter.Line) -> Void
  ) {
    self.type = type
    self.columns = columns
    writeJSON = { entry, bytes in JSONWriter.append(to: &bytes) { json(entry).write(to: &$0) } }
    writeCSV = csv
  }

  private var isCSV: Bool { type.value == ContentType.csv.value }

  /// What comes before the first row.
  var head: [UInt8] { isCSV ? CSVWriter(columns: columns).bytes : [] }

  func append(_ entries: [Entry], to bytes: inout [UInt8]) {
    if isCSV {
      var table = CSVWriter(continuing: bytes)
      bytes = []
      for entry in entries { table.line { writeCSV(entry, &$0) } }
      bytes = table.bytes
    } else {
      for entry in entries {
        writeJSON(entry, &bytes)
        bytes.append(UInt8(ascii: "\n"))
      }
    }
  }

  /// The last line proves that nothing is missing. A table has none, as it would be a row.
  func appendEnd(_ rows: Int, to bytes: inout [UInt8]) {
    if !isCSV { bytes += "{\"end\":true,\"rows\":\(rows)}\n".utf8 }
  }
}
