/// Writes the members of an object; nil is written as null.
public struct JSONObjectWriter {
  var bytes: [UInt8]

  init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

  public mutating func string(_ key: JSONKey, _ value: String?) {
    begin(key)
    bytes.appendJSON(string: value)
  }

  /// Writes a string whose bytes `append` appends directly; none of them may need an escape.
  public mutating func plain(_ key: JSONKey, _ append: (inout [UInt8]) -> Void) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    append(&bytes)
    assert(bytes[start...].allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C })
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func integer(_ key: JSONKey, _ value: Int?) {
    begin(key)
    bytes.appendJSON(integer: value.map(Int64.init))
  }

  public mutating func integer(_ key: JSONKey, _ value: Int64?) {
    begin(key)
    bytes.appendJSON(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  public mutating func money(_ key: JSONKey, _ minorUnits: Int64?) {
    begin(key)
    bytes.appendJSON(money: minorUnits)
  }

  public mutating func boolean(_ key: JSONKey, _ value: Bool?) {
    begin(key)
    bytes.appendJSON(boolean: value)
  }

  public mutating func null(_ key: JSONKey) {
    begin(key)
    bytes.appendJSON(boolean: nil)
  }

  /// Writes bytes that are already one JSON value.
  public mutating func raw(_ key: JSONKey, _ value: some Collection<UInt8>) {
    begin(key)
    bytes.appendJSON(raw: value)
  }

  public mutating func object(_ key: JSONKey, _ write: (inout JSONObjectWriter) -> Void) {
    begin(key)
    bytes.appendJSON(object: write)
  }

  public mutating func array(_ key: JSONKey, _ write: (inout JSONArrayWriter) -> Void) {
    begin(key)
    bytes.appendJSON(array: write)
  }

  mutating func begin(_ key: JSONKey) { bytes.appendJSON(key: key) }
}
