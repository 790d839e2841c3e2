import EventLoop
import OrderStore
import Orders
import Postgres

/// Brings the schema to the newest version, as its owner, and grants the other roles what they
/// need. Makes the bootstrap token an admin's, and keeps the currency, where one is set.
struct SchemaUpgrade {
  /// What was done.
  struct Outcome {
    let applied: [MigrationFile]
    /// Roles that do not exist, so that nothing was granted to them.
    let rolesAbsent: [String]
    /// What became of the bootstrap token, if there is one.
    let bootstrap: BootstrapToken.Outcome?
    let currency: KeptCurrency
  }

  let migrator: Migrator
  let grants: AccessGrants
  let bootstrapToken: BootstrapToken?
  let currency: Currency?

  init(_ migrator: Migrator, _ configuration: Configuration) {
    self.migrator = migrator
    grants = configuration.grants
    bootstrapToken = configuration.bootstrapToken
    currency = configuration.currency
  }

  func run(_ target: ConnectionString, on loop: EventLoop) async throws -> Outcome {
    let session: Session
    do {
      session = try await Session.open(target, on: loop)
    } catch {
      throw MigrationError.unreachable(reason: error.debugDescription)
    }
    defer { session.close() }
    try await refuseDamage(session)
    let applied = try await migrator.migrate(session)
    let rolesAbsent: [String]
    do {
      rolesAbsent = try await grants.apply(session)
    } catch {
      throw ConfigurationError(
        "the roles cannot be granted their rights: \(error.debugDescription)")
    }
    let kept = try await settleCurrency(session)
    do {
      return Outcome(
        applied: applied, rolesAbsent: rolesAbsent,
        bootstrap: try await bootstrapToken?.admit(session), currency: kept)
    } catch {
      throw ConfigurationError(
        "the bootstrap token cannot be made an admin's: \(error.debugDescription)")
    }
  }

  /// Whoever migrates without naming a currency says nothing about it.
  private func settleCurrency(_ session: Session) async throws(ConfigurationError) -> KeptCurrency {
    let kept: KeptCurrency
    do {
      kept = try await KeptCurrency.settle(currency, session)
    } catch {
      throw ConfigurationError("the currency cannot be kept: \(error.debugDescription)")
    }
    if currency != nil { try kept.refuseOther(currency) }
    return kept
  }

  /// Refuses a damaged schema: more migrations would hide what it lacks.
  private func refuseDamage(_ session: Session) async throws {
    do {
      let damage = try await SchemaInspection.read(session).damage
      guard damage.isEmpty else { throw MigrationError.damaged(objects: damage.map(\.description)) }
    } catch let error as PostgresError where error.serverError?.state == .undefinedTable {
      // The list of objects does not exist yet: the schema is empty, or older than the list.
    }
  }
}

extension BootstrapToken.Outcome {
  /// What is to be logged or printed, with a cure if it is trouble.
  var notice: (message: String, cure: String?)? {
    switch self {
    case .admitted: ("the bootstrap token is an admin's token now", nil)
    case .notNeeded: nil
    case .ended:
      (
        "no admin's token holds, and the bootstrap token was revoked",
        "set another one, or run waybill token create --role admin"
      )
    }
  }
}
