package dev.modelcompression.passes.rewrite;

import dev.modelcompression.passes.GraphPass;
import java.util.List;

/** The rewrites of the optimize step, in their order. */
public final class StandardRewrites {
  private StandardRewrites() {}

  /** All rewrites; run them with {@link dev.modelcompression.passes.PassRunner#toFixpoint}. */
  public static List<GraphPass> all(ConstantEvaluator evaluator) {
    return List.of(
        new FixDefaults(),
        new EliminateIdentity(),
        new SimplifyShapes(),
        new FoldConstants(evaluator),
        new MergeLayoutChains(),
        new UseKernelForms(),
        new FoldBatchNorm(),
        new FoldAffine(),
        new EliminateDeadCode(),
        new NameNodes());
  }
}
