/// Splits bytes that arrive in pieces into lines that end with CRLF.
///
/// A line is checked only when it is complete, so that the result does not depend on how the bytes
/// were split into reads. Each byte is searched once.
struct LineSplitter {
  /// Where the next line starts.
  private(set) var start = 0
  private var searched = 0

  /// The next line without its CRLF; nil when it is not complete yet.
  ///
  /// Throws `tooLong` when the line does not end within the first `bytesMax` bytes.
  @inline(__always)
  mutating func next(
    in bytes: Span<UInt8>, bytesMax: Int, orThrow tooLong: Rejection
  ) throws(Rejection) -> Range<Int>? {
    let end = min(bytes.count, bytesMax)
    guard let lineFeed = bytes.firstIndex(of: ASCII.lineFeed, in: searched..<max(searched, end))
    else {
      if bytes.count >= bytesMax { throw tooLong }
      searched = bytes.count
      return nil
    }
    guard lineFeed > start, bytes[lineFeed - 1] == ASCII.carriageReturn else {
      throw .bareLineFeed
    }
    let line = start..<(lineFeed - 1)
    try bytes.refuseControls(in: line)
    start = lineFeed + 1
    searched = start
    return line
  }
}

extension Span<UInt8> {
  /// Throws when a control character other than the tab stands in `range`.
  @inline(__always)
  func refuseControls(in range: Range<Int>) throws(Rejection) {
    guard mayContain(in: range, { $0.bytes(below: 0x20) | $0.bytes(equal: ASCII.delete) }) else {
      return
    }
    for index in range where self[index].isFieldControl {
      throw self[index] == ASCII.carriageReturn ? .bareCarriageReturn : .controlCharacter
    }
  }
}
