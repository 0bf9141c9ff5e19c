package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteBackRequestTest {
  private static final String DIGEST = "sha256:" + "1".repeat(64);

  private static final String JSON =
      """
      {'version':'v1','runId':'r-1','outcome':'Promoted',
       'model':{'uri':'s3://models/new.onnx','digest':'%s'},
       'repository':'https://git.example.com/team/fleet.git','branch':'main','path':'apps/m.yaml',
       'document':{'kind':'ModelRelease','namespace':'vision','name':'resnet'},
       'server':'GitHub','api':'https://git.example.com/api/v3','reason':'all was well'}
      """
          .formatted(DIGEST)
          .replace('\'', '"');

  @Test
  void isReadAndWrittenAlike() {
    var request = ContractJson.readWriteBackRequest(JSON);

    assertThat(request.digest()).isEqualTo(DIGEST);
    assertThat(ContractJson.readWriteBackRequest(ContractJson.write(request))).isEqualTo(request);
    assertThat(ContractJson.readWriteBackRequest(CanonicalJson.of(request))).isEqualTo(request);
  }

  @Test
  void aPullRequestHasABranchOfItsOwnForEachOutcomeOfARun() {
    assertThat(read("x", "x").target()).isEqualTo("model-release/resnet-r-1-promoted");
    assertThat(read("Promoted", "Rejected").target())
        .isEqualTo("model-release/resnet-r-1-rejected");
    assertThat(read("\"server\":\"GitHub\",", "").target()).isEqualTo("main");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://gitea.git.svc:3000/a/b",
        "git://git.svc/fleet.git",
        "ssh://git@github.com/a/b.git",
        "ssh://github.com:2222/a/b.git",
        "https://dev.azure.com/o/p/_git/r",
      })
  void knowsAddressesOfRepositories(String url) {
    assertThat(read("https://git.example.com/team/fleet.git", url).repository()).isEqualTo(url);
  }

  @ParameterizedTest
  @CsvSource({
    "v1, v2",
    "r-1, r 1",
    "r-1, -r1",
    "Promoted, Promising",
    "'https://git.example.com/team', 'https://u:p@git.example.com/team'",
    "'https://git.example.com/team', 'https://token@git.example.com/team'",
    "'https://git.example.com/team', 'ssh://git:p@git.example.com/team'",
    "'https://git.example.com/team', 'file:///srv'",
    "'https://git.example.com/team', 'ext::sh'",
    "'https://git.example.com/team/fleet.git', 'https://git.example.com/a?token=b'",
    "main, ../main",
    "main, --force",
    "main, a..b",
    "main, a.lock",
    "main, refs//x",
    "apps/m.yaml, /etc/passwd",
    "apps/m.yaml, apps/../m.yaml",
    "apps/m.yaml, .git/config",
    "apps/m.yaml, apps//m.yaml",
    "'ModelRelease\"', 'Deployment\"'",
    "'\"name\":\"resnet\"', '\"name\":\"Res Net\"'",
    "GitHub, Bitbucket",
    "'https://git.example.com/api', 'https://u:p@git.example.com/api'",
    "'\"reason\"', '\"token\"'",
    "'\"branch\":\"main\",', ''",
    "'sha256:', 'sha1:'",
  })
  void refusesWhatIsNotExactlyARequest(String part, String other) {
    assertThatThrownBy(() -> read(part, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("write-back request");
  }

  @Test
  void needsTheDigest() {
    assertThatThrownBy(() -> read(",\"digest\":\"" + DIGEST + "\"", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("field 'digest' of the model is missing");
  }

  @Test
  void doesNotRepeatAPassword() {
    assertThatThrownBy(() -> read("https://git", "https://me:hush@git"))
        .hasMessageContaining("repository is 'https://…@git.example.com/team/fleet.git'")
        .hasMessageNotContaining("hush");
  }

  private static WriteBackRequest read(String part, String other) {
    return ContractJson.readWriteBackRequest(JSON.replaceFirst("\\Q" + part, other));
  }
}
