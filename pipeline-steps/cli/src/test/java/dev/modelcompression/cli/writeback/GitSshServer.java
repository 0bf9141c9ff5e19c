package dev.modelcompression.cli.writeback;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.List;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;

/** Git over SSH: the server of Apache MINA runs Git's own programs. */
final class GitSshServer implements AutoCloseable {
  private final SshServer server = SshServer.setUpDefaultServer();
  private final KeyPair key = generate();

  /** Lets in whoever has the private key. */
  GitSshServer(PublicKey admitted) throws IOException {
    server.setHost("localhost");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(key));
    server.setPublickeyAuthenticator((user, offered, session) -> offered.equals(admitted));
    server.setCommandFactory(new ProcessShellCommandFactory());
    server.start();
  }

  static KeyPair generate() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a private key as {@code ssh-keygen} does. */
  static void write(KeyPair key, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", null, out);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  String url(Path repository) {
    return "ssh://git@localhost:" + server.getPort() + repository;
  }

  /** The line of {@code known_hosts} for this server with a key, which may be another's. */
  void writeKnownHosts(Path file, PublicKey shown) throws IOException {
    Files.write(
        file,
        List.of("[localhost]:" + server.getPort() + " " + PublicKeyEntry.toString(shown)),
        StandardCharsets.UTF_8);
  }

  PublicKey publicKey() {
    return key.getPublic();
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }
}
