import CZlib

/// Compresses bytes as RFC 1952 has it, in as many pieces as its user likes.
///
/// It holds a quarter of a megabyte, so whoever compresses often keeps one and begins again.
package final class Gzip {
  /// How hard it tries, from 1 to 9. Level 1 makes a list of orders a seventh of its size, level 6
  /// an eighth for more than twice the work.
  package static let standardLevel = 1

  private let stream: UnsafeMutablePointer<z_stream>

  /// Ready for the first piece.
  package init(level: Int = Gzip.standardLevel) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 beside the size of the window asks for gzip's frame.
    let result = deflateInit2_(
      stream, Int32(level), Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
      Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "no memory left to compress with")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Forgets what came before: the next piece is the first of another stream.
  package func begin() { deflateReset(stream) }

  /// Compresses a piece, and appends as much as there is so far; the last one ends the stream.
  package func add(_ piece: ArraySlice<UInt8>, isLast: Bool, to out: inout [UInt8]) {
    piece.withUnsafeBufferPointer { piece in
      // zlib does not write there.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.baseAddress)
      stream.pointee.avail_in = UInt32(piece.count)
      repeat {
        out.append(addingCapacity: max(1_024, piece.count / 4)) { free in
          free.withUnsafeMutableBufferPointer { free, count in
            stream.pointee.next_out = free.baseAddress
            stream.pointee.avail_out = UInt32(free.count)
            deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            count = free.count - Int(stream.pointee.avail_out)
          }
        }
      } while stream.pointee.avail_out == 0
    }
  }

  /// Bytes compressed at once.
  package static func compress(_ bytes: [UInt8], level: Int = standardLevel) -> [UInt8] {
    var out: [UInt8] = []
    Gzip(level: level).add(bytes[...], isLast: true, to: &out)
    return out
  }

  /// What was compressed; nil when the bytes are no whole stream of gzip, or it is of more than so
  /// many.
  package static func inflate(_ bytes: [UInt8], bytesMax: Int) -> [UInt8]? {
    var stream = z_stream()
    let result = inflateInit2_(
      &stream, MAX_WBITS + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard result == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    return bytes.withUnsafeBufferPointer { bytes -> [UInt8]? in
      stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
      stream.avail_in = UInt32(bytes.count)
      var out: [UInt8] = []
      while out.count <= bytesMax {
        var result = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { free, count in
          stream.next_out = free.baseAddress
          stream.avail_out = UInt32(free.count)
          result = CZlib.inflate(&stream, Z_NO_FLUSH)
          count = free.count - Int(stream.avail_out)
        }
        out += piece
        if result == Z_STREAM_END { return out.count <= bytesMax ? out : nil }
        guard result == Z_OK else { return nil }
      }
      return nil
    }
  }
}
