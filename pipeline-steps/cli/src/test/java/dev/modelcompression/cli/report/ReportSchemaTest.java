package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The JSON Schema beside the page is made from the record types, and reports obey it. */
class ReportSchemaTest {
  private static final Path SCHEMA = Path.of("docs/report.schema.json");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void theSchemaIsThatOfTheRecords() throws IOException {
    Golden.assertMatches(SCHEMA, schema().toPrettyString() + "\n");
  }

  @Test
  void reportsObeyTheSchema() throws IOException {
    JsonSchema schema = validator();
    for (Report report :
        new Report[] {SampleReport.passed(), SampleReport.failed("x"), SampleReport.incomplete()}) {
      assertThat(schema.validate(MAPPER.readTree(ReportJson.render(report)))).isEmpty();
    }
  }

  @Test
  void theSchemaRefusesWhatIsNoReport() throws IOException {
    ObjectNode report = (ObjectNode) MAPPER.readTree(ReportJson.render(SampleReport.passed()));
    report.put("verdict", "Maybe").remove("lineage");

    assertThat(validator().validate(report)).hasSize(2);
  }

  private static JsonSchema validator() throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(SCHEMA));
  }

  private static JsonNode schema() {
    var config =
        new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(new JacksonModule())
            .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES, Option.EXTRA_OPEN_API_FORMAT_VALUES);
    // In the order of the records, not of the alphabet.
    config.forTypesInGeneral().withPropertySorter((unusedLeft, unusedRight) -> 0);
    config.forFields().withRequiredCheck(ReportSchemaTest::alwaysThere);
    return new SchemaGenerator(config.build()).generateSchema(Report.class);
  }

  private static boolean alwaysThere(FieldScope field) {
    Class<?> owner = field.getDeclaringType().getErasedType();
    return owner.isRecord()
        && Stream.of(owner.getRecordComponents())
            .filter(component -> component.getName().equals(field.getDeclaredName()))
            .noneMatch(
                component -> component.getAnnotatedType().isAnnotationPresent(Nullable.class));
  }
}
