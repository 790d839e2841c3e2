/// Writes the items of an array; nil is written as null.
public struct JSONArrayWriter {
  let output: JSONOutput

  public mutating func string(_ value: String?) {
    begin()
    output.append(string: value)
  }

  public mutating func integer(_ value: Int?) {
    begin()
    output.append(integer: value.map(Int64.init))
  }

  public mutating func integer(_ value: Int64?) {
    begin()
    output.append(integer: value)
  }

  /// Writes minor units as a number with two fraction digits: 2110 as `21.10`.
  public mutating func money(_ minorUnits: Int64?) {
    begin()
    output.append(money: minorUnits)
  }

  public mutating func boolean(_ value: Bool?) {
    begin()
    output.append(boolean: value)
  }

  public mutating func null() {
    begin()
    output.append(boolean: nil)
  }

  /// Writes bytes that are already one JSON value.
  public mutating func raw(_ value: some Collection<UInt8>) {
    begin()
    output.append(raw: value)
  }

  public mutating func object(_ write: (inout JSONObjectWriter) -> Void) {
    begin()
    output.append(object: write)
  }

  public mutating func array(_ write: (inout JSONArrayWriter) -> Void) {
    begin()
    output.append(array: write)
  }

  mutating func begin() { output.separate(after: UInt8(ascii: "[")) }
}
