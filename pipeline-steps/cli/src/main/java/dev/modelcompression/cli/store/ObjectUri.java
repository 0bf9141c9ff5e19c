package dev.modelcompression.cli.store;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An object in S3, or in a store that speaks its protocol: {@code s3://BUCKET/KEY}. The key is
 * taken as it stands, without percent-encoding.
 */
record ObjectUri(String bucket, String key) {
  private static final String SCHEME = "s3://";

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  static boolean matches(String uri) {
    return uri.startsWith(SCHEME);
  }

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException it names no object
   */
  static ObjectUri parse(String uri) {
    int slash = uri.indexOf('/', SCHEME.length());
    if (!matches(uri) || slash < 0) {
      throw refused(uri);
    }
    var place =
        new ObjectUri(
            uri.substring(SCHEME.length(), slash), uri.substring(slash + 1).replaceAll("/$", ""));
    if (!BUCKET.matcher(place.bucket()).matches()
        || place.key().chars().anyMatch(Character::isISOControl)
        || Arrays.stream(place.key().split("/", -1))
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
      throw refused(uri);
    }
    return place;
  }

  /** The object of that name in the folder that this names. */
  ObjectUri child(String name) {
    return new ObjectUri(bucket, key + "/" + name);
  }

  /** The object of that name in the folder that this one is in. */
  ObjectUri sibling(String name) {
    return new ObjectUri(bucket, key.substring(0, key.lastIndexOf('/') + 1) + name);
  }

  /** The last part of the key. */
  String fileName() {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  @Override
  public String toString() {
    return SCHEME + bucket + "/" + key;
  }

  private static IllegalArgumentException refused(String uri) {
    return new IllegalArgumentException(
        "'%s': names no object; expected s3://<bucket>/<key> without empty parts, '.' and '..'"
            .formatted(uri));
  }
}
