package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed in the middle of training loses nothing and ends with the same bits. */
class ResumeE2E {
  private static final String[] SMALL = {
    "--set", "spec.datasets.training.samples=6000",
    "--set", "spec.datasets.evaluation.samples=1000",
    "--set", "spec.steps[fine-tune].fineTune.epochs=4",
    "--set", "spec.gates[0].maxDrop=0.5",
    "--set", "spec.gates[1].maxRatio=1"
  };

  @TempDir Path folder;

  @Test
  void killedDuringFineTuneItResumesAndEndsWithTheSameResult() throws Exception {
    var undisturbed = run("undisturbed");
    assertThat(undisturbed.exit()).as(undisturbed.output()).isZero();

    killAfterTheFirstCheckpoint("killed");
    var resumed = run("killed");

    assertThat(resumed.exit()).as(resumed.output()).isZero();
    assertThat(resumed.output()).contains("prune: cached");
    assertThat(Files.readString(folder.resolve("killed/report.json")))
        .contains("resumed from a checkpoint");
    assertThat(digest("killed")).isEqualTo(digest("undisturbed"));
  }

  private Launcher.Ended run(String workspace) {
    return Launcher.mc(folder, arguments(workspace));
  }

  /** SIGKILL once training has left something to resume from. */
  private void killAfterTheFirstCheckpoint(String workspace)
      throws IOException, InterruptedException {
    var process = Launcher.start(folder, arguments(workspace));
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      boolean training = false;
      while (!training) {
        training = output.readLine().contains("fine-tune");
      }
      while (process.isAlive() && !hasCheckpoint(folder.resolve(workspace))) {
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
    }
    process.destroyForcibly().waitFor();
    assertThat(process.exitValue()).as("killed before it was done").isEqualTo(137);
  }

  private static boolean hasCheckpoint(Path workspace) throws IOException {
    try (var files = Files.walk(workspace)) {
      return files.anyMatch(file -> file.endsWith("checkpoint/checkpoint"));
    } catch (java.io.UncheckedIOException e) {
      return false; // a file went while the folder was walked
    }
  }

  private static String[] arguments(String workspace) {
    var arguments =
        new ArrayList<>(
            List.of(
                "run",
                "-f",
                Launcher.EXAMPLE.resolve("compression.yaml").toString(),
                "--workspace",
                workspace));
    arguments.addAll(List.of(SMALL));
    return arguments.toArray(String[]::new);
  }

  private String digest(String workspace) throws IOException {
    return new ObjectMapper()
        .readTree(folder.resolve(workspace + "/report.json").toFile())
        .at("/result/digest")
        .asText();
  }
}
