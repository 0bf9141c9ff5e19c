package dev.modelcompression.cli.writeback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What proves to a Git server who asks: the files of a mounted Secret. Its text goes into requests
 * to that server and nowhere else.
 */
final class Credential {
  /** What the servers take for a user's name where a token says it all. */
  private static final String ANYBODY = "oauth2";

  private final Path folder;

  /**
   * The credential in a folder.
   *
   * @param folder has the keys of the Secret as files; may be missing
   */
  Credential(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Whether there is something to send along over HTTP. */
  boolean hasPassword() {
    return password().isPresent();
  }

  String username() {
    return text("username").orElse(ANYBODY);
  }

  /** The password, which with most servers is a token. */
  Optional<String> password() {
    return text("password").or(() -> text("token"));
  }

  /** The token for the server's API. */
  Optional<String> token() {
    return text("token").or(() -> text("password"));
  }

  Optional<Path> privateKey() {
    return file("ssh-privatekey");
  }

  Optional<Path> knownHosts() {
    return file("known_hosts");
  }

  /** Certificates of the authorities that may vouch for the server. */
  Optional<Path> authorities() {
    return file("ca.crt");
  }

  /**
   * Sees to it that nobody on the way can read the credential.
   *
   * @throws IllegalArgumentException it would be sent in the clear
   */
  static void requireSafe(URI address) {
    if (!"https".equals(address.getScheme())) {
      throw new IllegalArgumentException(
          "%s://%s: a credential is sent over https or ssh only; for a certificate of your own"
                  .formatted(address.getScheme(), address.getAuthority())
              + " authority put ca.crt into the Secret");
    }
  }

  private Optional<String> text(String name) {
    return file(name)
        .map(
            file -> {
              try {
                return Files.readString(file).strip();
              } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
              }
            })
        .filter(text -> !text.isEmpty());
  }

  private Optional<Path> file(String name) {
    return Optional.of(folder.resolve(name)).filter(Files::isRegularFile);
  }
}
