package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.empty;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Node;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;

/** Operators that make values, copy them or convert their element type. */
final class Constants {
  private Constants() {}

  static void register(OperatorTable table) {
    table.put("ConstantOfShape", (node, opset) -> constantOfShape(node));
    table.put("Range", (node, opset) -> Operation.of(Constants::range));
    table.put("Cast", (node, opset) -> cast(node));
    table.binary("CastLike", (input, like) -> input.to(like.scalar_type()));
    table.unary("Identity", Tensor::new);
    // An exported network drops nothing any more; dropping again would be another network.
    table.unary("Dropout", Tensor::new);
  }

  private static Operation constantOfShape(Node node) {
    var value = node.tensorAttribute("value").orElse(dev.modelcompression.onnx.Tensor.vector(0f));
    return Operation.of(
        in -> {
          var element = NativeTensors.of(value);
          var result =
              empty(
                  in.longs(0),
                  new TensorOptions(element.scalar_type()),
                  new MemoryFormatOptional());
          return result.copy_(element);
        });
  }

  private static Tensor range(Arguments in) {
    var type = new TensorOptions(in.get(0).scalar_type());
    return arange(in.get(0).item(), in.get(1).item(), in.get(2).item(), type);
  }

  private static Operation cast(Node node) {
    var type =
        NativeTensors.scalarType(
            DataType.of((int) node.attribute("to", (long) DataType.FLOAT.code())));
    return Operation.of(in -> in.get(0).to(type));
  }
}
