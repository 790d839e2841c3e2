/// Writes the items of an array; nil is written as null.
public struct JSONArrayWriter {
  var bytes: [UInt8]

  init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

  public mutating func string(_ value: String?) {
    begin()
    bytes.appendJSON(string: value)
  }

  public mutating func integer(_ value: Int?) {
    begin()
    bytes.appendJSON(integer: value.map(Int64.init))
  }

  public mutating func integer(_ value: Int64?) {
    begin()
    bytes.appendJSON(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  public mutating func money(_ minorUnits: Int64?) {
    begin()
    bytes.appendJSON(money: minorUnits)
  }

  public mutating func boolean(_ value: Bool?) {
    begin()
    bytes.appendJSON(boolean: value)
  }

  public mutating func null() {
    begin()
    bytes.appendJSON(boolean: nil)
  }

  /// Writes bytes that are already one JSON value.
  public mutating func raw(_ value: some Collection<UInt8>) {
    begin()
    bytes.appendJSON(raw: value)
  }

  public mutating func object(_ write: (inout JSONObjectWriter) -> Void) {
    begin()
    bytes.appendJSON(object: write)
  }

  public mutating func array(_ write: (inout JSONArrayWriter) -> Void) {
    begin()
    bytes.appendJSON(array: write)
  }

  mutating func begin() { bytes.separateJSON(after: UInt8(ascii: "[")) }
}
