/// Writes the members of an object; nil is written as null.
public struct JSONObjectWriter {
  let output: JSONOutput

  public mutating func string(_ key: JSONKey, _ value: String?) {
    begin(key)
    output.append(string: value)
  }

  /// Writes a string of at most `count` bytes, none of which may need an escape.
  public mutating func plain(
    _ key: JSONKey, upTo count: Int, _ write: (inout OutputSpan<UInt8>) -> Void
  ) {
    begin(key)
    output.append(UInt8(ascii: "\""))
    output.append(upTo: count) { span in
      write(&span)
      assert(
        span.span.bytes.withUnsafeBytes { bytes in
          bytes.allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }
        })
    }
    output.append(UInt8(ascii: "\""))
  }

  public mutating func integer(_ key: JSONKey, _ value: Int?) {
    begin(key)
    output.append(integer: value.map(Int64.init))
  }

  public mutating func integer(_ key: JSONKey, _ value: Int64?) {
    begin(key)
    output.append(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  public mutating func money(_ key: JSONKey, _ minorUnits: Int64?) {
    begin(key)
    output.append(money: minorUnits)
  }

  public mutating func boolean(_ key: JSONKey, _ value: Bool?) {
    begin(key)
    output.append(boolean: value)
  }

  public mutating func null(_ key: JSONKey) {
    begin(key)
    output.append(boolean: nil)
  }

  /// Writes bytes that are already one JSON value.
  public mutating func raw(_ key: JSONKey, _ value: some Collection<UInt8>) {
    begin(key)
    output.append(raw: value)
  }

  public mutating func object(_ key: JSONKey, _ write: (inout JSONObjectWriter) -> Void) {
    begin(key)
    output.append(object: write)
  }

  public mutating func array(_ key: JSONKey, _ write: (inout JSONArrayWriter) -> Void) {
    begin(key)
    output.append(array: write)
  }

  mutating func begin(_ key: JSONKey) { output.append(key: key) }
}
