/// An error with all details of another one, for test reports: the description of a database error
/// reveals nothing.
package struct DetailedError: Error, CustomStringConvertible {
  package let description: String

  package init(_ error: any Error) { description = String(reflecting: error) }
}
