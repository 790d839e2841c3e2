import JSON
import Orders

// What is shown of the state of an instance.

extension SystemReport: AnswerObject {
  static let schema = describe("System", "How the instance that answers is doing.")

  func write(to json: inout some AnswerFields) {
    json.string("version", version, "Which version of the service it is.", "0.9.0")
    json.string("revision", revision, "What it was built from; empty when nobody said.", "")
    json.moment("started_at", startedAt, "When it started.")
    json.moment("now", now, "What its clock says.")
    json.boolean("ready", readiness.isReady, "Whether it can do its work, as `/readyz` says.", true)
    json.field("checks", isAlwaysThere: true, Operations.About.checks) { json, key in
      json.object(key) { checks in
        for check in readiness.checks { checks.string(JSONKey(check.name), check.problem ?? "ok") }
      }
    }
    json.objects(
      "migrations", migrations,
      "The steps of the schema that were applied; empty while the database is away.")
    json.object("report", report, "The report of customers.")
    json.object("feed", feed, "The feed of events.")
    json.object("fulfilment", fulfilment, "Orders for the order process service.")
    json.object("connections", connections, "Connections of clients, and to the database.")
    json.integer("sample_seconds", sampleSeconds, in: 1...3_600, "What a sample stands for.", 15)
    json.objects("samples", samples, "The requests of the last hour, the oldest first.")
  }

  package static let sample = SystemReport(
    version: "0.9.0", revision: "", startedAt: .sample, now: .sample,
    readiness: ReadinessReport(
      checks: ["reads", "writes", "schema", "service"].map { ($0, nil) }),
    migrations: [.sample], report: .sample, feed: .sample, fulfilment: .sample,
    connections: .sample, sampleSeconds: 15, samples: [.sample])
}

extension SystemReport.Migration: AnswerObject {
  static let schema = describe("Migration", "A step of the schema.")

  func write(to json: inout some AnswerFields) {
    json.integer("version", version, in: 1...Int.max, "Its number.", 1)
    json.string("name", name, "Its name.", "products")
    json.moment("applied_at", appliedAt, "When it was applied.")
  }

  static let sample = SystemReport.Migration(version: 1, name: "products", appliedAt: .sample)
}

extension SystemReport.Report: AnswerObject {
  static let schema = describe("ReportState", "How old the report is.")

  func write(to json: inout some AnswerFields) {
    json.moment("refreshed_at", refreshedAt, "As of when it is true; null before the first.")
    json.integer(
      "refresh_interval_seconds", intervalSeconds, in: 1...Int.max, "How often it is refreshed.",
      120)
  }

  static let sample = SystemReport.Report(refreshedAt: .sample, intervalSeconds: 120)
}

extension SystemReport.Feed: AnswerObject {
  static let schema = describe("FeedState", "How the feed is doing.")

  func write(to json: inout some AnswerFields) {
    json.measure(
      "lag_seconds", lagMilliseconds, "For how long new events could not be put in order.")
    json.integer("followers", followers, in: 0...Int.max, "Streams and waiting requests.", 2)
  }

  static let sample = SystemReport.Feed(lagMilliseconds: 0, followers: 2)
}

extension SystemReport.Fulfilment: AnswerObject {
  static let schema = describe("FulfilmentState", "Orders for the order process service.")

  func write(to json: inout some AnswerFields) {
    json.boolean("configured", isConfigured, "Whether there is such a service.", true)
    json.integer("waiting", waiting, in: 0...Int.max, "Orders whose process is to be started.", 3)
    json.integer("processing", processing, in: 0...Int.max, "Orders in their process.", 8)
    json.measure("oldest_waiting_seconds", oldestMilliseconds, "How long the oldest waits.")
    json.boolean("breaker_open", isBreakerOpen, "Whether the service is left alone.", false)
  }

  static let sample = SystemReport.Fulfilment(
    isConfigured: true, waiting: 3, processing: 8, oldestMilliseconds: 1_200,
    isBreakerOpen: false)
}

extension SystemReport.Connections: AnswerObject {
  static let schema = describe("Connections", "Connections of clients, and to the database.")

  func write(to json: inout some AnswerFields) {
    json.integer("http", http, in: 0...Int.max, "Open connections of clients.", 12)
    json.integer("in_flight", inFlight, in: 0...Int.max, "Requests under way.", 2)
    json.integer("waiting", waiting, in: 0...Int.max, "Requests that wait for their turn.", 0)
    json.integer("streams", streams, in: 0...Int.max, "Streams and long waits.", 1)
    json.integer("database", database, in: 0...Int.max, "Connections to the database.", 8)
    json.integer(
      "database_leased", databaseLeased, in: 0...Int.max, "Those that a transaction holds.", 1)
    json.integer(
      "database_waiting", databaseWaiting, in: 0...Int.max, "Requests that wait for one.", 0)
    json.integer(
      "database_breakers_open", databaseBreakersOpen, in: 0...Int.max,
      "Loops that refuse requests at once, as nothing connects.", 0)
  }

  static let sample = SystemReport.Connections(
    http: 12, inFlight: 2, waiting: 0, streams: 1, database: 8, databaseLeased: 1,
    databaseWaiting: 0, databaseBreakersOpen: 0)
}

extension SystemReport.Sample: AnswerObject {
  static let schema = describe("RequestSample", "The requests of some seconds.")

  func write(to json: inout some AnswerFields) {
    json.moment("at", at, "When it was taken: the end of its seconds.")
    json.integer("requests", requests, in: 0...Int.max, "How many were answered.", 120)
    json.integer("errors", errors, in: 0...Int.max, "Those with a status of 500 or more.", 0)
    json.measure("mean_ms", mean, "How long they took on average; null without requests.")
    json.measure("p50_ms", median, "What half of them took at most, estimated.")
    json.measure("p99_ms", percentile99, "What 99 of 100 took at most, estimated.")
  }

  static let sample = SystemReport.Sample(
    at: .sample, requests: 120, errors: 0, mean: 812, median: 640, percentile99: 4_200)
}

extension AnswerFields {
  /// A number that is given in thousandths.
  @inline(__always)
  fileprivate mutating func measure(
    _ name: StaticString, _ thousandths: Int, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Schema.measure.about(about())) {
      $0.raw($1, decimal(ofThousandths: thousandths).utf8)
    }
  }

  /// The same, or null.
  @inline(__always)
  fileprivate mutating func measure(
    _ name: StaticString, _ thousandths: Int?, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Schema.measure.orNull.about(about())) {
      $0.raw($1, (thousandths.map(decimal) ?? "null").utf8)
    }
  }
}

/// A decimal with three fraction digits.
private func decimal(ofThousandths value: Int) -> String {
  let (whole, rest) = max(0, value).quotientAndRemainder(dividingBy: 1_000)
  let digits = "\(rest)"
  return "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
}
