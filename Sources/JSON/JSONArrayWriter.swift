/// Writes the items of one array; nil is written as null.
package struct JSONArrayWriter {
  var bytes: [UInt8]

  init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

  /// Writes a string.
  package mutating func string(_ value: String?) {
    begin()
    bytes.appendJSON(string: value)
  }

  /// Writes a whole number.
  package mutating func integer(_ value: Int?) {
    begin()
    bytes.appendJSON(integer: value.map(Int64.init))
  }

  /// Writes a whole number.
  package mutating func integer(_ value: Int64?) {
    begin()
    bytes.appendJSON(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  package mutating func money(_ minorUnits: Int64?) {
    begin()
    bytes.appendJSON(money: minorUnits)
  }

  /// Writes true or false.
  package mutating func boolean(_ value: Bool?) {
    begin()
    bytes.appendJSON(boolean: value)
  }

  /// Writes null.
  package mutating func null() {
    begin()
    bytes.appendJSON(boolean: nil)
  }

  /// Writes bytes that are one JSON value already.
  package mutating func raw(_ value: some Collection<UInt8>) {
    begin()
    bytes.appendJSON(raw: value)
  }

  /// Writes an object.
  package mutating func object(_ write: (inout JSONObjectWriter) -> Void) {
    begin()
    bytes.appendJSON(object: write)
  }

  /// Writes an array.
  package mutating func array(_ write: (inout JSONArrayWriter) -> Void) {
    begin()
    bytes.appendJSON(array: write)
  }

  mutating func begin() { bytes.separateJSON(after: UInt8(ascii: "[")) }
}
