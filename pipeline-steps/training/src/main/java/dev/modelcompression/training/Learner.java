package dev.modelcompression.training;

import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.Parameters;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.checkpoint.Checkpoint.Weights;
import dev.modelcompression.training.operators.NativeTensors;
import dev.modelcompression.training.optimizer.Adam;
import dev.modelcompression.training.optimizer.Sgd;
import dev.modelcompression.training.optimizer.UpdateRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Turns losses into better weights; holds all that changes while training. */
final class Learner {
  private final TorchGraph graph;
  private final Parameters parameters;
  private final UpdateRule rule;
  private final Optional<Tensor> zeros;

  Learner(TorchGraph graph, FineTuneSettings settings) {
    this.graph = graph;
    parameters = graph.parameters();
    rule =
        switch (settings.optimizer()) {
          case SGD -> new Sgd(parameters, settings.momentum(), settings.weightDecay());
          case ADAM -> new Adam(parameters, settings.weightDecay(), false);
          case ADAMW -> new Adam(parameters, settings.weightDecay(), true);
        };
    zeros =
        settings.keepZeros()
            ? Optional.of(weights(parameters).eq(new Scalar(0f)))
            : Optional.empty();
  }

  /** Biases and normalization parameters may leave 0: only weights are pruned. */
  private static Tensor weights(Parameters parameters) {
    return parameters.values().narrow(0, 0, parameters.decayedLength());
  }

  /** One step down the gradient of a loss. */
  void learn(Tensor loss, double learningRate, long number) {
    parameters.gradients().zero_();
    loss.backward();
    NativeScope.withoutGradients(
        () -> {
          rule.step(parameters, learningRate, number);
          zeros.ifPresent(mask -> weights(parameters).masked_fill_(mask, new Scalar(0f)));
        });
  }

  /** A copy of the present weights. */
  Weights weights() {
    return NativeScope.call(
        () -> {
          Map<String, float[]> statistics = new LinkedHashMap<>();
          graph
              .statistics()
              .forEach((name, tensor) -> statistics.put(name, NativeTensors.floats(tensor)));
          return new Weights(NativeTensors.floats(parameters.values()), statistics);
        });
  }

  /** A copy of the optimizer's vectors. */
  List<float[]> optimizerState() {
    return NativeScope.call(() -> rule.state().stream().map(NativeTensors::floats).toList());
  }

  /** Goes back to an earlier state. */
  void restore(Weights weights, List<float[]> optimizerState) {
    NativeTensors.put(parameters.values(), weights.parameters());
    graph
        .statistics()
        .forEach(
            (name, tensor) ->
                NativeTensors.put(tensor, weights.statistics().getOrDefault(name, new float[0])));
    for (int i = 0; i < optimizerState.size(); i++) {
      NativeTensors.put(rule.state().get(i), optimizerState.get(i));
    }
  }
}
