package dev.modelcompression.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.cli.report.Advice;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The advice on the original that the run has not followed.
 *
 * <p>Advice begins with the step it speaks of, such as {@code quantize with mode: Static}. A step
 * has followed it when it ran with the setting named first, or ran at all where none is named.
 * Quantizing rewrites the graph as optimizing does.
 */
final class AdviceLeft {
  private static final Pattern STEP = Pattern.compile("(\\w+)(?: with (\\w+): (\\w+).*)?");

  private AdviceLeft() {}

  /**
   * Advice that is still open.
   *
   * @param done the settings of the steps that ran, by the name of their type
   */
  static List<Advice> of(List<Advice> advice, Map<String, List<JsonNode>> done) {
    return advice.stream().filter(item -> !followed(item.step(), done)).toList();
  }

  private static boolean followed(String step, Map<String, List<JsonNode>> done) {
    var words = STEP.matcher(step);
    if (!words.matches()) {
      return false;
    }
    String type = words.group(1);
    String setting = words.group(2);
    if (type.equals("optimize") && done.containsKey("quantize")) {
      return true;
    }
    return done.getOrDefault(type, List.of()).stream()
        .anyMatch(
            settings -> setting == null || settings.path(setting).asText().equals(words.group(3)));
  }
}
