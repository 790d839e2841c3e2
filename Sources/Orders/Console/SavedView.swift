/// What a screen of the console shows, under a name.
package struct NewSavedView: Equatable, Sendable {
  /// What it is called.
  package let name: ViewName
  /// The screen that it is of.
  package let screen: ScreenName
  /// The query of the screen's address.
  package let query: ViewQuery
  /// Whether everybody sees it.
  package let isShared: Bool

  /// A view that is to be saved.
  package init(name: ViewName, screen: ScreenName, query: ViewQuery, isShared: Bool) {
    self.name = name
    self.screen = screen
    self.query = query
    self.isShared = isShared
  }
}

/// A saved view as it is stored.
package struct SavedView: Sendable {
  /// Its number.
  package let id: Int
  /// What it is called.
  package let name: String
  /// The screen that it is of.
  package let screen: String
  /// The query of the screen's address.
  package let query: String
  /// Whether everybody sees it.
  package let isShared: Bool
  /// Whether it belongs to who asks.
  package let isMine: Bool
  /// Who saved it last.
  package let who: String
  /// Grows by one with every change.
  package let version: Int
  /// When it was made.
  package let createdAt: Timestamp
  /// When it last changed.
  package let updatedAt: Timestamp

  /// A saved view.
  package init(
    id: Int, name: String, screen: String, query: String, isShared: Bool, isMine: Bool,
    who: String, version: Int, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.screen = screen
    self.query = query
    self.isShared = isShared
    self.isMine = isMine
    self.who = who
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// The name of a saved view.
package struct ViewName: VisibleName {
  package static let allowedLength = 1...100
  package let value: String
  package init(allowed value: String) { self.value = value }
}

/// The query of an address, which the service does not interpret.
package struct ViewQuery: ExactText {
  /// How many characters it may have.
  package static let allowedLength = 0...2_000

  /// The query as it was given.
  package let value: String

  /// The query, or nil when it has too many characters.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}

/// The name of a screen of the console: lower-case letters.
package struct ScreenName: ExactText {
  /// How many letters it may have.
  package static let allowedLength = 1...20

  /// The name as it was given.
  package let value: String

  /// The name, or nil when it has another form.
  package init?(_ text: String) {
    guard Self.allowedLength.contains(text.utf8.count),
      text.utf8.allSatisfy({ (97...122).contains($0) })
    else { return nil }
    value = text
  }
}

/// Who asks for saved views.
package struct ViewOwner: Sendable {
  /// The first token of the caller's line; nil where no token is needed.
  package let line: Int?
  /// Whether the caller may change what others share.
  package let mayChangeAll: Bool

  /// Somebody who asks.
  package init(line: Int?, mayChangeAll: Bool) {
    self.line = line
    self.mayChangeAll = mayChangeAll
  }
}
