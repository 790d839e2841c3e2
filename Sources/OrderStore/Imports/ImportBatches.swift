package import EventLoop
package import Orders

/// Writes the batches of a file, and commits them in its order.
///
/// New customers and products do not touch each other, so a batch of these is written while the one
/// before it is, by another session. Lives on one loop.
package final class ImportBatches {
  /// How many batches are under way at once, where that can be.
  package static let underWayMax = 2

  /// What has been committed.
  package private(set) var record: ImportRecord

  private let kind: ImportKind
  /// Whether several batches may be under way.
  private let isParallel: Bool
  private let imports: ImportRepository
  private let loop: EventLoop
  private let skips: Bool
  private let committed: (ImportRecord, WrittenBatch) -> Void
  private var underWay: [BatchUnderWay] = []
  /// Where the next batch begins.
  private var byte: Int

  /// Goes on with an import.
  ///
  /// - Parameters:
  ///   - skips: Whether rows that the database does not take are left out.
  ///   - committed: Hears of each batch that was committed, and where the import then stands.
  package init(
    _ record: ImportRecord, of kind: ImportKind, skips: Bool, imports: ImportRepository,
    on loop: EventLoop, committed: @escaping (ImportRecord, WrittenBatch) -> Void
  ) {
    self.record = record
    self.kind = kind
    isParallel = kind != .orders && record.mode == .create
    self.skips = skips
    self.imports = imports
    self.loop = loop
    self.committed = committed
    byte = record.byte
  }

  /// Has a batch written. Waits while as many are under way as may be, and throws when one of these
  /// is not written.
  package func write(_ batch: ImportBatch) async throws(ImportFailure) {
    if underWay.count == (isParallel ? Self.underWayMax : 1) { try await finishFirst() }
    // Rows of two batches that have the same number would wait for each other.
    if let last = underWay.last,
      !last.numbers.isDisjoint(with: batch.rows.lazy.compactMap(\.number))
    {
      try await finish()
    }
    var batch = batch
    let unnumbered = batch.rows.count { $0.number == nil }
    if isParallel, unnumbered > 0 {
      batch.numbers = try await imports.drawNumbers(unnumbered, of: kind)
    }
    let next = BatchUnderWay(batch)
    next.begin(on: loop) {
      [imports, record, byte, skips, previous = underWay.last]
      () throws(ImportFailure) in
      try await imports.write(next.batch, of: record, from: byte, skips: skips, after: previous)
    }
    underWay.append(next)
    byte = batch.endByte
  }

  /// Waits until all batches are committed.
  package func finish() async throws(ImportFailure) {
    while !underWay.isEmpty { try await finishFirst() }
  }

  /// Waits for the batches that are under way after something has failed. Those before the first
  /// that failed are committed.
  package func abandon() async {
    var isWhole = true
    for batch in underWay {
      let result = await batch.result()
      if isWhole, case .success(let written) = result {
        take(batch, written)
      } else {
        isWhole = false
      }
    }
    underWay = []
  }

  private func finishFirst() async throws(ImportFailure) {
    let first = underWay[0]
    let written = try await first.result().get()
    underWay.removeFirst()
    take(first, written)
  }

  private func take(_ batch: BatchUnderWay, _ written: WrittenBatch) {
    record.take(batch.batch, written)
    committed(record, written)
  }
}

/// A batch that is being written. Lives on one loop.
package final class BatchUnderWay {
  let batch: ImportBatch
  /// The numbers that the file has for its rows.
  private(set) lazy var numbers = Set(batch.rows.lazy.compactMap(\.number))
  private var task: Task<Void, Never>?
  private var ended: Result<WrittenBatch, ImportFailure>?

  init(_ batch: ImportBatch) { self.batch = batch }

  func begin(
    on loop: EventLoop, _ write: @escaping () async throws(ImportFailure) -> WrittenBatch
  ) {
    task = loop.spawn {
      do throws(ImportFailure) {
        self.ended = .success(try await write())
      } catch {
        self.ended = .failure(error)
      }
    }
  }

  /// What became of it, when it has ended.
  func result() async -> Result<WrittenBatch, ImportFailure> {
    await task?.value
    return ended ?? .failure(.notReached)
  }

  /// Whether it was committed, when it has ended.
  func isCommitted() async -> Bool {
    if case .success = await result() { true } else { false }
  }
}
