package dev.modelcompression.training.optimizer;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.modelcompression.training.autograd.Parameters;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic gradient descent with momentum: {@code v ← μ·v + g + λ·w; w ← w − η·v}, where weight
 * decay λ applies to the decayed parameters only.
 *
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. 2013</a>
 */
public final class Sgd implements UpdateRule {
  private final double momentum;
  private final double weightDecay;
  private final Tensor velocity;

  public Sgd(Parameters parameters, double momentum, double weightDecay) {
    this.momentum = momentum;
    this.weightDecay = weightDecay;
    velocity = zeros(parameters.length());
  }

  @Override
  public void step(Parameters parameters, double learningRate, long number) {
    velocity.mul_(new Scalar(momentum)).add_(parameters.gradients());
    if (weightDecay > 0) {
      int decayed = parameters.decayedLength();
      velocity
          .narrow(0, 0, decayed)
          .add_(parameters.values().narrow(0, 0, decayed), new Scalar(weightDecay));
    }
    parameters.values().add_(velocity, new Scalar(-learningRate));
  }

  @Override
  public List<Tensor> state() {
    return List.of(velocity);
  }
}
