package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * An amount as Kubernetes writes it: {@code 2}, {@code 500m}, {@code 4Gi}.
 *
 * @param text the amount; a plain number in YAML is taken too
 */
public record Quantity(@JsonValue String text) {
  /** What an amount looks like; the schema lets whole numbers stand without quotes. */
  public static final String PATTERN = "^[0-9]{1,12}(\\.[0-9]{1,6})?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$";

  /** An amount written as text. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Quantity of(String text) {
    return new Quantity(text);
  }

  /** An amount written as a whole number. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Quantity of(long number) {
    return new Quantity(Long.toString(number));
  }

  @Override
  public String toString() {
    return text;
  }
}
