package dev.modelcompression.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.generator.annotation.Default;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Flags for the settings of a step, made from the record that the YAML is read into: same names,
 * defaults and descriptions in both places, because there is only one.
 *
 * <p>{@code roundTo} becomes {@code --round-to}; a member of a nested record, such as {@code
 * distillation.alpha}, becomes {@code --distillation-alpha}.
 */
final class SettingsOptions {
  private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
  private static final Set<Class<?>> NUMBERS = Set.of(Integer.class, Long.class, Double.class);

  /** One flag and where its value goes. */
  private record Flag(String name, List<String> path, RecordComponent component) {}

  private final List<Flag> flags;

  private SettingsOptions(List<Flag> flags) {
    this.flags = flags;
  }

  /** Adds a flag for every setting of the record to the command. */
  static SettingsOptions addTo(CommandSpec command, Class<?> settings) {
    var flags = new ArrayList<Flag>();
    collect(settings, List.of(), flags);
    for (var flag : flags) {
      command.addOption(option(flag));
    }
    return new SettingsOptions(flags);
  }

  /**
   * The settings that were given on the command line, in the form that YAML has; others are left to
   * their defaults.
   */
  ObjectNode read(ParseResult parsed) {
    var root = JsonNodeFactory.instance.objectNode();
    for (var flag : flags) {
      if (parsed.hasMatchedOption(flag.name())) {
        String value = parsed.matchedOptionValue(flag.name(), "");
        var parent = root;
        for (String member : flag.path().subList(0, flag.path().size() - 1)) {
          parent = parent.withObjectProperty(member);
        }
        put(parent, flag, value);
      }
    }
    return root;
  }

  private static void put(ObjectNode parent, Flag flag, String value) {
    String member = flag.path().get(flag.path().size() - 1);
    var type = flag.component().getType();
    if (type == List.class) {
      var list = parent.putArray(member);
      Arrays.stream(value.split(","))
          .map(String::strip)
          .filter(v -> !v.isEmpty())
          .forEach(list::add);
    } else if (type == Boolean.class) {
      parent.put(member, truth(flag, value));
    } else if (type == Double.class) {
      parent.put(member, number(flag, value));
    } else if (NUMBERS.contains(type)) {
      parent.put(member, (long) number(flag, value));
    } else {
      parent.put(member, value);
    }
  }

  private static boolean truth(Flag flag, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(
          flag.name() + ": found '" + value + "', expected true or false");
    }
    return value.equals("true");
  }

  private static double number(Flag flag, String value) {
    try {
      double number = Double.parseDouble(value);
      boolean whole = flag.component().getType() == Double.class || number == Math.rint(number);
      if (whole && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, together with numbers of the wrong kind.
    }
    String expected = flag.component().getType() == Double.class ? "a number" : "a whole number";
    throw new IllegalArgumentException(
        flag.name() + ": found '" + value + "', expected " + expected);
  }

  private static void collect(Class<?> type, List<String> prefix, List<Flag> flags) {
    for (var component : type.getRecordComponents()) {
      var path = new ArrayList<>(prefix);
      path.add(component.getName());
      if (component.getType().isRecord()) {
        collect(component.getType(), path, flags);
      } else {
        flags.add(new Flag("--" + kebab(String.join("-", path)), List.copyOf(path), component));
      }
    }
  }

  private static String kebab(String name) {
    return HUMP.matcher(name).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  private static OptionSpec option(Flag flag) {
    var component = flag.component();
    String description =
        annotation(component, JsonPropertyDescription.class)
            .map(JsonPropertyDescription::value)
            .orElse("");
    // "ratio is the share …": the flag's name already stands in front.
    description =
        description.replaceFirst(
            "^" + component.getName() + "(, as [^,]+,)? (is|are|says|names|gives) ", "");
    if (component.getType() == List.class) {
      description += " Separated by commas.";
    }
    return OptionSpec.builder(flag.name())
        .type(String.class)
        .arity("1")
        .paramLabel(label(component))
        .completionCandidates(choices(component.getType()))
        // The library reads % as a format.
        .description(description.replace("%", "%%"))
        .build();
  }

  private static String label(RecordComponent component) {
    var type = component.getType();
    var choices = choices(type);
    if (!choices.isEmpty()) {
      return String.join("|", choices);
    }
    return annotation(component, Default.class)
        .map(Default::value)
        .orElse(type == List.class ? "NAMES" : NUMBERS.contains(type) ? "N" : "TEXT");
  }

  /** What a setting of a type can be, where that is a short list. */
  private static List<String> choices(Class<?> type) {
    if (type == Boolean.class) {
      return List.of("true", "false");
    }
    return type.isEnum()
        ? Arrays.stream(type.getEnumConstants()).map(SettingsOptions::yamlName).toList()
        : List.of();
  }

  private static String yamlName(Object constant) {
    try {
      var property =
          constant
              .getClass()
              .getField(((Enum<?>) constant).name())
              .getAnnotation(JsonProperty.class);
      return property == null ? constant.toString() : property.value();
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("an enum constant is a field of its class", e);
    }
  }

  /**
   * Annotations of a record component may only be kept on the constructor's parameter or the
   * accessor.
   */
  private static <A extends java.lang.annotation.Annotation> Optional<A> annotation(
      RecordComponent component, Class<A> type) {
    var direct = component.getAnnotation(type);
    if (direct != null) {
      return Optional.of(direct);
    }
    var onAccessor = component.getAccessor().getAnnotation(type);
    if (onAccessor != null) {
      return Optional.of(onAccessor);
    }
    var declaring = component.getDeclaringRecord();
    for (Constructor<?> constructor : declaring.getDeclaredConstructors()) {
      for (var parameter : constructor.getParameters()) {
        if (parameter.getName().equals(component.getName())
            && parameter.getAnnotation(type) != null) {
          return Optional.of(parameter.getAnnotation(type));
        }
      }
    }
    try {
      return Optional.ofNullable(
          declaring.getDeclaredField(component.getName()).getAnnotation(type));
    } catch (NoSuchFieldException e) {
      return Optional.empty();
    }
  }
}
