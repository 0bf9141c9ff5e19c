package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a node can be understood, and its attributes cannot harm the native libraries. */
final class NodeChecks {
  /** Attributes by which libraries divide, or whose product they take. */
  private static final Set<String> POSITIVE =
      Set.of(
          "blocksize",
          "dilations",
          "group",
          "hidden_size",
          "kernel_shape",
          "num_outputs",
          "strides");

  private static final long LARGEST = Integer.MAX_VALUE;
  private static final long LARGEST_BLOCK = 1 << 15;
  private static final int MOST_VALUES = 64;

  private NodeChecks() {}

  /**
   * Checks operator, names and attributes; the graphs inside attributes are left to others.
   *
   * @throws InvalidModelException the message names the node and the fault
   */
  static void check(NodeProto node) {
    if (node.getOpType().isEmpty()) {
      throw fault(node, "has no operator (op_type)");
    }
    boolean standard = isStandard(node);
    if (standard && node.getOutputList().stream().allMatch(String::isEmpty)) {
      throw fault(node, "has no output");
    }
    checkText(node);
    var names = new HashSet<String>();
    for (var attribute : node.getAttributeList()) {
      if (attribute.getName().isEmpty() || !names.add(attribute.getName())) {
        throw fault(
            node, "has attribute " + Fault.quoted(attribute.getName()) + " twice, or unnamed");
      }
      checkTensors(node, attribute);
      if (standard && POSITIVE.contains(attribute.getName())) {
        checkPositive(node, attribute);
      }
    }
  }

  static boolean isStandard(NodeProto node) {
    return node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
  }

  /** Names become Java strings and back, which only keeps what is UTF-8. */
  private static void checkText(NodeProto node) {
    boolean valid = node.getNameBytes().isValidUtf8();
    for (int i = 0; i < node.getInputCount(); i++) {
      valid &= node.getInputBytes(i).isValidUtf8();
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      valid &= node.getOutputBytes(i).isValidUtf8();
    }
    valid &= all(node.getAttributeList().stream().map(AttributeProto::getNameBytes).toList());
    if (!valid) {
      throw fault(node, "has a name that is not UTF-8 text");
    }
  }

  private static boolean all(List<ByteString> names) {
    return names.stream().allMatch(ByteString::isValidUtf8);
  }

  private static void checkTensors(NodeProto node, AttributeProto attribute) {
    try {
      if (attribute.hasT()) {
        TensorChecks.check(attribute.getT());
      }
      if (attribute.hasSparseTensor()) {
        TensorChecks.check(attribute.getSparseTensor());
      }
      attribute.getTensorsList().forEach(TensorChecks::check);
      attribute.getSparseTensorsList().forEach(TensorChecks::check);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(where(node, attribute) + e.getMessage(), e);
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(where(node, attribute) + e.getMessage(), e);
    }
  }

  private static void checkPositive(NodeProto node, AttributeProto attribute) {
    if (attribute.getType() == AttributeProto.AttributeType.INT) {
      long most = attribute.getName().equals("blocksize") ? LARGEST_BLOCK : LARGEST;
      checkRange(node, attribute, attribute.getI(), most);
    }
    if (attribute.getIntsCount() > MOST_VALUES) {
      throw fault(
          node,
          "has attribute "
              + Fault.quoted(attribute.getName())
              + " with "
              + attribute.getIntsCount()
              + " values");
    }
    attribute.getIntsList().forEach(value -> checkRange(node, attribute, value, LARGEST));
  }

  private static void checkRange(NodeProto node, AttributeProto attribute, long value, long most) {
    if ((value < 1 || value > most) && attribute.getRefAttrName().isEmpty()) {
      throw fault(
          node,
          "has attribute "
              + Fault.quoted(attribute.getName())
              + " with "
              + value
              + "; expected 1 to "
              + most);
    }
  }

  private static String where(NodeProto node, AttributeProto attribute) {
    return Fault.node(node) + ", attribute " + Fault.quoted(attribute.getName()) + ": ";
  }

  private static InvalidModelException fault(NodeProto node, String what) {
    return new InvalidModelException(Fault.node(node) + " " + what);
  }
}
