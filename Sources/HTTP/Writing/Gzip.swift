import CZlib

/// Compresses bytes with gzip (RFC 1952), in any number of pieces.
///
/// An instance holds a quarter of a megabyte. Code that compresses often keeps one and calls
/// `begin` for each stream.
package final class Gzip {
  /// zlib's level, from 1 to 9. Level 1 makes a list of orders a seventh of its size; level 6 an
  /// eighth, for more than twice the CPU time.
  package static let standardLevel = 1

  private let stream: UnsafeMutablePointer<z_stream>

  package init(level: Int = Gzip.standardLevel) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Adding 16 to the window size selects the gzip format.
    let result = deflateInit2_(
      stream, Int32(level), Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
      Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "no memory left to compress with")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Begins another stream.
  package func begin() { deflateReset(stream) }

  /// Compresses a piece and appends the output that is ready; the last piece ends the stream.
  package func add(_ piece: ArraySlice<UInt8>, isLast: Bool, to out: inout [UInt8]) {
    piece.withUnsafeBufferPointer { piece in
      // zlib only reads from it, but its C type is not const.
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

  package static func compress(_ bytes: [UInt8], level: Int = standardLevel) -> [UInt8] {
    var out: [UInt8] = []
    Gzip(level: level).add(bytes[...], isLast: true, to: &out)
    return out
  }

  /// Decompresses; nil when the bytes are not one whole gzip stream, or the result is longer than
  /// `bytesMax`.
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
