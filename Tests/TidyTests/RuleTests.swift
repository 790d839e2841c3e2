import Testing

@Suite("A rule of the tree")
struct RuleTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let finding: String?
    let file: SourceFile
    var testDescription: String { "\(file.path): \(finding ?? "nothing")" }

    init(
      _ rule: Rule, _ finding: String?, _ path: String, _ text: String, isExecutable: Bool = false
    ) {
      self.rule = rule
      self.finding = finding
      file = SourceFile(path, text, isExecutable: isExecutable)
    }
  }

  static func function(lines: Int, head: String = "func long()") -> String {
    "\(head) {\n" + String(repeating: "  call()\n", count: lines - 2) + "}\n"
  }

  static let samples: [Sample] = [
    Sample(.imports, "Orders imports HTTP", "Sources/Orders/A.swift", "import HTTP\n"),
    Sample(.imports, "JSON imports Glibc", "Sources/JSON/A.swift", "package import Glibc\n"),
    Sample(
      .imports, "OrderStore imports CPQ", "Sources/OrderStore/A.swift", "public import CPQ\n"),
    Sample(.imports, "HTTP imports Foundation", "Sources/HTTP/A.swift", "import Foundation\n"),
    Sample(
      .imports, "HTTP imports Foundation", "Sources/HTTP/A.swift",
      "@preconcurrency public import Foundation\n"),
    Sample(
      .imports, "HTTP imports Foundation", "Sources/HTTP/A.swift",
      "@_spi(Some) import Foundation\n"),
    Sample(.imports, "New is not in Package.swift", "Sources/New/A.swift", "import HTTP\n"),
    Sample(
      .imports, "HTTP imports func Glibc socket", "Sources/HTTP/A.swift",
      "import func Glibc.socket\n"),
    Sample(.imports, nil, "Sources/HTTP/A.swift", "import func Glibc.memchr\n"),
    Sample(.imports, nil, "Sources/Postgres/A.swift", "import CPQ\n// import HTTP\n"),
    Sample(.imports, nil, "Tests/HTTPTests/A.swift", "import Foundation\n"),
    Sample(
      .dependencies, "New does not import HTTP", "Package.swift",
      "  library(\"New\", [\n    // A comment.\n    \"HTTP\"]),\n"),
    Sample(.dependencies, nil, "Package.swift", "  library(\"New\"),\n"),

    Sample(.fileLengths, "401 lines", "A.swift", String(repeating: "\n", count: 401)),
    Sample(.fileLengths, nil, "A.swift", String(repeating: "\n", count: 400)),
    Sample(.lineLengths, "101 columns", "A.swift", String(repeating: "ä", count: 101)),
    Sample(.lineLengths, nil, "A.swift", String(repeating: "ä", count: 100)),

    Sample(.functionLengths, "71 lines", "A.swift", function(lines: 71)),
    Sample(.functionLengths, "71 lines", "A.swift", function(lines: 71, head: "var x: Int")),
    Sample(
      .functionLengths, "72 lines", "A.swift",
      function(lines: 71, head: "init(a: [Int] = [], b: () -> Void = {})\n  throws")),
    Sample(
      .functionLengths, "73 lines", "A.swift",
      function(lines: 71, head: #"func s() { _ = "}\("}" + x)" // }"# + "\n  if x")
        + "}\n"),
    Sample(.functionLengths, nil, "A.swift", function(lines: 70)),
    Sample(.functionLengths, nil, "A.swift", function(lines: 99, head: "struct Large")),
    Sample(
      .functionLengths, nil, "A.swift",
      function(lines: 99, head: "protocol P { func f() }\nstruct Large")),

    Sample(.markers, "leftover TO" + "DO", "A.swift", "let a = 1  // TO" + "DO: more\n"),
    Sample(.markers, "leftover FIX" + "ME", "migrations/0001_a.sql", "-- FIX" + "ME\n"),
    Sample(.markers, nil, "A.swift", "let text = \"TO" + "DO\"  // HACKERS\n"),
    Sample(
      .namedTests, "names no test: Nothing", "SECURITY.md", "| all | so | `Nothing` |\n"),
    Sample(.links, "leads nowhere: gone.md", "docs/a.md", "see [that](gone.md)\n"),
    Sample(.links, "leads nowhere: #not", "docs/a.md", "# Here\n\n[there](#not)\n"),
    Sample(.links, "leads nowhere: ../README.md#no", "docs/a.md", "[x](../README.md#no)\n"),
    Sample(
      .links, nil, "docs/a.md",
      "# In psql\n[a](#in-psql) [b](../README.md#run-it) [c](decisions) [d](https://e.example)\n"),
    Sample(.namedTests, nil, "SECURITY.md", "| promise | how | test |\n| --- | --- | --- |\n"),
    Sample(.deadCode, "commented-out code", "A.swift", "// if a {\n"),
    Sample(.deadCode, "commented-out code", "A.swift", "  // let a = b\n"),
    Sample(.deadCode, "commented-out code", "A.swift", "// print(a)\n"),
    Sample(.deadCode, nil, "A.swift", "// let the caller choose (it knows)\n"),
    Sample(.machinePaths, "mentions ../sha" + "red", "README.md", "see ../sha" + "red/x\n"),
    Sample(.machinePaths, nil, "README.md", "see docs/shared\n"),

    Sample(.doors, "PQexec (SQL as text)", "Sources/Postgres/A.swift", "PQexec(a, b)\n"),
    Sample(.doors, "unsafeText (SQL as text)", "Sources/OrderStore/A.swift", "q(unsafeText: a)\n"),
    Sample(.doors, nil, "Sources/PrivateCluster/Cluster/ClusterConnection.swift", "PQexec(a, b)\n"),
    Sample(
      .sleeping, "calls Task.sleep(…)", "Tests/HTTPTests/A.swift", "try await Task.sleep(for: a)"),
    Sample(.sleeping, nil, "Tests/TestSupport/A.swift", "usleep(2)"),

    Sample(.whitespace, "trailing blank", "README.md", "a \n"),
    Sample(.whitespace, nil, "README.md", "a\n\n"),
    Sample(.placeholders, "no code", "A.swift", "// Soon.\n\n"),
    Sample(.placeholders, nil, "A.swift", "let a = 1\n"),
    Sample(.migrationNames, "expected 0001_name.sql", "migrations/0002_a.sql", ""),
    Sample(.migrationNames, "expected 0001_name.sql", "migrations/0001_A b.sql", ""),
    Sample(.migrationNames, nil, "migrations/0001_orders.sql", ""),
    Sample(
      .oldSQL, "nulls not distinct is of PostgreSQL 15", "migrations/0001_a.sql",
      "UNIQUE NULLS NOT DISTINCT (a)\n"),
    Sample(.oldSQL, nil, "migrations/0001_a.sql", "SELECT 1 -- any_value, once 14 is gone\n"),
    Sample(.modes, "not executable", "dev", "#!/bin/sh\n"),
    Sample(.modes, "executable, but no script", "README.md", "hello\n", isExecutable: true),
    Sample(.modes, nil, "dev", "#!/bin/sh\n", isExecutable: true),
  ]

  @Test("sees what breaks it and lets the rest pass", arguments: samples)
  func sees(sample: Sample) {
    let findings = sample.rule.findings([sample.file])
    #expect(findings.count == (sample.finding == nil ? 0 : 1), "\(findings)")
    if let finding = sample.finding {
      #expect(findings.first?.hasSuffix(": " + finding) == true, "\(findings)")
    }
  }

  @Test("has a sample that breaks it", arguments: Rule.all)
  func isSeen(rule: Rule) {
    #expect(Self.samples.contains { $0.rule.promise == rule.promise && $0.finding != nil })
  }

  @Test("tells code from strings and comments")
  func scanner() {
    let text = ##"""
      a /* b /* c */ d */ e // f "g"
      h("i\(j("k)") )l" + #"m"\#(n)"# + """
        o " }
        """ + p)
      """##
    let scanned = SwiftScanner.scan(text)
    let code = String(decoding: scanned.code, as: UTF8.self)
    #expect(code.filter { $0.isLetter } == "aehp")
    #expect(code.utf8.count == text.utf8.count)
    let comments = String(decoding: scanned.comments, as: UTF8.self)
    #expect(comments.filter { $0.isLetter } == "bcdfg")
  }
}
