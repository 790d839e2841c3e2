/// The parameters behind the question mark, in the order sent.
package struct Query: Sendable {
  /// One `name=value`; a name without an equals sign has an empty value.
  package struct Parameter: Hashable, Sendable {
    /// The decoded name.
    package let name: String
    /// The decoded value.
    package let value: String
  }

  /// Why a query could not be read.
  package enum Failure: Error, Hashable, Sendable {
    /// More than `parametersMax` parameters.
    case tooManyParameters
    /// A name or a value that does not decode.
    case undecodable(PercentCoding.Failure)
  }

  /// The most parameters one query may have; no route here knows a dozen.
  package static let parametersMax = 64

  /// Every parameter.
  package let parameters: [Parameter]

  /// Reads `bytes`, the encoded query without its question mark; nil is an empty one.
  ///
  /// A plus sign stands for a space, as forms and browsers write it. Empty pieces between
  /// ampersands are passed over.
  package init(_ bytes: ArraySlice<UInt8>?) throws(Failure) {
    var parameters: [Parameter] = []
    for piece in (bytes ?? []).split(separator: ASCII.ampersand) {
      if parameters.count == Self.parametersMax { throw .tooManyParameters }
      let equals = piece.firstIndex(of: ASCII.equals)
      do throws(PercentCoding.Failure) {
        parameters.append(
          Parameter(
            name: try PercentCoding.decode(
              piece[..<(equals ?? piece.endIndex)], plusIsSpace: true),
            value: try PercentCoding.decode(
              equals.map { piece[($0 + 1)...] } ?? [], plusIsSpace: true)))
      } catch {
        throw .undecodable(error)
      }
    }
    self.parameters = parameters
  }

  /// The first value with this name.
  package subscript(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// Every value with this name, in the order sent.
  package func all(_ name: String) -> [String] {
    parameters.filter { $0.name == name }.map(\.value)
  }
}
