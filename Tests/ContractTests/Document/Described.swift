import EventLoop
import HTTP
import JSON
import Postgres

@testable import OrderAPI

/// What the service says about itself.
enum Described {
  /// The pages about the main port, without the files of Swagger UI.
  static let documents = Documents(of: Mount.mainPort(), browser: nil)

  static func document() -> JSONValue {
    var builder = OpenAPI(Mount.mainPort())
    return builder.document()
  }
}

extension Services {
  /// Services with a database that has no connection, for handlers that do not use it.
  static func withoutDatabase(documents: Documents = Described.documents) throws -> Services {
    var settings = PostgresSettings()
    settings.readConnections = 0
    settings.writeConnections = 0
    let database = Database(try ConnectionString(""), settings: settings, on: EventLoop())
    return ContractClient(database, documents: documents).services
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
