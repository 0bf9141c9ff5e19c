package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code report.json}: fields in the order of the records, unknown numbers absent.
 *
 * <p>Numbers keep 12 significant digits: more than was ever measured, and few enough to hide the
 * noise of binary fractions.
 */
public final class ReportJson {
  private static final ObjectMapper MAPPER = mapper();

  private ReportJson() {}

  /** The report as JSON text, ending with a line break. */
  public static String render(Report report) {
    return text(report);
  }

  /** Any report by the same rules. */
  public static String text(Object report) {
    try {
      return MAPPER.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the report to a file, which is whole or not there at all. */
  public static void write(Report report, Path file) throws IOException {
    AtomicFile.write(file, render(report));
  }

  /**
   * The report that a file holds. Fields that a later version added are passed over.
   *
   * @throws IOException when the file cannot be read or is not a report
   */
  public static Report read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  static Report parse(String json) throws JsonProcessingException {
    return MAPPER.readValue(json, Report.class);
  }

  private static ObjectMapper mapper() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .addModule(
            new SimpleModule()
                .addSerializer(Double.class, new Decimal(Double.class))
                .addSerializer(double.class, new Decimal(double.class)))
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build();
  }

  /** Writes 1245184.0 as 1245184 and 0.30000000000000004 as 0.3. */
  private static final class Decimal extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1L;
    private static final MathContext DIGITS = new MathContext(12);

    Decimal(Class<Double> type) {
      super(type);
    }

    @Override
    public void serialize(Double value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
        generator.writeNumber(value.longValue());
      } else {
        generator.writeNumber(new BigDecimal(value).round(DIGITS).stripTrailingZeros());
      }
    }
  }
}
