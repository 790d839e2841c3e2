import Jobs
import OrderAPI

/// `waybill openapi`: the document as the service serves it, made of the routes alone.
enum OpenAPICommand {
  static var document: String {
    let documents = Documents(of: Mount.mainPort(), browser: nil)
    return String(decoding: documents.openAPI, as: UTF8.self)
  }
}
