import Glibc
import Postgres
import Synchronization
import Testing

@testable import PrivateCluster
@testable import TestSupport

@Suite("The cluster of the tests")
struct TestClusterTests {
  @Test("gives every test a database of its own, also when all ask at once")
  func databases() async throws {
    let strings = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<4 { group.addTask { try TestCluster.shared.makeDatabase() } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(strings.count == 4)
  }

  @Test("prepares a template once and copies it")
  func template() async throws {
    let prepared = Atomic(0)
    for _ in 0..<2 {
      let name = try await TestCluster.shared.template("copied") { _ in
        prepared.add(1, ordering: .relaxed)
      }
      _ = try TestCluster.shared.makeDatabase(template: name)
    }
    #expect(prepared.load(ordering: .relaxed) == 1)
  }

  @Test("removes what a killed run left, and nothing that is in use")
  func leftovers() throws {
    let dead = try #require(endedProcess())
    let (left, used) = ("/tmp/waybill-tests-\(dead)-1", "/tmp/waybill-tests-\(dead)-2")
    try ClusterFiles.makeFolders(left + "/data")
    try ClusterFiles.makeFolders(used + "/data")
    defer { ClusterFiles.removeTree(used) }
    let user = try ServerUser.choose(home: used)
    close(creat(left + ".log", 0o600))
    let lock = try ClusterLock(ClusterFolders(home: used), user: user)

    TestCluster.removeLeftovers()

    #expect(LocalFile.status(left) == nil)
    #expect(LocalFile.status(left + ".log") == nil)
    #expect(LocalFile.status(used + "/data") != nil)
    withExtendedLifetime(lock) {}
  }

  /// The number of a process that has ended.
  private func endedProcess() -> pid_t? {
    let child = try? ChildProcess(["/bin/sleep", "60"], output: 2)
    let pid = child?.pid
    child?.signal(SIGKILL)
    return child?.exitStatus(within: 10) == nil ? nil : pid
  }
}
