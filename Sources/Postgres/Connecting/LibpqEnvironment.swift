import Glibc

/// The environment variables that libpq reads in addition to a connection string.
///
/// libpq reads them at each connection, so a program that does not want them removes them at its
/// start, before any other thread reads the environment.
package enum LibpqEnvironment {
  /// Removes the variables that change the format of values, or the planner; they would override
  /// our own settings.
  package static func removeSessionSettings() {
    for name in ["PGTZ", "PGDATESTYLE", "PGGEQO"] { unsetenv(name) }
  }

  /// Removes all: only the folder determines where a private cluster is.
  package static func removeAll() {
    var names: [String] = []
    var next = environ
    while let entry = next.pointee {
      names.append(String(String(cString: entry).prefix { $0 != "=" }))
      next += 1
    }
    for name in names where name.hasPrefix("PG") { unsetenv(name) }
  }
}
