import HTTP

/// The media types that a caller accepts, with their weights (RFC 9110 section 12.5.1).
struct Accept {
  private struct Range {
    let type: Substring
    let subtype: Substring
    /// In thousandths; 0 means not acceptable.
    let quality: Int

    /// How precisely the range names a type; nil when it does not cover it.
    func precision(for type: Substring, _ subtype: Substring) -> Int? {
      if self.type == type { return self.subtype == subtype ? 2 : self.subtype == "*" ? 1 : nil }
      return self.type == "*" && self.subtype == "*" ? 0 : nil
    }
  }

  private let ranges: [Range]

  /// Reads the field's lines and skips malformed entries. Without an entry, everything is accepted.
  init(_ lines: [String]) {
    ranges = lines.joined(separator: ",").lowercased()
      .filter { $0 != " " && $0 != "\t" }
      .split(separator: ",")
      .compactMap(Self.range)
  }

  /// The type with the highest weight, the first one among equals; nil when none is acceptable.
  func best(of offered: [ContentType]) -> ContentType? {
    guard !ranges.isEmpty else { return offered.first }
    let best = offered.enumerated().max { left, right in
      let (less, more) = (quality(of: left.element), quality(of: right.element))
      return less == more ? left.offset > right.offset : less < more
    }
    return best.flatMap { quality(of: $0.element) > 0 ? $0.element : nil }
  }

  private func quality(of offered: ContentType) -> Int {
    let parts = offered.value.prefix { $0 != ";" }.split(separator: "/")
    let matches = ranges.compactMap { range in
      range.precision(for: parts[0], parts[1]).map { (precision: $0, quality: range.quality) }
    }
    return matches.max { $0.precision < $1.precision }?.quality ?? 0
  }

  private static func range(_ text: Substring) -> Range? {
    let parts = text.split(separator: ";")
    let names = parts.first?.split(separator: "/") ?? []
    guard names.count == 2 else { return nil }
    let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
    guard let quality = weight.map({ Quality.thousandths($0.dropFirst(2)) }) ?? Quality.full else {
      return nil
    }
    return Range(type: names[0], subtype: names[1], quality: quality)
  }
}
