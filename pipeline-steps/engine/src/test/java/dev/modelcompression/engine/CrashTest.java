package dev.modelcompression.engine;

import static dev.modelcompression.engine.Fixtures.GATES;
import static dev.modelcompression.engine.Fixtures.STEPS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.Artifact;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the process before and in the middle of every single change that a run makes to files, and
 * at every progress of a step; then runs again. The fake steps check the digest of each input, so a
 * half-written artifact that is used anywhere fails the test.
 */
class CrashTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @TempDir Path folder;
  private @Nullable Run run;

  @Test
  void aRunThatWasKilledAnywhereEndsLikeOneThatWasNot() throws IOException {
    Verdict undisturbed = run("undisturbed", new FastDisk(), Integer.MAX_VALUE);
    int crashes = 0;
    for (int change = 1; crash("disk-" + change, change, Integer.MAX_VALUE); change++) {
      crashes++;
      assertSame(undisturbed, run("disk-" + change, new FastDisk(), Integer.MAX_VALUE));
    }
    assertThat(crashes).as("points at which the disk stopped").isGreaterThan(50);
    for (int update = 1; crash("step-" + update, Integer.MAX_VALUE, update); update++) {
      crashes++;
      assertSame(undisturbed, run("step-" + update, new FastDisk(), Integer.MAX_VALUE));
    }
    assertThat(crashes).isGreaterThan(60);
  }

  @Test
  void aRunThatIsKilledAgainAndAgainComesToItsEnd() throws IOException {
    Verdict undisturbed = run("undisturbed", new FastDisk(), Integer.MAX_VALUE);
    int kills = 0;
    while (crash("workspace", 25, Integer.MAX_VALUE)) {
      kills++;
      assertThat(kills).as("each life gets further").isLessThan(20);
    }
    assertThat(kills).isGreaterThan(2);
    assertSame(undisturbed, run("workspace", new FastDisk(), Integer.MAX_VALUE));
  }

  private static void assertSame(Verdict expected, Verdict found) throws IOException {
    Artifact model = Objects.requireNonNull(found.model());
    assertThat(model.digest()).isEqualTo(Objects.requireNonNull(expected.model()).digest());
    assertThat(ArtifactFiles.describe("model", model.uri(), Path.of(URI.create(model.uri()))))
        .isEqualTo(model);
    assertThat(found.gates()).isEqualTo(expected.gates());
    assertThat(found.exit()).isEqualTo(expected.exit());
  }

  private Run theRun() throws IOException {
    if (run == null) {
      Files.writeString(folder.resolve("net.onnx"), "a network");
      run = FileRuns.run(folder, STEPS, GATES);
    }
    return run;
  }

  /** Whether the run was killed; otherwise it ended before that point. */
  private boolean crash(String name, int changes, int updates) throws IOException {
    try {
      run(name, new CrashingDisk(changes), updates);
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  private Verdict run(String name, Disk disk, int updates) throws IOException {
    FakeExecutor executor = new FakeExecutor();
    int[] left = {updates};
    LocalPipeline pipeline =
        new LocalPipeline(
            new DirectoryWorkspace(folder.resolve(name), disk),
            (request, progress) ->
                executor.execute(
                    request,
                    (done, total, note) -> {
                      if (--left[0] == 0) {
                        throw new Killed();
                      }
                      progress.update(done, total, note);
                    }),
            event -> {},
            CLOCK);
    return pipeline.run(theRun(), "net").verdict();
  }

  /** Nothing in the engine may catch this, as nothing catches SIGKILL. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Does not wait for the device: the process dies here, not the machine. */
  private static class FastDisk extends Disk {
    @Override
    void sync(Path path) throws IOException {
      assertThat(path).exists();
    }
  }

  /**
   * Lets some changes through; the next one is done by half when it can be, and then all is over.
   */
  private static final class CrashingDisk extends FastDisk {
    private int left;

    CrashingDisk(int changes) {
      this.left = changes;
    }

    private void change() {
      if (--left <= 0) {
        throw new Killed();
      }
    }

    @Override
    void write(Path file, byte[] content) throws IOException {
      if (left == 1) {
        Files.write(file, Arrays.copyOf(content, content.length / 2));
      }
      change();
      super.write(file, content);
    }

    @Override
    void sync(Path path) throws IOException {
      change();
      super.sync(path);
    }

    @Override
    void move(Path from, Path to) throws IOException {
      change();
      super.move(from, to);
    }

    @Override
    void delete(Path path) throws IOException {
      change();
      super.delete(path);
    }

    @Override
    void createFolder(Path path) throws IOException {
      change();
      super.createFolder(path);
    }
  }
}
