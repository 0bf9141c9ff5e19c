package dev.modelcompression.cli.writeback;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Certificate authorities out of a PEM file, in the place of those that Java knows. */
final class Authorities {
  private Authorities() {}

  /**
   * Reads the authorities.
   *
   * @throws IllegalArgumentException the file holds no certificates
   */
  static TrustManager[] read(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + count++, certificate);
      }
      if (count == 0) {
        throw new IllegalArgumentException(pem + ": holds no certificate");
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          pem + ": is no list of certificates in PEM form: " + e.getMessage(), e);
    }
  }

  /** A context that trusts them. */
  static SSLContext context(Path pem) {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, read(pem), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }
}
