import EventLoop
import HTTP
import JSON
import Postgres

@testable import OrderAPI

/// Everything that is offered, over a database that is none: to be read about, not to be called.
enum Described {
  static func mounts() throws -> [Router.Mount] {
    var settings = PostgresSettings()
    settings.readConnections = 0
    settings.writeConnections = 0
    let database = Database(try ConnectionString(""), settings: settings, on: EventLoop())
    return ContractClient(database).mounts
  }

  static func operations(_ documents: Documents) -> Operations {
    Operations(
      readiness: { Operations.Readiness(checks: []) }, metrics: { [] }, documents: documents)
  }

  static func document() throws -> JSONValue {
    var builder = OpenAPI(try mounts())
    return builder.document()
  }
}

extension JSONValue {
  var members: [Member] { if case .object(let members) = self { members } else { [] } }

  /// The value at a path of keys.
  func at(_ keys: String...) -> JSONValue? {
    keys.reduce(self) { value, key in value?[key] }
  }

  /// Every object in it, itself included.
  var objects: [JSONValue] {
    switch self {
    case .object(let members): [self] + members.flatMap(\.value.objects)
    case .array(let items): items.flatMap(\.objects)
    default: []
    }
  }
}
