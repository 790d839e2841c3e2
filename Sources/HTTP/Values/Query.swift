/// The parameters of a query, in the order sent.
package struct Query: Sendable {
  /// One `name=value`; a name without an equals sign has an empty value.
  package struct Parameter: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  package enum Failure: Error, Hashable, Sendable {
    case tooManyParameters
    case undecodable(PercentCoding.Failure)
  }

  /// No route has more than a dozen.
  package static let parametersMax = 64

  package let parameters: [Parameter]

  /// Decodes a query, given without its question mark; nil is an empty one.
  ///
  /// A plus sign is a space, as forms and browsers write it. Empty pieces between ampersands are
  /// skipped.
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

  package subscript(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }
}
