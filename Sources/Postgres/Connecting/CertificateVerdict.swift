import CCrypto
import Glibc
import Synchronization

/// What is wrong with a server's certificate.
///
/// libpq says only that the certificate could not be verified. OpenSSL's object for the connection
/// knows why, but libpq releases it in the same call. So the reason is read in a callback that
/// OpenSSL calls, on the same thread, when such an object is released.
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

  /// Runs `body`. Returns its result, and OpenSSL's reason for refusing a certificate meanwhile; 0
  /// if none was refused.
  static func recordingRefusal<Value>(_ body: () -> Value) -> (Value, Int) {
    guard isListening else { return (body(), 0) }
    // A connection that was closed earlier may have left a refusal.
    refusals.withLock { $0[pthread_self()] = nil }
    let value = body()
    return (value, refusals.withLock { $0.removeValue(forKey: pthread_self()) } ?? 0)
  }
}
