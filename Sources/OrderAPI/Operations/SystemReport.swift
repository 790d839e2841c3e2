package import Orders

/// How an instance of the service is doing.
package struct SystemReport: Sendable {
  package var version: String
  package var revision: String
  package var startedAt: Timestamp
  package var now: Timestamp
  package var readiness: ReadinessReport
  /// The steps of the schema that were applied; empty while the database cannot be asked.
  package var migrations: [Migration]
  package var report: Report
  package var feed: Feed
  package var fulfilment: Fulfilment
  package var connections: Connections
  /// The seconds that a sample stands for.
  package var sampleSeconds: Int
  /// Those of the last hour, the oldest first.
  package var samples: [Sample]

  package init(
    version: String, revision: String, startedAt: Timestamp, now: Timestamp,
    readiness: ReadinessReport, migrations: [Migration], report: Report, feed: Feed,
    fulfilment: Fulfilment, connections: Connections, sampleSeconds: Int, samples: [Sample]
  ) {
    self.version = version
    self.revision = revision
    self.startedAt = startedAt
    self.now = now
    self.readiness = readiness
    self.migrations = migrations
    self.report = report
    self.feed = feed
    self.fulfilment = fulfilment
    self.connections = connections
    self.sampleSeconds = sampleSeconds
    self.samples = samples
  }

  /// A step of the schema.
  package struct Migration: Sendable {
    package let version: Int
    package let name: String
    package let appliedAt: Timestamp

    package init(version: Int, name: String, appliedAt: Timestamp) {
      self.version = version
      self.name = name
      self.appliedAt = appliedAt
    }
  }

  /// The report of customers.
  package struct Report: Sendable {
    package let refreshedAt: Timestamp?
    package let intervalSeconds: Int

    package init(refreshedAt: Timestamp?, intervalSeconds: Int) {
      self.refreshedAt = refreshedAt
      self.intervalSeconds = intervalSeconds
    }
  }

  /// The feed of events.
  package struct Feed: Sendable {
    package let lagMilliseconds: Int
    package let followers: Int

    package init(lagMilliseconds: Int, followers: Int) {
      self.lagMilliseconds = lagMilliseconds
      self.followers = followers
    }
  }

  /// The orders that the order process service has to fulfil.
  package struct Fulfilment: Sendable {
    package let isConfigured: Bool
    package let waiting: Int
    package let processing: Int
    package let oldestMilliseconds: Int
    package let isBreakerOpen: Bool

    package init(
      isConfigured: Bool, waiting: Int, processing: Int, oldestMilliseconds: Int,
      isBreakerOpen: Bool
    ) {
      self.isConfigured = isConfigured
      self.waiting = waiting
      self.processing = processing
      self.oldestMilliseconds = oldestMilliseconds
      self.isBreakerOpen = isBreakerOpen
    }
  }

  /// Connections of clients, and to the database.
  package struct Connections: Sendable {
    package let http: Int
    package let inFlight: Int
    package let waiting: Int
    package let streams: Int
    package let database: Int
    package let databaseLeased: Int
    package let databaseWaiting: Int
    package let databaseBreakersOpen: Int

    package init(
      http: Int, inFlight: Int, waiting: Int, streams: Int, database: Int, databaseLeased: Int,
      databaseWaiting: Int, databaseBreakersOpen: Int
    ) {
      self.http = http
      self.inFlight = inFlight
      self.waiting = waiting
      self.streams = streams
      self.database = database
      self.databaseLeased = databaseLeased
      self.databaseWaiting = databaseWaiting
      self.databaseBreakersOpen = databaseBreakersOpen
    }
  }

  /// The requests of some seconds. Times are in microseconds; nil without requests.
  package struct Sample: Sendable {
    package let at: Timestamp
    package let requests: Int
    package let errors: Int
    package let mean: Int?
    package let median: Int?
    package let percentile99: Int?

    package init(
      at: Timestamp, requests: Int, errors: Int, mean: Int?, median: Int?, percentile99: Int?
    ) {
      self.at = at
      self.requests = requests
      self.errors = errors
      self.mean = mean
      self.median = median
      self.percentile99 = percentile99
    }
  }
}
