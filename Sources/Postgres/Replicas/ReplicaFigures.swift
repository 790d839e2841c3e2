package import Telemetry

/// What is counted of the replicas by all loops.
package final class ReplicaFigures: Sendable {
  /// The figures of one replica.
  final class OfReplica: Sendable {
    let name: String
    let used = Gauge(
      FigureDescription(
        .gauge, "replica_in_use", labels: ["replica"],
        "Whether reads may go to the replica: 1 or 0"))
    let lag = Gauge(
      FigureDescription(
        .gauge, "replica_lag_seconds", labels: ["replica"], unit: .milliseconds,
        "How old the first change is that the replica has not replayed"))
    let reads = Counter(
      FigureDescription(
        .counter, "replica_reads_total", labels: ["replica"],
        "Statements that the replica has answered"))
    let failures = Counter(
      FigureDescription(
        .counter, "replica_failures_total", labels: ["replica"],
        "Statements that failed on the replica; the primary was asked then"))

    init(_ name: String) { self.name = name }
  }

  let replicas: [OfReplica]
  let toPrimary = Labelled<ReplicaBoard.Reason, Counter>(
    "replica_reads_by_primary_total", by: "reason",
    "Statements that a replica could have answered and the primary did, by the reason")
  let waits = Counter(
    "replica_waits_total", "Statements that waited for a replica or for the primary's position")
  let waitNanoseconds = Counter(
    "replica_wait_seconds_total", unit: .nanoseconds, "How long they waited altogether")

  /// Figures that begin at zero, for replicas of these names.
  package init(names: [String]) { replicas = names.map(OfReplica.init) }

  /// Adds them to what is shown.
  package func report(to exposition: inout Exposition) {
    for replica in replicas {
      let all: [any NumberFigure] = [replica.used, replica.lag, replica.reads, replica.failures]
      for figure in all {
        exposition.add(figure.description, labels: [replica.name], value: figure.value)
      }
    }
    toPrimary.report(to: &exposition)
    waits.report(to: &exposition)
    waitNanoseconds.report(to: &exposition)
  }
}
