package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.Scene;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The release that a compression makes of its result, on a real API server. */
class ReleaseOfCompressionIT {
  private static final String RELEASE =
      """
        release:
          baseline: {model: {uri: "pvc://models/net.onnx"}}
          server: {image: "server:1"}
          traffic: {provider: ReplicaRatio, weights: [50, 100], stepDuration: %s}
          analysis: {metrics: [{name: errorRate, max: 0.01}]}
      """;

  /**
   * An operator that was frozen before a write of its own goes on after another has written: it may
   * not put back what it had in hand.
   */
  @Test
  void aReleaseThatAnotherHasChangedMeanwhileIsNotOverwritten() {
    try (Scene scene = new Scene(Pipeline::behave)) {
      Frozen frozen = new Frozen(() -> byAnother(scene));
      scene.start(frozen);
      scene.apply(Scene.STEPS, RELEASE.formatted("1h"));
      scene.awaitStatus(status -> status.phase() == Phase.SUCCEEDED);
      Await.until("it is released", () -> release(scene) != null);
      frozen.armed.set(true);
      scene.edit(Scene.STEPS, RELEASE.formatted("2h"));
      Await.until("it is as wanted", () -> stepDuration(scene).equals("2h"));
      assertThat(frozen.codes)
          .as("first refused, then on what is there")
          .containsSequence(409, 200);
    }
  }

  private static void byAnother(Scene scene) {
    scene
        .client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .withName(Scene.NAME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"traffic\":{\"stepDuration\":\"3h\"}}}");
  }

  private static ModelRelease release(Scene scene) {
    return scene
        .client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .withName(Scene.NAME)
        .get();
  }

  private static String stepDuration(Scene scene) {
    return String.valueOf(release(scene).getSpec().traffic().stepDuration());
  }

  /** Lets something happen between the decision to write a release and that write. */
  private static final class Frozen implements Interceptor {
    private final AtomicBoolean armed = new AtomicBoolean();
    private final List<Integer> codes = new CopyOnWriteArrayList<>();
    private final Runnable meanwhile;

    private Frozen(Runnable meanwhile) {
      this.meanwhile = meanwhile;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (isWrite(request) && armed.compareAndSet(true, false)) {
        meanwhile.run();
      }
    }

    @Override
    public void after(
        HttpRequest request,
        HttpResponse<?> response,
        AsyncBody.Consumer<List<ByteBuffer>> consumer) {
      if (isWrite(request)) {
        codes.add(response.code());
      }
    }

    /** Of the newer spec; finalizers are written too. */
    private static boolean isWrite(HttpRequest request) {
      return request.method().equals("PATCH")
          && request.uri().getPath().endsWith("/modelreleases/" + Scene.NAME)
          && request.bodyString().contains("\"2h\"");
    }
  }
}
