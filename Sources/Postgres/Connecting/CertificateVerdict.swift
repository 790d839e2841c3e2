import CCrypto
import Glibc
import Synchronization

/// What is wrong with a server's certificate.
///
/// libpq says only that the certificate could not be verified, and releases OpenSSL's object of the
/// connection, which knows why, in the same call. OpenSSL tells when it releases such an object, on
/// the thread of that call.
enum CertificateVerdict {
  /// The last refusals, by thread.
  private static let refusals = Mutex<[pthread_t: Int]>([:])

  private static let isListening =
    CRYPTO_get_ex_new_index(
      CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil,
      { parent, _, _, _, _, _ in
        guard let parent else { return }
        let verdict = SSL_get_verify_result(OpaquePointer(parent))
        guard verdict != 0 else { return }
        CertificateVerdict.refusals.withLock { $0[pthread_self()] = verdict }
      }) >= 0

  /// Runs `body`; returns with its result OpenSSL's result of verifying the certificate that was
  /// refused meanwhile, or 0.
  static func noting<Value>(_ body: () -> Value) -> (Value, Int) {
    guard isListening else { return (body(), 0) }
    // A connection that was closed may have left one.
    refusals.withLock { $0[pthread_self()] = nil }
    let value = body()
    return (value, refusals.withLock { $0.removeValue(forKey: pthread_self()) } ?? 0)
  }
}
