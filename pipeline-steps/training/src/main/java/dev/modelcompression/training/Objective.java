package dev.modelcompression.training;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.kl_div;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.softmax;

import dev.modelcompression.training.batch.Batches.Batch;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * The loss of a batch: cross-entropy, mixed with the distance to a teacher when there is one.
 *
 * @param teacherGivesProbabilities whether the teacher's outputs went through softmax already
 */
record Objective(
    double labelSmoothing, Optional<Distillation> distillation, boolean teacherGivesProbabilities) {
  /** libtorch's number for the mean over the batch. */
  private static final int REDUCE_MEAN = 1;

  /** libtorch's number for the sum. */
  private static final int REDUCE_SUM = 2;

  /** Keeps the logarithm of a probability finite. */
  private static final double LEAST_PROBABILITY = 1e-12;

  /** Loss as a tensor of rank 0, from logits {@code [N, classes]}. */
  Tensor of(Tensor logits, Batch batch) {
    var labelled = crossEntropy(logits, batch.labels(), labelSmoothing);
    if (distillation.isEmpty() || batch.teacher().isEmpty()) {
      return labelled;
    }
    double alpha = distillation.get().alpha();
    var taught = divergence(logits, batch.teacher().get(), distillation.get().temperature());
    return taught.mul(new Scalar(alpha)).add(labelled.mul(new Scalar(1 - alpha)));
  }

  static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
    return cross_entropy_loss(
        logits, labels, new TensorOptional(), REDUCE_MEAN, /* ignored label */ -100, smoothing);
  }

  /** T²·KL(teacher ‖ student), mean over the batch. */
  private Tensor divergence(Tensor logits, Tensor teacher, double temperature) {
    var teacherLogits =
        teacherGivesProbabilities
            ? teacher.clamp_min(new Scalar(LEAST_PROBABILITY)).log()
            : teacher;
    var divisor = new Scalar(temperature);
    var student = log_softmax(logits.div(divisor), 1);
    var target = softmax(teacherLogits.div(divisor), 1);
    return kl_div(student, target, REDUCE_SUM, false)
        .mul(new Scalar(temperature * temperature / logits.size(0)));
  }
}
