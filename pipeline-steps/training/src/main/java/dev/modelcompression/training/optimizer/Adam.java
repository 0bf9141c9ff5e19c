package dev.modelcompression.training.optimizer;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.modelcompression.training.autograd.Parameters;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with β = (0.9, 0.999), ε = 1e-8 and bias correction. Weight decay is added to the gradient,
 * or taken off the weights directly when decoupled (AdamW).
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015</a>
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
 */
public final class Adam implements UpdateRule {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double weightDecay;
  private final boolean decoupled;
  private final Tensor mean;
  private final Tensor variance;

  public Adam(Parameters parameters, double weightDecay, boolean decoupled) {
    this.weightDecay = weightDecay;
    this.decoupled = decoupled;
    mean = zeros(parameters.length());
    variance = zeros(parameters.length());
  }

  @Override
  public void step(Parameters parameters, double learningRate, long number) {
    var gradients = parameters.gradients();
    decay(parameters, learningRate);
    mean.mul_(new Scalar(BETA1)).add_(gradients, new Scalar(1 - BETA1));
    variance.mul_(new Scalar(BETA2)).addcmul_(gradients, gradients, new Scalar(1 - BETA2));
    double correction1 = 1 - Math.pow(BETA1, (double) number);
    double correction2 = 1 - Math.pow(BETA2, (double) number);
    var scale = variance.sqrt().div(new Scalar(Math.sqrt(correction2))).add(new Scalar(EPSILON));
    parameters.values().addcdiv_(mean, scale, new Scalar(-learningRate / correction1));
  }

  private void decay(Parameters parameters, double learningRate) {
    if (weightDecay == 0) {
      return;
    }
    int decayed = parameters.decayedLength();
    var weights = parameters.values().narrow(0, 0, decayed);
    if (decoupled) {
      weights.mul_(new Scalar(1 - learningRate * weightDecay));
    } else {
      parameters.gradients().narrow(0, 0, decayed).add_(weights, new Scalar(weightDecay));
    }
  }

  @Override
  public List<Tensor> state() {
    return List.of(mean, variance);
  }
}
