package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Spells computations the way that later passes and fast kernels know them:
 *
 * <ul>
 *   <li>the mean over all places of a feature map {@code [N, C, H, W]} as GlobalAveragePool, which
 *       has an integer kernel where ReduceMean has none
 *   <li>the product of a matrix and a constant as Gemm, where a bias or normalization follows that
 *       Gemm can take in
 * </ul>
 */
public final class UseKernelForms implements GraphPass {
  @Override
  public String id() {
    return "use-kernel-forms";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    var means = graph.nodes("ReduceMean");
    var products = graph.nodes("MatMul");
    if (means.isEmpty() && products.isEmpty()) {
      return new PassResult(id(), 0);
    }
    var shapes = ShapeInference.infer(model, Map.of());
    int changed = 0;
    for (Node mean : means) {
      changed += poolInstead(graph, shapes, mean) ? 1 : 0;
    }
    for (Node product : products) {
      changed += gemmInstead(graph, shapes, product) ? 1 : 0;
    }
    return new PassResult(id(), changed);
  }

  private static boolean poolInstead(Graph graph, Shapes shapes, Node mean) {
    var shape = shapes.shape(mean.input(0));
    boolean image = shape.filter(dims -> dims.length == 4).isPresent();
    if (!image || shapes.type(mean.input(0)) != DataType.FLOAT || !isOverPlaces(graph, mean)) {
      return false;
    }
    String output = mean.output();
    var pool = Node.of("GlobalAveragePool", mean.name(), List.of(mean.input(0)), List.of());
    graph.insertBefore(mean, pool);
    graph.remove(mean);
    if (mean.attribute("keepdims", 1L) == 1) {
      pool.setOutput(0, output);
      return true;
    }
    pool.setOutput(0, graph.freshName(output + "_pooled"));
    graph.insertAfter(
        pool, Node.of("Flatten", output + "_Flatten", List.of(pool.output()), List.of(output)));
    return true;
  }

  private static boolean isOverPlaces(Graph graph, Node mean) {
    var axes =
        mean.hasInput(1)
            ? graph.constant(mean.input(1)).map(tensor -> tensor.longs()).orElse(new long[0])
            : mean.attribute("axes", new long[0]);
    var positive = Arrays.stream(axes).map(axis -> axis < 0 ? axis + 4 : axis).sorted().toArray();
    return Arrays.equals(positive, new long[] {2, 3});
  }

  private static boolean gemmInstead(Graph graph, Shapes shapes, Node product) {
    boolean matrix = shapes.shape(product.input(0)).filter(dims -> dims.length == 2).isPresent();
    boolean weighted =
        graph
            .constant(product.input(1))
            .filter(weight -> weight.rank() == 2 && weight.type() == DataType.FLOAT)
            .isPresent();
    boolean taken =
        graph
            .soleConsumer(product.output())
            .filter(next -> next.is("BatchNormalization") || addsConstant(graph, next, product))
            .isPresent();
    if (!matrix || !weighted || !taken) {
      return false;
    }
    var gemm = Node.of("Gemm", product.name(), product.inputs(), List.of());
    graph.insertBefore(product, gemm);
    String output = product.output();
    graph.remove(product);
    gemm.setOutput(0, output);
    return true;
  }

  private static boolean addsConstant(Graph graph, Node next, Node product) {
    if (!next.isAny("Add", "Sub")) {
      return false;
    }
    String other = next.input(next.input(0).equals(product.output()) ? 1 : 0);
    long columns = graph.constant(product.input(1)).map(weight -> weight.dim(1)).orElse(0L);
    return graph
        .constant(other)
        .filter(bias -> bias.type() == DataType.FLOAT)
        .filter(
            bias ->
                bias.rank() <= 1 && (bias.elementCount() == 1 || bias.elementCount() == columns))
        .isPresent();
  }
}
