package dev.modelcompression.cli.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** A file larger than one upload may be, with a limit that a test can reach. */
class ObjectStoreIT {
  /** The least that S3 allows for a part that is not the last. */
  private static final int PART = 5 << 20;

  private static final ObjectUri PLACE = ObjectUri.parse("s3://models/a/model.onnx.data");

  private static S3Proxy server;
  private static S3Client client;
  private static Path file;

  @TempDir static Path folder;

  @BeforeAll
  static void start() throws Exception {
    server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .blobStore(new TransientNio2BlobStore())
            .build();
    server.start();
    client = connect(new ExecutionInterceptor() {});
    client.createBucket(bucket -> bucket.bucket(PLACE.bucket()));
    byte[] content = new byte[2 * PART + 1];
    new Random(7).nextBytes(content);
    file = Files.write(folder.resolve("model.onnx.data"), content);
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.stop();
  }

  @BeforeEach
  void clear() {
    client.deleteObject(delete -> delete.bucket(PLACE.bucket()).key(PLACE.key()));
  }

  @Test
  void aFileTooLargeForOneUploadBecomesOneObject() throws IOException {
    var store = new ObjectStore(client, PART, PART);

    store.upload(PLACE, file, Map.of("sha256", Digests.of(file)));

    assertThat(store.facts(PLACE))
        .contains(new ObjectStore.Facts(Files.size(file), Map.of("sha256", Digests.of(file))));
    Path copy = folder.resolve("copy");
    store.download(PLACE, copy, Long.MAX_VALUE);
    assertThat(copy).hasSameBinaryContentAs(file);
    assertNoPartsAreLeft();
  }

  @Test
  void anUploadThatFailsHalfwayLeavesNothing() {
    try (var failing = connect(new SecondPartFails())) {
      var store = new ObjectStore(failing, PART, PART);

      assertThatThrownBy(() -> store.upload(PLACE, file, Map.of()))
          .isInstanceOf(StoreException.class)
          .hasMessage(PLACE + ": the store cannot be reached: broken pipe");
      assertThat(store.facts(PLACE)).isEmpty();
    }
    assertNoPartsAreLeft();
  }

  private static void assertNoPartsAreLeft() {
    assertThat(client.listMultipartUploads(list -> list.bucket(PLACE.bucket())).uploads())
        .isEmpty();
  }

  private static S3Client connect(ExecutionInterceptor interceptor) {
    return S3Client.builder()
        .endpointOverride(URI.create("http://127.0.0.1:" + server.getPort()))
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
        .overrideConfiguration(override -> override.addExecutionInterceptor(interceptor))
        .build();
  }

  /** Loses the store in the middle of an upload. */
  private static final class SecondPartFails implements ExecutionInterceptor {
    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (context.request() instanceof UploadPartRequest part && part.partNumber() == 2) {
        throw SdkClientException.create("broken pipe");
      }
    }
  }
}
