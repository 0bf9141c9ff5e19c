package dev.modelcompression.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Evaluates the expressions of one kind in the order that Flux has (RFC 0009). */
final class FluxHealth {
  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addLibraries(CelOptionalLibrary.INSTANCE)
          .addVar("metadata", SimpleType.DYN)
          .addVar("spec", SimpleType.DYN)
          .addVar("status", SimpleType.DYN)
          .build();

  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.plannerRuntimeBuilder().addLibraries(CelOptionalLibrary.INSTANCE).build();

  private final JsonNode expressions;

  FluxHealth(JsonNode expressions) {
    this.expressions = expressions;
  }

  /**
   * Current, Failed or InProgress.
   *
   * @throws CelEvaluationException an expression asks for what is not there: Flux then waits
   */
  String of(Map<String, Object> object) throws CelEvaluationException {
    if (object.get("status") instanceof Map<?, ?> status
        && object.get("metadata") instanceof Map<?, ?> metadata
        && status.containsKey("observedGeneration")
        && !Objects.equals(status.get("observedGeneration"), metadata.get("generation"))) {
      return "InProgress";
    }
    for (String state : List.of("inProgress", "failed", "current")) {
      if (evaluate(expressions.path(state).asText(), object)) {
        return Character.toUpperCase(state.charAt(0)) + state.substring(1);
      }
    }
    return "InProgress";
  }

  private static boolean evaluate(String expression, Map<String, Object> object)
      throws CelEvaluationException {
    try {
      var compiled = COMPILER.compile(expression).getAst();
      return (Boolean) RUNTIME.createProgram(compiled).eval(object);
    } catch (CelValidationException e) {
      throw new AssertionError(expression, e);
    }
  }
}
