import CCrypto
import Orders
import Postgres

/// The SHA-256 of a token's text: what is stored of it, and what it is known by in memory.
///
/// It is made here and not by the database, so that a token is in no statement and no log of one.
/// How long it takes to compare digests tells nobody a token: whoever sends one cannot choose its
/// digest. They are compared in constant time all the same, so that this need not be believed.
struct TokenDigest: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(_ token: BearerToken) {
    var text = token.secret
    text.withUTF8 { text in
      withUnsafeMutableBytes(of: &words) { digest in
        _ = SHA256(
          text.baseAddress, text.count, digest.assumingMemoryBound(to: UInt8.self).baseAddress)
      }
    }
  }

  static func == (left: TokenDigest, right: TokenDigest) -> Bool {
    withUnsafeBytes(of: left.words) { left in
      withUnsafeBytes(of: right.words) { right in
        CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }

  /// Any part of a digest is as good as chance.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension TokenDigest: SQLScalar {
  static var sqlType: SQLType { .bytea }
  /// The digest as the database keeps it.
  var sqlValue: SQLValue { .bytes(withUnsafeBytes(of: words, Array.init)) }
}
