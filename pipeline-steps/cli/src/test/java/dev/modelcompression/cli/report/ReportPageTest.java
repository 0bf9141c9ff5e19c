package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the page on {@code report.json} complete: its tables are made from the record types. */
class ReportPageTest {
  private static final Path PAGE = Path.of("docs/report.md");
  private static final String BEGIN = "<!-- generated from the record types -->\n";
  private static final String END = "<!-- end of the generated part -->\n";

  private record Row(String path, String type, String meaning) {}

  @Test
  void thePageSaysEveryPathAndEveryMetric() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(page).contains(BEGIN).contains(END);
    String before = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    String after = page.substring(page.indexOf(END));

    Golden.assertMatches(PAGE, before + metrics() + "\n" + paths() + after);
  }

  private static String metrics() {
    return Stream.of(Metric.values())
        .map(
            metric ->
                "| `%s` | `%s` | %s | %s |\n"
                    .formatted(
                        metric.key(),
                        metric.ratioKey(),
                        metric.label(),
                        switch (metric.unit()) {
                          case SHARE -> "share, 0 to 1";
                          case MILLISECONDS ->
                              "milliseconds of one inference of `lineage.method.batchSize` samples";
                          case PER_SECOND -> "samples per second";
                          case BYTES -> "bytes";
                          case COUNT -> metric == Metric.MACS ? "count, of one sample" : "count";
                          case MICROSECONDS, PLAIN -> "none";
                        }))
        .collect(
            Collectors.joining(
                "",
                "\n| in `metrics` | in gates and ratios | metric | unit |\n|---|---|---|---|\n",
                ""));
  }

  private static String paths() {
    return rows("", Report.class)
        .map(row -> "| `%s` | %s | %s |\n".formatted(row.path(), row.type(), row.meaning()))
        .collect(Collectors.joining("", "| path | type | meaning |\n|---|---|---|\n", "\n"));
  }

  private static Stream<Row> rows(String path, Class<?> record) {
    return Stream.of(record.getRecordComponents())
        .flatMap(component -> rows(path + "." + component.getName(), component));
  }

  private static Stream<Row> rows(String path, RecordComponent component) {
    Type type = component.getGenericType();
    String suffix = "";
    String prefix =
        component.getAnnotatedType().isAnnotationPresent(Nullable.class) ? "optional " : "";
    if (type instanceof ParameterizedType generic) {
      var arguments = List.of(generic.getActualTypeArguments());
      boolean map = generic.getRawType() == Map.class;
      type = arguments.get(arguments.size() - 1);
      suffix = map ? ".*" : "[]";
    }
    var row = new Row(path + suffix, prefix + name((Class<?>) type), meaning(component));
    return ((Class<?>) type).isRecord()
        ? Stream.concat(Stream.of(row), rows(path + suffix, (Class<?>) type))
        : Stream.of(row);
  }

  private static String meaning(RecordComponent component) {
    var description = component.getAccessor().getAnnotation(JsonPropertyDescription.class);
    assertThat(description).as("description of %s", component).isNotNull();
    return description.value();
  }

  private static String name(Class<?> type) {
    if (type.isRecord() || type == JsonNode.class) {
      return "object";
    }
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants())
          .map(constant -> "`" + ((Enum<?>) constant).name() + "`")
          .collect(Collectors.joining(", "));
    }
    return Map.of(
            double.class, "number",
            Double.class, "number",
            int.class, "integer",
            long.class, "integer",
            boolean.class, "boolean",
            String.class, "string",
            Instant.class, "time")
        .getOrDefault(type, type.getSimpleName());
  }
}
