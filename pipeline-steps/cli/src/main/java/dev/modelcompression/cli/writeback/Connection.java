package dev.modelcompression.cli.writeback;

import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.api.TransportCommand;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.SshConfigStore;
import org.eclipse.jgit.transport.SshConstants;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory2;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/** How a repository is spoken to: who we are, and how we know the server. */
final class Connection implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 60;

  private final URI repository;
  private final Credential credential;
  private final Path scratch;
  private final AtomicReference<SshdSessionFactory> ssh = new AtomicReference<>();

  /**
   * A way to a repository.
   *
   * @param scratch a folder for what SSH wants to keep
   * @throws IllegalArgumentException the credential does not fit the address, or is not complete
   */
  Connection(String repository, Credential credential, Path scratch) {
    this.repository = URI.create(repository);
    this.credential = credential;
    this.scratch = scratch;
    if (isSsh()) {
      requireKeys();
    } else if (credential.hasPassword()) {
      Credential.requireSafe(this.repository);
    }
  }

  /** Prepares a command of JGit. */
  <C extends TransportCommand<C, ?>> C prepare(C command) {
    command.setTimeout(TIMEOUT_SECONDS).setTransportConfigCallback(this::configure);
    credential
        .password()
        .filter(password -> !isSsh())
        .ifPresent(
            password ->
                command.setCredentialsProvider(
                    new ForOneServer(repository, credential.username(), password)));
    return command;
  }

  private boolean isSsh() {
    return "ssh".equals(repository.getScheme());
  }

  private void requireKeys() {
    if (credential.privateKey().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: ssh needs a key; put ssh-privatekey into the Secret that writeBack.secret names"
              .formatted(repository));
    }
    if (credential.knownHosts().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: the server's key cannot be checked; put known_hosts into the Secret, its content is"
                  .formatted(repository)
              + " what 'ssh-keyscan %s' prints, once compared with what the server's owner publishes"
                  .formatted(repository.getHost()));
    }
  }

  private void configure(Transport transport) {
    if (transport instanceof SshTransport overSsh) {
      overSsh.setSshSessionFactory(sessions());
    }
    if (transport instanceof TransportHttp overHttp) {
      credential
          .authorities()
          .ifPresent(pem -> overHttp.setHttpConnectionFactory(new Trusting(Authorities.read(pem))));
    }
  }

  private SshdSessionFactory sessions() {
    return ssh.updateAndGet(
        there ->
            there != null
                ? there
                : new SshdSessionFactoryBuilder()
                    .setHomeDirectory(scratch.toFile())
                    .setSshDirectory(scratch.toFile())
                    .setConfigStoreFactory((home, config, user) -> new Strict())
                    .setDefaultIdentities(home -> credential.privateKey().stream().toList())
                    .setDefaultKnownHostsFiles(home -> credential.knownHosts().stream().toList())
                    .setPreferredAuthentications("publickey")
                    .setConnectorFactory(null)
                    .build(null));
  }

  @Override
  public void close() {
    var opened = ssh.get();
    if (opened != null) {
      opened.close();
    }
  }

  /** Nothing of the user's own configuration, and no server whose key is not known. */
  private static final class Strict implements SshConfigStore, SshConfigStore.HostConfig {
    @Override
    public HostConfig lookup(String host, int port, String user) {
      return this;
    }

    @Override
    public HostConfig lookupDefault(String host, int port, String user) {
      return this;
    }

    @Override
    public @Nullable String getValue(String key) {
      return SshConstants.STRICT_HOST_KEY_CHECKING.equalsIgnoreCase(key) ? SshConstants.YES : null;
    }

    @Override
    public List<String> getValues(String key) {
      return Optional.ofNullable(getValue(key)).stream().toList();
    }

    @Override
    public Map<String, String> getOptions() {
      return Map.of(SshConstants.STRICT_HOST_KEY_CHECKING, SshConstants.YES);
    }

    @Override
    public Map<String, List<String>> getMultiValuedOptions() {
      return Map.of();
    }
  }

  /** Gives the password to the server that it is for, and to none that it redirects to. */
  private static final class ForOneServer extends UsernamePasswordCredentialsProvider {
    private final URI server;

    ForOneServer(URI server, String username, String password) {
      super(username, password);
      this.server = server;
    }

    @Override
    public boolean get(URIish uri, CredentialItem... items) {
      return server.getScheme().equals(uri.getScheme())
          && server.getHost().equals(uri.getHost())
          && server.getPort() == uri.getPort()
          && super.get(uri, items);
    }
  }

  /** Connections that trust the given authorities alone. */
  private static final class Trusting extends JDKHttpConnectionFactory
      implements HttpConnectionFactory2 {
    private final TrustManager[] trusted;

    Trusting(TrustManager[] trusted) {
      this.trusted = trusted;
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
      return trusting(super.create(url));
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
      return trusting(super.create(url, proxy));
    }

    private HttpConnection trusting(HttpConnection connection) throws IOException {
      try {
        connection.configure(null, trusted, null);
        return connection;
      } catch (GeneralSecurityException e) {
        throw new IOException("TLS cannot be set up", e);
      }
    }
  }
}
