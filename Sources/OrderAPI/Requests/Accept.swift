import HTTP

/// Which media types a caller takes, and how gladly (RFC 9110 section 12.5.1).
struct Accept {
  private struct Range {
    let type: Substring
    let subtype: Substring
    /// In thousandths; 0 is a refusal.
    let quality: Int

    /// How closely the range names a type; nil when it is not meant.
    func closeness(to type: Substring, _ subtype: Substring) -> Int? {
      if self.type == type { return self.subtype == subtype ? 2 : self.subtype == "*" ? 1 : nil }
      return self.type == "*" && self.subtype == "*" ? 0 : nil
    }
  }

  private let ranges: [Range]

  /// Reads the field's lines; what cannot be read is passed over. Nothing at all takes anything.
  init(_ lines: [String]) {
    ranges = lines.joined(separator: ",").lowercased()
      .filter { $0 != " " && $0 != "\t" }
      .split(separator: ",")
      .compactMap(Self.range)
  }

  /// What is taken most gladly of these, the first among equals; nil when none is taken.
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
      range.closeness(to: parts[0], parts[1]).map { (closeness: $0, quality: range.quality) }
    }
    return matches.max { $0.closeness < $1.closeness }?.quality ?? 0
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
