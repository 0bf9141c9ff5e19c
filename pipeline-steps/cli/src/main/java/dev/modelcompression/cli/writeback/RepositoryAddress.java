package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.WriteBackRequest;
import java.net.URI;

/**
 * A repository as the API of its server names it.
 *
 * @param api base address of the API, without a slash at its end
 * @param owner the part of the path before the name
 * @param name the last part of the path, without {@code .git}
 */
record RepositoryAddress(URI api, String owner, String name) {

  /**
   * Reads the address.
   *
   * @throws IllegalArgumentException it has no owner and name
   */
  static RepositoryAddress of(WriteBackRequest request) {
    var uri = URI.create(request.repository());
    String path = uri.getPath().replaceAll("^/+|/+$", "").replaceFirst("\\.git$", "");
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          request.repository() + ": expected /<owner>/<name>, as pull requests are made there");
    }
    return new RepositoryAddress(
        api(request, uri), path.substring(0, slash), path.substring(slash + 1));
  }

  private static URI api(WriteBackRequest request, URI repository) {
    if (request.api() != null) {
      return URI.create(request.api().replaceFirst("/+$", ""));
    }
    // The port of SSH is not the one of the API.
    boolean ssh = "ssh".equals(repository.getScheme());
    String server =
        ssh
            ? "https://" + repository.getHost()
            : repository.getScheme() + "://" + repository.getAuthority();
    return URI.create(
        switch (request.server()) {
          case GITHUB ->
              repository.getHost().equals("github.com")
                  ? "https://api.github.com"
                  : server + "/api/v3";
          case GITLAB -> server + "/api/v4";
          case GITEA -> server + "/api/v1";
        });
  }
}
