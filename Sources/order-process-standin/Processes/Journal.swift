import Glibc

/// The ledger, and the file from which it is restored when the program was killed.
struct Journal: Sendable {
  private let descriptor: Int32?
  private(set) var ledger = Ledger()

  /// Continues the file, if there is one; the processes in it are forgotten.
  init(_ path: String?) throws(Options.Invalid) {
    guard let path else {
      descriptor = nil
      return
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .init(description: "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    guard let ledger = Ledger(journal: Self.text(descriptor)) else {
      throw .init(description: "\(path) is not a journal")
    }
    self.descriptor = descriptor
    self.ledger = ledger
    add(Record(.forget))
  }

  /// When this returns, the kernel has the record, and the program may be killed. It blocks the
  /// loop, because no effect may be visible before it is recorded.
  mutating func add(_ record: Record) {
    ledger.add(record)
    guard let descriptor else { return }
    let line = Array((record.line + "\n").utf8)
    guard write(descriptor, line, line.count) == line.count else {
      Program.printError("the journal cannot be written: \(String(cString: strerror(errno)))")
      exit(1)
    }
  }

  private static func text(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
