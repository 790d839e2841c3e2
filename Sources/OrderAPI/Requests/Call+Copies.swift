import HTTP
import JSON
import OrderStore
import Orders

extension Call {
  /// Who must not see time run backwards: the bearers of one line of tokens, or all callers who
  /// need no token.
  var reader: Int { caller?.firstToken ?? 0 }

  /// The answer that `work` makes, read from the copy that the route and the caller allow. The
  /// answer to a write has its position, unless that could not be found out.
  func reading(
    with copies: CopyReads?, _ work: () async throws -> Response
  ) async throws -> Response {
    guard let copies else { return try await work() }
    guard route.method == .get else {
      var (response, position) = try await copies.writing(by: reader, work)
      if let position {
        response.fields.append(Field("Waybill-Position", position.description))
      }
      return response
    }
    guard route.readsAnyCopy(self) else {
      return try await copies.fromPrimary(by: reader, work)
    }
    return try await copies.fromAnyCopy(by: reader, at: wantedPosition(), work)
  }

  /// The position that the caller wants the answer to show, if they name one.
  func wantedPosition() throws(Failure) -> CopyReads.Position? {
    guard let text = request.field("waybill-position") else { return nil }
    guard !request.isRepeated("waybill-position"), let position = CopyReads.Position(text) else {
      throw .invalid([
        JSONViolation(
          field: "Waybill-Position", reason: .refused("must be one, as a write has answered it"))
      ])
    }
    return position
  }
}
