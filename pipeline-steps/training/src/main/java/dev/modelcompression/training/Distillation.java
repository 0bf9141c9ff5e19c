package dev.modelcompression.training;

/**
 * Learning from the outputs of a teacher: loss = α·T²·KL(teacher ‖ student at temperature T) + (1 −
 * α)·cross-entropy with the labels.
 *
 * @param temperature T: divides the logits of both, so that small probabilities count too
 * @param alpha weight of the teacher, 0 to 1
 * @see <a href="https://arxiv.org/abs/1503.02531">Hinton et al. 2015</a>
 */
public record Distillation(double temperature, double alpha) {
  public Distillation {
    Setting.check("distillation.temperature", temperature, 0.01, 100);
    Setting.check("distillation.alpha", alpha, 0, 1);
  }
}
