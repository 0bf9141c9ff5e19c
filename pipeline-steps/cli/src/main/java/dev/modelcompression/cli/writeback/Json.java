package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads answers of servers, which may have any form, and writes addresses. */
final class Json {
  private static final Pattern COMMIT = Pattern.compile("[a-f0-9]{40}([a-f0-9]{24})?");

  private Json() {}

  static Stream<JsonNode> items(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** The first that counts, see {@link PullRequest.State}. */
  static Optional<PullRequest> first(Stream<PullRequest> found) {
    return found.min(Comparator.comparing(PullRequest::state));
  }

  static Optional<String> text(JsonNode node) {
    return Optional.of(node).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  /** The first of several nodes that is the id of a commit. */
  static Optional<String> commit(JsonNode... nodes) {
    return Stream.of(nodes)
        .flatMap(node -> text(node).stream())
        .filter(text -> COMMIT.matcher(text).matches())
        .findFirst();
  }

  /** An address below the API. */
  static URI address(URI api, List<String> path, String query) {
    String below = path.stream().map(Json::encoded).collect(Collectors.joining("/"));
    return URI.create(api + "/" + below + (query.isEmpty() ? "" : "?" + query));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
