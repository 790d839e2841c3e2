extension Request {
  /// The values of the cookies of a name, in the order in which the client sent them (RFC 6265
  /// section 5.4). Cookies of one name can have been set for several paths and hosts.
  package func cookies(_ name: StaticString) -> [ArraySlice<UInt8>] {
    fields("cookie").flatMap { line in
      Array(line.utf8).split(separator: UInt8(ascii: ";")).compactMap { pair in
        let pair = pair.drop { $0 == ASCII.space }
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
          name.withUTF8Buffer({ $0.elementsEqual(pair[..<equals]) })
        else { return nil }
        return pair[(equals + 1)...]
      }
    }
  }
}
