package dev.modelcompression.cli.writeback;

import static dev.modelcompression.cli.writeback.Requests.MANIFEST;
import static dev.modelcompression.cli.writeback.Requests.PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same over SSH: who we are is a key, and so is who the server is. */
class WriteBackSshTest {
  @TempDir Path folder;

  private GitRepository repository;
  private GitSshServer server;
  private Path credential;
  private Path bare;

  @BeforeEach
  void serve() throws IOException {
    bare = folder.resolve("fleet.git");
    repository = new GitRepository(bare, folder.resolve("clone"), PATH, MANIFEST);
    var key = GitSshServer.generate();
    server = new GitSshServer(key.getPublic());
    credential = Files.createDirectory(folder.resolve("credential"));
    GitSshServer.write(key, credential.resolve("ssh-privatekey"));
    server.writeKnownHosts(credential.resolve("known_hosts"), server.publicKey());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void commitsOnce() {
    var report = run();

    assertThat(run()).isEqualTo(report);
    assertThat(repository.commits("main")).hasSize(2).first().isEqualTo(report.commit());
  }

  @Test
  void doesNotSpeakToAServerWithAnotherKey() throws IOException {
    server.writeKnownHosts(credential.resolve("known_hosts"), GitSshServer.generate().getPublic());

    assertRefused("the server's key is not the one in known_hosts");
    assertThat(repository.commits("main")).hasSize(1);
  }

  @Test
  void doesNotSpeakToAServerThatIsNotKnown() throws IOException {
    Files.writeString(credential.resolve("known_hosts"), "");

    assertRefused("the server's key is not the one in known_hosts");
    assertThat(credential.resolve("known_hosts")).isEmptyFile();
  }

  @Test
  void saysHowToMakeKnownHosts() throws IOException {
    Files.delete(credential.resolve("known_hosts"));

    assertRefused("put known_hosts into the Secret, its content is what 'ssh-keyscan localhost'");
  }

  @Test
  void needsAKeyThatTheServerKnows() throws IOException {
    GitSshServer.write(GitSshServer.generate(), credential.resolve("ssh-privatekey"));
    assertRefused("does not accept the credential");

    Files.delete(credential.resolve("ssh-privatekey"));
    assertRefused("ssh needs a key; put ssh-privatekey into the Secret");
  }

  @Test
  void tellsThatTheServerIsAway() throws IOException {
    server.close();

    assertThatThrownBy(this::run)
        .isInstanceOf(GitServerException.class)
        .hasMessageContaining("cannot be reached");
  }

  private void assertRefused(String expected) {
    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  private WriteBackReport run() {
    var request = Requests.commit("r-1", Outcome.PROMOTED, server.url(bare));
    return Scratch.run(
        folder.resolve("scratch"),
        scratch -> {
          try (var writeBack = new WriteBack(request, credential, scratch, Clock.systemUTC())) {
            return writeBack.run();
          }
        });
  }
}
