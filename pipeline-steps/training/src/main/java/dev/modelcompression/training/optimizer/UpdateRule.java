package dev.modelcompression.training.optimizer;

import dev.modelcompression.training.autograd.Parameters;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Changes parameters by their gradients. Call without gradient recording. */
public interface UpdateRule {
  /** One step; {@code number} counts from 1 over the whole training. */
  void step(Parameters parameters, double learningRate, long number);

  /** Vectors that carry over from step to step, in a fixed order; live. */
  List<Tensor> state();
}
