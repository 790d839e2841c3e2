import Jobs
import OrderAPI
import Postgres
import Telemetry

/// `waybill openapi`: the document as the service serves it, with no service and no database.
enum OpenAPICommand {
  static var document: String {
    get throws {
      let configuration = try Configuration(Environment([:]))
      let shared = Shared(
        configuration: configuration, auth: .tokens, target: try ConnectionString(""),
        requestTarget: try ConnectionString(""),
        log: Log(configuration.log), schemaVersion: 0, address: "", metrics: Metrics(Jobs([])),
        visitors: Visitors(), tokenNews: ChangeNews(), hints: nil)
      return String(decoding: Worker.documents(shared).openAPI, as: UTF8.self)
    }
  }
}
