package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;

/** JSON over HTTPS with a token, for the few requests that pull requests take. */
final class ServerApi {
  /** How a request ended: one of the statuses that its caller knows. */
  record Answer(int status, JsonNode body) {}

  private static final int MAX_BODY = 8 << 20;
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** Trusted by whoever reads logs: the header alone carries the token. */
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HttpClient client;
  private final String token;

  /**
   * A client that trusts what the credential says.
   *
   * @throws IllegalArgumentException there is no token
   */
  ServerApi(Credential credential) {
    var builder =
        HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER);
    credential.authorities().ifPresent(pem -> builder.sslContext(Authorities.context(pem)));
    client = builder.build();
    token =
        credential
            .token()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "a pull request needs a token for the server's API; put token into the"
                            + " Secret that writeBack.secret names"));
  }

  /** The token, for the one header that it belongs into. */
  String token() {
    return token;
  }

  JsonNode get(URI address, Map<String, String> headers) {
    return send(HttpRequest.newBuilder(address).GET(), headers, Set.of()).body();
  }

  /**
   * Sends a form as JSON.
   *
   * @param known statuses that are no failure for the caller
   */
  Answer post(URI address, Map<String, String> headers, Map<String, ?> form, Set<Integer> known) {
    try {
      var body = BodyPublishers.ofString(MAPPER.writeValueAsString(form));
      return send(
          HttpRequest.newBuilder(address).header("Content-Type", "application/json").POST(body),
          headers,
          known);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can be written as JSON", e);
    }
  }

  private Answer send(
      HttpRequest.Builder request, Map<String, String> headers, Set<Integer> known) {
    headers.forEach(request::header);
    var sent = request.timeout(ANSWER).build();
    Credential.requireSafe(sent.uri());
    try {
      var response = client.send(sent, BodyHandlers.ofInputStream());
      JsonNode body = json(response);
      int status = response.statusCode();
      if (status / 100 == 2 || known.contains(status)) {
        return new Answer(status, body);
      }
      throw failure(sent, response, body);
    } catch (SSLException e) {
      throw new IllegalArgumentException(
          shown(sent.uri())
              + ": the server's certificate is not trusted; for one of your own authority put"
              + " ca.crt into the Secret: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new GitServerException(shown(sent.uri()) + ": cannot be reached: " + reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GitServerException(shown(sent.uri()) + ": was interrupted", e);
    }
  }

  private static RuntimeException failure(
      HttpRequest sent, HttpResponse<?> response, JsonNode body) {
    int status = response.statusCode();
    String told =
        "%s %s: answered %d%s".formatted(sent.method(), shown(sent.uri()), status, message(body));
    boolean limited =
        status == 429
            || response.headers().firstValue("retry-after").isPresent()
            || response
                .headers()
                .firstValue("x-ratelimit-remaining")
                .filter("0"::equals)
                .isPresent();
    if (limited || status / 100 == 5 || status == 408) {
      return new GitServerException(told, null);
    }
    if (status == 401 || status == 403) {
      return new IllegalArgumentException(
          told + "; see that the token is valid and may make pull requests in this repository");
    }
    if (status == 404 || status / 100 == 3) {
      return new InvalidDataException(
          told
              + "; no such repository there, or the token may not see it, or writeBack.server is"
              + " another one");
    }
    return new InvalidDataException(told);
  }

  private static String message(JsonNode body) {
    String text = body.path("message").isTextual() ? body.path("message").asText() : "";
    if (text.isEmpty()) {
      return "";
    }
    return ", " + (text.length() > 200 ? text.substring(0, 200) : text);
  }

  private static JsonNode json(HttpResponse<InputStream> response) throws IOException {
    try (var in = response.body()) {
      byte[] bytes = in.readNBytes(MAX_BODY + 1);
      if (bytes.length > MAX_BODY) {
        throw new IOException("the answer has more than " + MAX_BODY + " bytes");
      }
      return bytes.length == 0
          ? MissingNode.getInstance()
          : MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      if (response.statusCode() / 100 == 2) {
        throw new IOException("the answer is no JSON", e);
      }
      return MissingNode.getInstance();
    }
  }

  private static String shown(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
