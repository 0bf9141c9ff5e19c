package dev.modelcompression.operator;

import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Writes;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operator is killed before and after each of its writes; another one goes on. */
class CrashIT {
  @ParameterizedTest(name = "killed {0}")
  @MethodSource("kills")
  void endsAsIfNothingHadHappened(String when, Writes writes) {
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.start(writes);
      scene.apply(Scene.STEPS);
      Await.until("the operator is killed", writes::dead);
      scene.start();
      Pipeline.assertUndisturbed(scene);
    }
  }

  private static Stream<Object[]> kills() {
    return IntStream.rangeClosed(1, Pipeline.WRITES)
        .boxed()
        .flatMap(
            write ->
                Stream.of(
                    new Object[] {"before write " + write, Writes.killedBefore(write)},
                    new Object[] {"after write " + write, Writes.killedAfter(write)}));
  }
}
