import HTTPClient
import Testing

@Suite("The address of another service")
struct BaseURLTests {
  @Test(
    "has a host, and may have a port and a path",
    arguments: [
      ("http://example.org", "example.org", ""), ("http://example.org/", "example.org", ""),
      ("HTTP://example.org:8000", "example.org:8000", ""),
      ("http://127.0.0.1:8000/below/there//", "127.0.0.1:8000", "/below/there"),
      ("http://[::1]:80/a%20b", "[::1]:80", "/a%20b"),
    ])
  func good(text: String, host: String, path: String) {
    let url = BaseURL(text)
    #expect(url?.host == host && url?.path == path)
    #expect(url.flatMap { BaseURL($0.text) } == url)
  }

  @Test(
    "is plain HTTP only",
    arguments: [
      "", "example.org", "https://example.org", "http://", "http:///a", "http://a:b", "http://a:0",
      "http://a:65536", "http://user@a", "http://user:secret@a", "http://a/?b", "http://a/#b",
      "http://a b", "http://a/b c", "http://a/ü", "http://ü", "http://a\r\nX: y", "http://a?b",
      "ftp://a", "http://[::1",
    ])
  func bad(text: String) { #expect(BaseURL(text) == nil) }
}
