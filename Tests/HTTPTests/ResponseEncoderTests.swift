import HTTP
import TestSupport
import Testing

@Suite("A response") struct ResponseEncoderTests {
  private let encoder = ResponseEncoder(unixSeconds: 784_111_777)
  private let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
  private let unkept = "Cache-Control: no-store\r\n"

  private func encode(
    _ response: Response, to request: String = "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    id: RequestID? = nil
  ) throws -> (text: String, keepAlive: Bool) {
    var out = Array("before ".utf8)
    let framing = ResponseEncoder.Framing(answering: try parse(request))
    let keepAlive = encoder.append(response, as: framing, id: id, to: &out)
    return (String(decoding: out.dropFirst(7), as: UTF8.self), keepAlive)
  }

  @Test("carries its length, its type, the time and its id") func full() throws {
    let response = Response(
      .created, contentType: .json, fields: [Field("Location", "/orders/1")], body: Array("{}".utf8)
    )

    let (text, keepAlive) = try encode(response, id: .made(1, 0xABC))

    #expect(
      text
        == "HTTP/1.1 201 Created\r\n\(date)Content-Type: application/json\r\nContent-Length: 2\r\n"
        + "X-Request-Id: 00000000000000010000000000000abc\r\nLocation: /orders/1\r\n\(unkept)\r\n{}"
    )
    #expect(keepAlive)
  }

  @Test("to HEAD has the length of GET's and no content") func head() throws {
    let (text, _) = try encode(.text(.ok, "hello"), to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")

    #expect(
      text == "HTTP/1.1 200 OK\r\n\(date)Content-Type: text/plain; charset=utf-8\r\n"
        + "X-Content-Type-Options: nosniff\r\nContent-Length: 5\r\n\(unkept)\r\n")
  }

  @Test("with a status without content has no length either", arguments: [204, 304])
  func contentless(code: Int) throws {
    let status: Status = code == 204 ? .noContent : .notModified

    let (text, _) = try encode(Response(status, contentType: .json, body: [65]))

    #expect(text == "HTTP/1.1 \(code) \(status.reasonPhrase)\r\n\(date)\(unkept)\r\n")
  }

  @Test("must not be stored, or revalidated each time if it has an entity tag") func caching()
    throws
  {
    let (plain, _) = try encode(.text(.ok, ""))
    let (tagged, _) = try encode(
      Response(.ok, fields: [Field("Vary", "a"), Field("ETag", "\"1\"")]))

    #expect(plain.contains("\r\nCache-Control: no-store\r\n"))
    #expect(tagged.contains("\r\nCache-Control: no-cache\r\n") && !tagged.contains("no-store"))
  }

  @Test("to a method that changes something says nothing of caches, which do not store it")
  func change() throws {
    let (text, _) = try encode(
      Response(.ok, contentType: .json, body: Array("{}".utf8)),
      to: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")

    #expect(!text.contains("Cache-Control"))
  }

  @Test(
    "forbids a browser to guess its type, unless it is JSON, which is never taken for a page",
    arguments: [ContentType.text, .html, .css, .javaScript, .svg, .csv, .metrics])
  func types(_ type: ContentType) throws {
    let nosniff = "\r\nX-Content-Type-Options: nosniff\r\n"

    #expect(try encode(Response(.ok, contentType: type)).text.contains(nosniff))
    #expect(try !encode(Response(.ok, contentType: .json)).text.contains(nosniff))
  }

  @Test("says when the connection closes, and to HTTP/1.0 when it does not") func connection()
    throws
  {
    let old = "GET / HTTP/1.0\r\n"
    let (ends, endsOpen) = try encode(Response(.ok), to: old + "\r\n")
    let (stays, staysOpen) = try encode(Response(.ok), to: old + "Connection: keep-alive\r\n\r\n")
    let (closes, closesOpen) = try encode(Response(.ok, closesConnection: true))

    #expect(ends.contains("\r\nConnection: close\r\n") && !endsOpen)
    #expect(stays.contains("\r\nConnection: keep-alive\r\n") && staysOpen)
    #expect(closes.contains("\r\nConnection: close\r\n") && !closesOpen)
  }

  @Test("to a rejected request ends the connection") func refusal() {
    var out: [UInt8] = []

    let keepAlive = encoder.append(.text(.badRequest, "no"), as: .refusing(nil), id: nil, to: &out)

    #expect(!keepAlive)
    #expect(String(decoding: out, as: UTF8.self).contains("\r\nConnection: close\r\n"))
  }

  @Test("cannot be split by a value", arguments: 0...255) func splitting(byte: Int) throws {
    let evil = String(Unicode.Scalar(UInt8(byte)))
    let response = Response(.seeOther, fields: [Field("Location", "/a\(evil)\(evil)Set-Cookie: b")])

    let (text, _) = try encode(response, id: .taken("x\(evil)y"))

    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count == 8)
    let control = text.utf8.first { $0 < 0x20 && ![9, 10, 13].contains($0) || $0 == 0x7F }
    #expect(control == nil)
    #expect(text.utf8.count { $0 == 10 } == 7 && text.utf8.count { $0 == 13 } == 7)
  }

  @Test("asks for content in one interim answer") func interim() {
    let text = String(decoding: ResponseEncoder.continueBytes, as: UTF8.self)

    #expect(text == "HTTP/1.1 100 Continue\r\n\r\n")
  }
}

@Suite("A request to another service") struct ClientRequestTests {
  @Test("carries what it was given and its length") func full() {
    var out: [UInt8] = []

    ClientRequest(
      .post, "/process?x=1", host: "process:8000", contentType: .json,
      fields: [Field("Accept", "application/json")], body: Array("{}".utf8)
    ).append(to: &out)

    #expect(
      String(decoding: out, as: UTF8.self) == "POST /process?x=1 HTTP/1.1\r\nHost: process:8000\r\n"
        + "Content-Type: application/json\r\nContent-Length: 2\r\n"
        + "Accept: application/json\r\n\r\n{}"
    )
  }

  @Test("says that a POST without content has none") func empty() {
    var out: [UInt8] = []
    ClientRequest(.post, "/", host: "a").append(to: &out)
    ClientRequest(.get, "/", host: "a").append(to: &out)

    #expect(
      String(decoding: out, as: UTF8.self)
        == "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
        + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    )
  }

  @Test("is one request, whatever its parts hold", arguments: 0...255) func splitting(byte: Int) {
    let evil = String(Unicode.Scalar(UInt8(byte)))
    var out: [UInt8] = []
    ClientRequest(
      .other("GE\(evil)T"), "/a\(evil)b", host: "a", fields: [Field("X", "c\(evil)d")]
    ).append(to: &out)

    let outcome = RequestReading([out])

    #expect(outcome.refusal == nil)
    #expect(outcome.requests.count == 1)
  }
}
