import TestSupport
import Testing

@testable import HTTP

@Suite("Preferences")
struct PreferencesTests {
  typealias Reading = (lines: [String], values: [String: String]?)
  static let readings: [Reading] = [
    ([], [:]), ([""], [:]), ([" ,\t,"], [:]),
    (["a"], ["a": ""]), (["A, b=C"], ["a": "", "b": "C"]), (["a", "b"], ["a": "", "b": ""]),
    (["a=1", "a=2"], ["a": "1"]), (["a = 1 ; b = 2 ,c"], ["a": "1", "c": ""]),
    ([#"a="x, y; \"z\"", c"#], ["a": #"x, y; "z""#, "c": ""]), ([#"a="""#], ["a": ""]),
    (["a;b;c=\"d,e\";;, f"], ["a": "", "f": ""]), (["a; ,b"], ["a": "", "b": ""]),
    (["a=\"\u{fc}\""], ["a": "\u{fc}"]),
    (["a b"], nil), (["=a"], nil), (["a="], nil), ([#"a="b"#], nil), ([#"a="b\"#], nil),
    ([#"a="b"c"#], nil), (["a;=b"], nil), ([";a"], nil), (["a/b"], nil), (["\u{fc}"], nil),
  ]

  @Test("are read as RFC 7240 has them", arguments: readings)
  func read(_ reading: Reading) {
    let preferences = Preferences(reading.lines)
    #expect((preferences == nil) == (reading.values == nil), "\(reading.lines)")
    for name in ["a", "b", "c", "f"] {
      #expect(preferences?[name] == reading.values?[name], "\(reading.lines): \(name)")
    }
  }
}
