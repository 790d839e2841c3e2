import Glibc

/// What libpq takes from the environment, whatever a connection string says or leaves out.
///
/// It reads these variables again at each connection, so a program that does not want them forgets
/// them at its start, before any of its threads connects or looks at the environment.
package enum LibpqEnvironment {
  /// Forgets what would change the form in which values come: it wins over our own settings, and
  /// the connection string is the place to choose a planner.
  package static func forgetSessionSettings() {
    for name in ["PGTZ", "PGDATESTYLE", "PGGEQO"] { unsetenv(name) }
  }

  /// Forgets everything: a private cluster is where its folder says, and nowhere else.
  package static func forgetAll() {
    var names: [String] = []
    var next = environ
    while let entry = next.pointee {
      names.append(String(String(cString: entry).prefix { $0 != "=" }))
      next += 1
    }
    for name in names where name.hasPrefix("PG") { unsetenv(name) }
  }
}
