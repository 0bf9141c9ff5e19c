package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a model is one that this program can work with: versions, functions, graphs. */
final class ModelChecks {
  /** Newest file format known: that of ONNX 1.18. */
  static final long MAX_IR_VERSION = 11;

  /** Versions of the standard operator set that are supported, first and last. */
  static final long MIN_OPSET = 11;

  static final long MAX_OPSET = 22;

  /** Nodes of all graphs together, local functions counted at every call: 1,000,000. */
  static final int MAX_NODES = 1_000_000;

  private ModelChecks() {}

  /**
   * Checks the whole model; says nothing about what its operators compute.
   *
   * @throws InvalidModelException the model contradicts the ONNX specification or itself
   * @throws UnsupportedModelException a version, or a size, beyond the limits above
   */
  static void check(ModelProto model) {
    checkVersions(model);
    var functions = functions(model);
    var sizes = new HashMap<String, Long>();
    for (var entry : functions.entrySet()) {
      GraphChecks.check(entry.getValue());
      functionSize(entry.getKey(), functions, sizes, new HashSet<>());
    }
    GraphChecks.check(model.getGraph());
    if (model.getGraph().getOutputCount() == 0) {
      throw new InvalidModelException(
          "the graph has no outputs, so nothing that it computes is wanted: export the model again"
              + " with at least one");
    }
    if (size(model.getGraph().getNodeList(), functions, sizes, new HashSet<>()) > MAX_NODES) {
      throw new UnsupportedModelException("the model has more than " + MAX_NODES + " nodes");
    }
    for (var training : model.getTrainingInfoList()) {
      GraphChecks.checkTensors(training.getInitialization());
      GraphChecks.checkTensors(training.getAlgorithm());
    }
  }

  private static void checkVersions(ModelProto model) {
    long version = model.getIrVersion();
    if (version < 1) {
      throw new InvalidModelException("not an ONNX model: it states no ir_version");
    }
    if (version > MAX_IR_VERSION) {
      throw new UnsupportedModelException(
          "IR version "
              + version
              + " is newer than "
              + MAX_IR_VERSION
              + ", the last one supported: export it again with an older one");
    }
    var opsets = new HashMap<String, Long>();
    for (var set : model.getOpsetImportList()) {
      var domain = set.getDomain().equals("ai.onnx") ? "" : set.getDomain();
      var before = opsets.put(domain, set.getVersion());
      if (before != null && before != set.getVersion()) {
        throw new InvalidModelException(
            "operator set "
                + Fault.quoted(set.getDomain())
                + " is imported in versions "
                + before
                + " and "
                + set.getVersion());
      }
    }
    var opset = opsets.get("");
    if (opset == null) {
      throw new InvalidModelException("the model imports no standard operator set (opset_import)");
    }
    if (opset < MIN_OPSET || opset > MAX_OPSET) {
      throw new UnsupportedModelException(
          "operator set "
              + opset
              + " is not supported; expected "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + (opset < MIN_OPSET ? ": export the model again with a newer one" : ""));
    }
  }

  private static Map<String, FunctionProto> functions(ModelProto model) {
    var functions = new LinkedHashMap<String, FunctionProto>();
    for (var function : model.getFunctionsList()) {
      var key = key(function.getDomain(), function.getName(), function.getOverload());
      if (functions.put(key, function) != null) {
        throw new InvalidModelException(
            "function " + Fault.quoted(function.getName()) + " is defined twice");
      }
    }
    return functions;
  }

  /** Nodes of a function with everything that it calls. */
  private static long functionSize(
      String key, Map<String, FunctionProto> functions, Map<String, Long> sizes, Set<String> open) {
    var known = sizes.get(key);
    if (known != null) {
      return known;
    }
    var function = functions.get(key);
    if (function == null) {
      return 0;
    }
    if (!open.add(key) || open.size() > GraphChecks.MAX_DEPTH) {
      throw new InvalidModelException(
          "function "
              + Fault.quoted(function.getName())
              + " calls itself, or calls are nested more than "
              + GraphChecks.MAX_DEPTH
              + " deep");
    }
    long size = size(function.getNodeList(), functions, sizes, open);
    open.remove(key);
    sizes.put(key, size);
    return size;
  }

  private static long size(
      List<NodeProto> nodes,
      Map<String, FunctionProto> functions,
      Map<String, Long> sizes,
      Set<String> open) {
    long size = nodes.size();
    for (var node : nodes) {
      size += functionSize(key(node), functions, sizes, open);
      for (var attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          size += size(attribute.getG().getNodeList(), functions, sizes, open);
        }
        for (var graph : attribute.getGraphsList()) {
          size += size(graph.getNodeList(), functions, sizes, open);
        }
      }
      if (size > MAX_NODES) {
        break;
      }
    }
    return size;
  }

  private static String key(NodeProto node) {
    return key(node.getDomain(), node.getOpType(), node.getOverload());
  }

  private static String key(String domain, String name, String overload) {
    return (domain.equals("ai.onnx") ? "" : domain) + "\n" + name + "\n" + overload;
  }
}
