import HTTP
import Testing

@testable import OrderAPI

@Suite("Every error code") struct ErrorCodeTests {
  @Test("is what its sample is reported under", arguments: ErrorCode.allCases)
  func sample(_ code: ErrorCode) {
    let notice = ErrorNotice(code.entry.sample)

    #expect(notice.code == code)
    #expect(code.statuses.contains(notice.status))
  }

  @Test("is explained where its answers point to", arguments: ErrorCode.allCases)
  func page(_ code: ErrorCode) throws {
    let html = String(decoding: ErrorPage(Mount.mainPort()).html, as: UTF8.self)
    let answer = WaybillContract.explain(code.entry.sample, .test)

    #expect(String(decoding: answer.body, as: UTF8.self).contains("/docs/errors#\(code)\""))
    #expect(html.contains("<section id=\"\(code)\">"))
    #expect(html.contains("\(code.entry.status.code) \(code.entry.status.reasonPhrase)"))
    #expect(!code.entry.happened.isEmpty && !code.entry.cure.isEmpty)
  }

  @Test("has all statuses that a bad message may get") func badMessages() {
    for rejection in Rejection.allCases where rejection.status != .badGateway {
      #expect(ErrorCode.badMessage.statuses.contains(rejection.status))
    }
  }
}
