import HTTP

/// A stream, compressed.
final class GzipStream: BodyStream, @unchecked Sendable {
  private let stream: any BodyStream
  private let gzip = Gzip()
  private var hasEnded = false

  init(_ stream: any BodyStream) { self.stream = stream }

  func endSoon() { stream.endSoon() }

  func next() async throws -> [UInt8]? {
    var out: [UInt8] = []
    // A small piece may stay in the compressor.
    while out.isEmpty, !hasEnded {
      let piece = try await stream.next()
      hasEnded = piece == nil
      gzip.add(piece?[...] ?? [], isLast: hasEnded, to: &out)
    }
    return out.isEmpty ? nil : out
  }
}
