/// A kind of work, told by the modules or functions that do it. A function of none belongs to its
/// caller's.
struct WorkGroup {
  let name: String
  let color: String
  /// Beginnings of names. Those of the first group that has one count.
  let beginnings: [String]

  init(_ name: String, _ color: String, _ beginnings: String...) {
    (self.name, self.color, self.beginnings) = (name, color, beginnings)
  }

  func contains(_ kind: String) -> Bool { beginnings.contains(where: kind.hasPrefix) }

  /// By module.
  static let service = [
    WorkGroup("kernel", "#c9d1d9", Frame.kernel),
    WorkGroup("malloc and free", "#ffb3ad", "malloc", "free", "posix_memalign"),
    WorkGroup("libpq", "#b6e3ff", "PQ", "pq", "libpq", "SSL", "libssl", "libcrypto"),
    WorkGroup(
      "copies and references of values", "#ffe6b3", FunctionName.valueCopy, "swift_retain",
      "swift_release", "_swift_release", "swift_bridgeObject", "swift::RefCounts"),
    WorkGroup(
      "Swift's tasks", "#e8d5c4", "swift_task", "swift_job", "swift_continuation",
      "swift::AsyncTask", "swift::runJob", "completeTask", "destroyTask", "withStatusRecordLock",
      "_Concurrency"),
    WorkGroup("Swift's library and runtime", "#ffcf99", "Swift", "swift", "_swift", "_String"),
    WorkGroup("HTTP", "#aceebb", "HTTP"),
    WorkGroup("JSON", "#d4f5a0", "JSON"),
    WorkGroup("API and orders", "#f2cc60", "OrderAPI", "OrderService", "Orders"),
    WorkGroup("OrderStore", "#e2c5ff", "OrderStore"),
    WorkGroup("Postgres, our module", "#c8c1ff", "Postgres"),
    WorkGroup("log and metrics", "#f7c6e0", "Telemetry"),
    WorkGroup("the event loop, the rest", "#e6e6d8", "EventLoop", "waybill", "Jobs"),
  ]

  /// By function.
  static let postgres = [
    WorkGroup("kernel", "#c9d1d9", Frame.kernel),
    WorkGroup("WAL", "#ffb3ad", "XLog", "WalWriter", "AdvanceXLInsert"),
    WorkGroup(
      "locks and snapshots", "#e8d5c4", "LWLock", "Lock", "ProcArray", "GetSnapshotData",
      "GetTransactionSnapshot", "s_lock", "PushActiveSnapshot", "CopySnapshot"),
    WorkGroup(
      "entries of indexes", "#ffd8a8", "ExecInsertIndexTuples", "btinsert", "index_insert",
      "gininsert", "brininsert"),
    WorkGroup(
      "reading indexes", "#d4f5a0", "btgettuple", "btgetbitmap", "btrescan", "btbeginscan",
      "_bt_first", "_bt_next", "index_getnext", "index_beginscan", "index_rescan", "index_endscan"),
    WorkGroup(
      "writing rows", "#f2cc60", "heap_insert", "heap_update", "heap_multi_insert",
      "heap_delete", "heap_lock_tuple", "simple_heap"),
    WorkGroup("reading rows", "#aceebb", "heap_", "index_fetch_heap", "heapgetpage"),
    WorkGroup(
      "starting and ending statements", "#b6e3ff", "standard_ExecutorStart",
      "standard_ExecutorEnd", "ExecInit", "ExecBuild", "ExecEnd", "CreateExecutorState",
      "FreeExecutorState", "GetCachedPlan", "ReleaseCachedPlan", "PortalStart", "PortalDrop",
      "CreateQueryDesc"),
    WorkGroup(
      "triggers, checks and references", "#f7c6e0", "AfterTrigger", "RI_FKey", "ExecBS",
      "ExecBR", "ExecAS", "ExecAR", "ExecConstraints"),
    WorkGroup("JSON", "#e2c5ff", "json"),
    WorkGroup(
      "begin and commit", "#d9b8a0", "CommitTransaction", "StartTransaction",
      "RecordTransaction", "AbortTransaction", "finish_xact", "ResourceOwner"),
    WorkGroup(
      "messages of the client", "#c8c1ff", "pq_", "secure_", "printtup", "be_",
      "WaitEventSet", "WaitLatch", "ReadyForQuery", "EndCommand", "internal_"),
    WorkGroup("PL/pgSQL", "#aee3e3", "plpgsql", "(plpgsql)", "SPI_"),
    WorkGroup("running statements", "#f5f0b5", "standard_ExecutorRun", "Exec", "slot_"),
    WorkGroup("the rest", "#e6e6d8", "PostgresMain"),
  ]
}
