/// Writes the members of an object; nil is written as null.
package struct JSONObjectWriter {
  var bytes: [UInt8]

  init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

  package mutating func string(_ key: JSONKey, _ value: String?) {
    begin(key)
    bytes.appendJSON(string: value)
  }

  /// Writes a string whose bytes `append` appends directly; none of them may need an escape.
  package mutating func plain(_ key: JSONKey, _ append: (inout [UInt8]) -> Void) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    append(&bytes)
    assert(bytes[start...].allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C })
    bytes.append(UInt8(ascii: "\""))
  }

  package mutating func integer(_ key: JSONKey, _ value: Int?) {
    begin(key)
    bytes.appendJSON(integer: value.map(Int64.init))
  }

  package mutating func integer(_ key: JSONKey, _ value: Int64?) {
    begin(key)
    bytes.appendJSON(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  package mutating func money(_ key: JSONKey, _ minorUnits: Int64?) {
    begin(key)
    bytes.appendJSON(money: minorUnits)
  }

  package mutating func boolean(_ key: JSONKey, _ value: Bool?) {
    begin(key)
    bytes.appendJSON(boolean: value)
  }

  package mutating func null(_ key: JSONKey) {
    begin(key)
    bytes.appendJSON(boolean: nil)
  }

  /// Writes bytes that are already one JSON value.
  package mutating func raw(_ key: JSONKey, _ value: some Collection<UInt8>) {
    begin(key)
    bytes.appendJSON(raw: value)
  }

  package mutating func object(_ key: JSONKey, _ write: (inout JSONObjectWriter) -> Void) {
    begin(key)
    bytes.appendJSON(object: write)
  }

  package mutating func array(_ key: JSONKey, _ write: (inout JSONArrayWriter) -> Void) {
    begin(key)
    bytes.appendJSON(array: write)
  }

  mutating func begin(_ key: JSONKey) { bytes.appendJSON(key: key) }
}
