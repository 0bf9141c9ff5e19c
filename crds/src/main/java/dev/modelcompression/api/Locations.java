package dev.modelcompression.api;

import java.util.regex.Pattern;

/**
 * How the API writes where files are. Nothing that could carry a password or lead elsewhere has a
 * place in it: no user, no query, no {@code .} or {@code ..}.
 */
public final class Locations {
  private static final String URI =
      "^(pvc://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[^?#\\s]*)?"
          + "|s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]/[^?#]+"
          + "|file:///[^?#\\s]+)$";
  private static final String LEADING_ELSEWHERE = "/[.][.]?(/|$)|%2[eE]";
  private static final String PATH = "^[^:]+$";

  private static final String IS_URI =
      "self.uri.matches(r'" + URI + "') && !self.uri.matches(r'" + LEADING_ELSEWHERE + "')";

  /** CEL: the member {@code uri}, where there is one, is a {@link #isFile location of a file}. */
  static final String FILE_RULE =
      "!has(self.uri) || self.uri.matches(r'" + PATH + "') || (" + IS_URI + ")";

  /** CEL: the member {@code uri} is a {@link #isFolder location of a folder}. */
  static final String FOLDER_RULE = IS_URI;

  /** What a location of a folder looks like. */
  public static final String FOLDER =
      "expected pvc://<claim>/<path>, s3://<bucket>/<key> or file:///<path>, without user, query, '.' and '..'";

  /** What a location of a file looks like. */
  public static final String FILE = FOLDER + ", or a relative path on the command line";

  private static final Pattern URI_FORM = Pattern.compile(URI);
  private static final Pattern ELSEWHERE = Pattern.compile(LEADING_ELSEWHERE);
  private static final Pattern PATH_FORM = Pattern.compile(PATH);

  private Locations() {}

  /** Whether a text is the location of a file: a URI, or a path relative to the YAML file. */
  public static boolean isFile(String text) {
    return PATH_FORM.matcher(text).find() || isFolder(text);
  }

  /** Whether a text is the location of a folder: a URI that everybody reads the same way. */
  public static boolean isFolder(String text) {
    return URI_FORM.matcher(text).find() && !ELSEWHERE.matcher(text).find();
  }
}
