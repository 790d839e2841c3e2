import CCrypto
import Orders
import Postgres

/// A SHA-256.
///
/// Digests are compared in constant time. That is more than is needed: the time of a comparison
/// tells an attacker nothing about tokens, as nobody can choose the digest of what they send.
struct Digest: Hashable, Sendable {
  /// Found once, and never changed: `SHA256()` would look it up by its name for each digest, which
  /// takes 2,300 instructions.
  private nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)

  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBufferPointer { Digest(of: $0) }
  }

  private init(of bytes: UnsafeBufferPointer<UInt8>) {
    withUnsafeMutableBytes(of: &words) { digest in
      let isDone = EVP_Digest(
        bytes.baseAddress, bytes.count, digest.assumingMemoryBound(to: UInt8.self).baseAddress,
        nil, Self.sha256, nil)
      precondition(isDone == 1, "libcrypto has SHA-256")
    }
  }

  static func == (left: Digest, right: Digest) -> Bool {
    withUnsafeBytes(of: left.words) { left in
      withUnsafeBytes(of: right.words) { right in
        CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }

  /// Any part of a digest is as good as random.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension Digest {
  /// The only part of a token that is stored or kept in memory. It is computed here and not by the
  /// database, so that no statement and no log contains a token.
  init(_ token: BearerToken) {
    var text = token.secret
    self = text.withUTF8 { Digest(of: $0) }
  }

  /// The same of a session.
  init(_ session: SessionSecret) {
    var text = session.text
    self = text.withUTF8 { Digest(of: $0) }
  }
}

extension Digest: SQLScalar {
  static var sqlType: SQLType { .bytea }
  /// The digest as the database stores it.
  var sqlValue: SQLValue { .bytes(withUnsafeBytes(of: words, Array.init)) }
}
