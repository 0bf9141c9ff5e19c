package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.cli.report.release.SampleRelease;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ReleaseRound;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import dev.modelcompression.data.ModelFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Models, data and workspace in S3, against a server that checks signatures. */
class S3IT {
  private static final Path EXAMPLE = Path.of("../../examples/fashion-mnist");
  private static final String BUCKET = "models";
  private static final String MODEL = "s3://models/team a/ext.onnx";
  private static final String DATA = "s3://models/data/test.npz";
  private static final String OUTPUT = "s3://models/workspace/steps/1";
  private static final String OTHER = "sha256:" + "0".repeat(64);

  private static S3Proxy server;
  private static S3Client client;

  @TempDir static Path split;
  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .blobStore(new TransientNio2BlobStore())
            .build();
    server.start();
    client =
        S3Client.builder()
            .endpointOverride(endpoint())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .build();
    client.createBucket(bucket -> bucket.bucket(BUCKET));
    ModelInTwoFiles.write(
        ModelFiles.load(EXAMPLE.resolve("resnet8.onnx")), split.resolve("ext.onnx"), "weights/all");
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.stop();
  }

  @BeforeEach
  void fill() {
    clear();
    put("team a/ext.onnx", split.resolve("ext.onnx"));
    put("team a/weights/all", split.resolve("weights/all"));
    put("data/test.npz", EXAMPLE.resolve("test.npz"));
    configure(endpoint(), "secret");
  }

  @AfterEach
  void forget() {
    for (String name : new String[] {"endpointUrlS3", "accessKeyId", "secretAccessKey"}) {
      System.clearProperty("aws." + name);
    }
  }

  @Test
  void inputsAreWhatTheyAreOnDisk() {
    var request =
        InputsRequest.of(
            Map.of(
                "model", new InputsRequest.File(MODEL, model().digest()),
                "evaluation", new InputsRequest.File(DATA, null)));

    var found = request.answeredBy(execute(ExitCode.DONE, "inputs", request));

    assertThat(found).containsEntry("model", model());
    assertThat(found)
        .extractingByKey("evaluation")
        .extracting(Artifact::digest)
        .isEqualTo(Digests.of(EXAMPLE.resolve("test.npz")));
  }

  @Test
  void aStepPublishesOnceAndTellsOfItAnew() throws IOException {
    var first = execute(ExitCode.DONE, "step", request(model()));

    var outputs = first.outputsIn(OUTPUT);
    assertThat(outputs).containsOnlyKeys("model");
    assertThat(digest(outputs, "model")).isEqualTo(onDisk());
    String prefix = "s3://" + BUCKET + "/";
    for (Artifact output : outputs.values()) {
      assertThat(Digests.of(get(output.uri().substring(prefix.length()))))
          .isEqualTo(output.digest());
    }
    assertThat(first.report()).isEqualTo(Digests.of(get("workspace/steps/1/report.json")));

    client.deleteObject(delete -> delete.bucket(BUCKET).key("team a/ext.onnx"));
    assertThat(execute(ExitCode.DONE, "step", request(model()))).isEqualTo(first);
  }

  @Test
  void aReleaseIsReportedInABucket() {
    var sample = SampleRelease.promoted();
    sample
        .rounds()
        .forEach(
            round ->
                client.putObject(
                    put ->
                        put.bucket(BUCKET)
                            .key("work/r/" + ReleaseRound.fileName(round.report().round())),
                    RequestBody.fromString(ContractJson.write(round))));
    client.deleteObject(delete -> delete.bucket(BUCKET).key("work/r/round-0003.json"));

    var done = execute(ExitCode.DONE, "release-report", sample.request("s3://models/work/r"));

    assertThat(done.message()).startsWith("6 of 7 measurements");
    assertThat(Digests.of(get("work/r/release.html")))
        .isEqualTo(digest(done.outputs(), "release.html"));
  }

  @Test
  void aResultThatIsIncompleteOrAlteredIsMadeAgain() {
    var first = execute(ExitCode.DONE, "step", request(model()));
    client.deleteObject(delete -> delete.bucket(BUCKET).key("workspace/steps/1/report.json"));
    var second = execute(ExitCode.DONE, "step", request(model()));
    assertThat(digest(second.outputs(), "model")).isEqualTo(digest(first.outputs(), "model"));

    String key = "workspace/steps/1/" + uri(second);
    client.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromString("altered"));
    var third = execute(ExitCode.DONE, "step", request(model()));
    assertThat(uri(third)).isNotEqualTo(uri(second));
    assertThat(Digests.of(get("workspace/steps/1/" + uri(third))))
        .isEqualTo(digest(first.outputs(), "model"));
  }

  @Test
  void aResultWhoseReportIsDamagedIsMadeAgain() {
    var first = execute(ExitCode.DONE, "step", request(model()));
    String key = "workspace/steps/1/report.json";
    var ours = client.headObject(head -> head.bucket(BUCKET).key(key)).metadata();
    client.putObject(
        put -> put.bucket(BUCKET).key(key).metadata(ours), RequestBody.fromString("{"));

    var second = execute(ExitCode.DONE, "step", request(model()));

    assertThat(digest(second.outputs(), "model")).isEqualTo(digest(first.outputs(), "model"));
    assertThat(second.report()).isEqualTo(Digests.of(get(key)));
  }

  @Test
  void whatIsNoResultIsLeftAlone() {
    client.putObject(
        put -> put.bucket(BUCKET).key("workspace/steps/1/report.json"),
        RequestBody.fromString("dear"));

    assertThat(execute(ExitCode.BAD_REQUEST, "step", request(model())).message())
        .isEqualTo(
            "step request output: %s/report.json is no step report; name another place", OUTPUT);
    assertThat(get("workspace/steps/1/report.json"))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("dear");
  }

  @Test
  void anAlteredInputIsNotUsed() {
    var altered = new Artifact("model", MODEL, OTHER, model().bytes());
    assertThat(execute(ExitCode.BAD_INPUT, "step", request(altered)).message())
        .contains("content has digest " + model().digest() + ", expected " + OTHER);
    var larger = new Artifact("model", MODEL, model().digest(), model().bytes() - 1);
    assertThat(execute(ExitCode.BAD_INPUT, "step", request(larger)).message())
        .startsWith("s3://models/team a/weights/all: has ")
        .contains("bytes, expected at most ");
    assertThat(client.listObjectsV2(list -> list.bucket(BUCKET).prefix("workspace")).contents())
        .isEmpty();
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(inputs(ExitCode.BAD_INPUT, "s3://models/none.onnx"))
        .isEqualTo("s3://models/none.onnx: no such object");
    assertThat(inputs(ExitCode.BAD_INPUT, "s3://nobody/none.onnx"))
        .isEqualTo("s3://nobody/none.onnx: no such bucket");
    assertThat(inputs(ExitCode.BAD_INPUT, "s3://models/a/../b"))
        .startsWith("'s3://models/a/../b': names no object");
    client.deleteObject(delete -> delete.bucket(BUCKET).key("team a/weights/all"));
    assertThat(inputs(ExitCode.BAD_INPUT, MODEL))
        .isEqualTo("s3://models/team a/weights/all: no such object");
  }

  @Test
  void deniedAccessIsWrongInputOrAnUnusableWorkspace() {
    configure(endpoint(), "wrong");
    assertThat(inputs(ExitCode.BAD_INPUT, DATA))
        .startsWith(DATA + ": access denied (403 SignatureDoesNotMatch); check the credentials");
    assertThat(execute(ExitCode.TRY_AGAIN, "step", request(model())).message())
        .contains("workspace/steps/1/report.json: access denied (403");
  }

  @Test
  void aStoreThatIsAwayOrBusyIsTriedAgain() throws IOException {
    configure(URI.create("http://127.0.0.1:1"), "secret");
    assertThat(inputs(ExitCode.TRY_AGAIN, DATA))
        .isEqualTo(DATA + ": the store cannot be reached: Connection refused");

    var busy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    busy.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    busy.start();
    try {
      configure(URI.create("http://127.0.0.1:" + busy.getAddress().getPort()), "secret");
      assertThat(inputs(ExitCode.TRY_AGAIN, DATA)).startsWith(DATA + ": the store answered 503");
    } finally {
      busy.stop(0);
    }
  }

  @Test
  void aWholeRunTakesModelAndDataFromS3() throws IOException {
    assertThat(runDigest("s3", MODEL, DATA))
        .isEqualTo(
            runDigest(
                "disk",
                split.resolve("ext.onnx").toUri().toString(),
                EXAMPLE.resolve("test.npz").toAbsolutePath().normalize().toUri().toString()));
  }

  private String runDigest(String name, String model, String data) throws IOException {
    Path manifest =
        Files.writeString(
            folder.resolve(name + ".yaml"),
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: %s}
            spec:
              model: {uri: '%s'}
              datasets:
                calibration: {uri: '%s', samples: 8}
              steps:
              - name: quantize
                quantize: {mode: Static}
            """
                .formatted(name, model, data));
    var ended = InProcess.mc("run", "-f", manifest, "--workspace", folder.resolve(name));
    assertThat(ended.exit()).as(ended.err()).isZero();
    return new ObjectMapper()
        .readTree(folder.resolve(name + "/report.json").toFile())
        .at("/result/digest")
        .asText();
  }

  /** The digest of the same step's model when everything is on disk. */
  private String onDisk() {
    String output = folder.resolve("on-disk").toUri().toString();
    var request = request(local(), output);
    return digest(execute(ExitCode.DONE, "step", request).outputs(), "model");
  }

  private static Artifact model() {
    return local().at("model", MODEL);
  }

  private static Artifact local() {
    return new StepInputs(split).modelArtifact("model", "ext.onnx");
  }

  private String inputs(ExitCode expected, String uri) {
    String name = uri.endsWith(".onnx") ? "model" : "training";
    var request = InputsRequest.of(Map.of(name, new InputsRequest.File(uri, null)));
    return execute(expected, "inputs", request).message();
  }

  private TerminationMessage execute(ExitCode expected, String command, Object request) {
    return PodCommand.run(folder, expected, command, request);
  }

  private static StepRequest request(Artifact model) {
    return request(model, OUTPUT);
  }

  private static StepRequest request(Artifact model, String output) {
    return new StepRequest(
        StepRequest.VERSION,
        "r-1",
        1,
        1,
        Step.of("optimize", ContractJson.read("{}", OptimizeSettings.class, "settings")),
        Map.of(Artifact.MODEL, model),
        Map.of(),
        output,
        7,
        null,
        2);
  }

  private static String digest(Map<String, Artifact> artifacts, String name) {
    return Objects.requireNonNull(artifacts.get(name)).digest();
  }

  private static String uri(TerminationMessage message) {
    return Objects.requireNonNull(message.outputs().get("model")).uri();
  }

  private static URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** As the environment of a pod would, whose variables a test cannot set. */
  private static void configure(URI endpoint, String secret) {
    System.setProperty("aws.endpointUrlS3", endpoint.toString());
    System.setProperty("aws.region", "eu-central-1");
    System.setProperty("aws.accessKeyId", "key");
    System.setProperty("aws.secretAccessKey", secret);
  }

  private static void clear() {
    for (S3Object object : client.listObjectsV2(list -> list.bucket(BUCKET)).contents()) {
      client.deleteObject(delete -> delete.bucket(BUCKET).key(object.key()));
    }
  }

  private static void put(String key, Path file) {
    client.putObject(put -> put.bucket(BUCKET).key(key), file);
  }

  private static byte[] get(String key) {
    return client.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray();
  }
}
