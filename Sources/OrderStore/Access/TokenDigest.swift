import CCrypto
import Orders
import Postgres

/// The SHA-256 of a token's text: the only part of a token that is stored or kept in memory.
///
/// It is computed here and not by the database, so that no statement and no log contains a token.
/// Digests are compared in constant time. That is more than is needed: the time of a comparison
/// tells an attacker nothing about tokens, as nobody can choose the digest of what they send.
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

  /// Any part of a digest is as good as random.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension TokenDigest: SQLScalar {
  static var sqlType: SQLType { .bytea }
  /// The digest as the database stores it.
  var sqlValue: SQLValue { .bytes(withUnsafeBytes(of: words, Array.init)) }
}
