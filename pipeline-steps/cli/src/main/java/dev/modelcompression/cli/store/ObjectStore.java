package dev.modelcompression.cli.store;

import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads and writes objects, configured as every AWS tool is: {@code AWS_ENDPOINT_URL_S3}, {@code
 * AWS_REGION}, {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code AWS_PROFILE},
 * {@code AWS_CONFIG_FILE}, {@code AWS_SHARED_CREDENTIALS_FILE}. Where an endpoint is set, buckets
 * are part of the path and not of the host name, which is what other stores than AWS expect.
 */
final class ObjectStore {
  /** What a single upload may hold; more is sent in parts. */
  private static final long LARGEST_UPLOAD = 5L << 30;

  /** S3 takes up to 10,000 parts: enough for 4.9 TiB. */
  private static final long PART = 512L << 20;

  /** Where no region is set; stores other than AWS mostly do not care. */
  private static final Region DEFAULT_REGION = Region.US_EAST_1;

  /** Facts about an object. */
  record Facts(long bytes, Map<String, String> metadata) {}

  /** A small object. */
  record Content(byte[] bytes, Map<String, String> metadata) {}

  private final S3Client client;
  private final long largestUpload;
  private final long partBytes;

  private ObjectStore(S3Client client) {
    this(client, LARGEST_UPLOAD, PART);
  }

  /** With limits of the test's own. */
  ObjectStore(S3Client client, long largestUpload, long partBytes) {
    this.client = client;
    this.largestUpload = largestUpload;
    this.partBytes = partBytes;
  }

  /**
   * Connects by the environment.
   *
   * @throws StoreException there are no credentials
   */
  static ObjectStore connect() {
    try {
      DefaultCredentialsProvider.builder().build().resolveCredentials();
    } catch (SdkClientException e) {
      throw new StoreException(
          "no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file of profiles in"
              + " AWS_SHARED_CREDENTIALS_FILE",
          e);
    }
    var region = region();
    var client = builder(region).build();
    if (client.serviceClientConfiguration().endpointOverride().isEmpty()) {
      return new ObjectStore(client);
    }
    client.close();
    return new ObjectStore(builder(region).forcePathStyle(true).build());
  }

  /**
   * Checksums only where S3 demands them: digests are compared here, and not every store has them.
   */
  private static S3ClientBuilder builder(Region region) {
    return S3Client.builder()
        .region(region)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
  }

  private static Region region() {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      return DEFAULT_REGION;
    }
  }

  /**
   * Reads an object into a file that is not there yet.
   *
   * @param maxBytes what it may have
   * @return its size in bytes
   * @throws InvalidDataException it is not there, may not be read, or is larger
   * @throws StoreException the store cannot be reached, or the disk is full
   */
  long download(ObjectUri place, Path file, long maxBytes) {
    try (var object = client.getObject(get -> get.bucket(place.bucket()).key(place.key()))) {
      long size = object.response().contentLength();
      if (size > maxBytes) {
        object.abort();
        throw new InvalidDataException(
            "%s: has %d bytes, expected at most %d".formatted(place, size, maxBytes));
      }
      requireSpace(file, size);
      return Files.copy(object, file);
    } catch (SdkException e) {
      throw unreadable(place, e);
    } catch (IOException e) {
      throw StoreException.of(place + ": cannot be fetched to " + file, e);
    }
  }

  private static void requireSpace(Path file, long size) throws IOException {
    long free = Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
    if (size > free) {
      throw new IOException(
          "%d bytes are needed and %d are free; give the step more scratch space"
              .formatted(size, free));
    }
  }

  /** A small object, if it is there; of a larger one, the beginning. */
  Optional<Content> read(ObjectUri place, int maxBytes) {
    try (var object = client.getObject(get -> get.bucket(place.bucket()).key(place.key()))) {
      byte[] bytes = object.readNBytes(maxBytes);
      return Optional.of(new Content(bytes, object.response().metadata()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw unusable(place, e);
    } catch (IOException e) {
      throw StoreException.of(place + ": cannot be read", e);
    }
  }

  /** Size and metadata of an object, if it is there. */
  Optional<Facts> facts(ObjectUri place) {
    try {
      var head = client.headObject(request -> request.bucket(place.bucket()).key(place.key()));
      return Optional.of(new Facts(head.contentLength(), head.metadata()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw unusable(place, e);
    }
  }

  /** Writes a file; the object appears whole. */
  void upload(ObjectUri place, Path file, Map<String, String> metadata) {
    try {
      if (Files.size(file) > largestUpload) {
        uploadInParts(place, file, metadata);
      } else {
        put(place, RequestBody.fromFile(file), metadata);
      }
    } catch (IOException e) {
      throw StoreException.of(file + ": cannot be read", e);
    }
  }

  /**
   * Nothing is visible under the object's name until the last request. The SDK does this only on
   * top of an asynchronous client, for which the image would carry a second HTTP stack.
   */
  private void uploadInParts(ObjectUri place, Path file, Map<String, String> metadata)
      throws IOException {
    try (var channel = FileChannel.open(file)) {
      String id =
          client
              .createMultipartUpload(
                  create -> create.bucket(place.bucket()).key(place.key()).metadata(metadata))
              .uploadId();
      try {
        var parts = uploadParts(place, channel, id);
        client.completeMultipartUpload(
            complete ->
                complete
                    .bucket(place.bucket())
                    .key(place.key())
                    .uploadId(id)
                    .multipartUpload(all -> all.parts(parts)));
      } catch (SdkException | IOException e) {
        abort(place, id, e);
        throw e;
      }
    } catch (SdkException e) {
      throw unusable(place, e);
    }
  }

  private List<CompletedPart> uploadParts(ObjectUri place, FileChannel file, String id)
      throws IOException {
    List<CompletedPart> parts = new ArrayList<>();
    for (long from = 0; from < file.size(); from += partBytes) {
      int number = parts.size() + 1;
      var bytes = file.map(MapMode.READ_ONLY, from, Math.min(partBytes, file.size() - from));
      // A part that is sent again is read again from its beginning.
      var body =
          RequestBody.fromContentProvider(
              () -> new ByteBufferBackedInputStream(bytes.duplicate()),
              bytes.remaining(),
              "application/octet-stream");
      var sent =
          client.uploadPart(
              part -> part.bucket(place.bucket()).key(place.key()).uploadId(id).partNumber(number),
              body);
      parts.add(CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
    }
    return parts;
  }

  /** Parts of an upload that does not end take room, although nobody sees them. */
  private void abort(ObjectUri place, String id, Exception failure) {
    try {
      client.abortMultipartUpload(
          abort -> abort.bucket(place.bucket()).key(place.key()).uploadId(id));
    } catch (SdkException e) {
      failure.addSuppressed(e);
    }
  }

  /** Writes a small object; it appears whole. */
  void write(ObjectUri place, byte[] bytes, Map<String, String> metadata) {
    put(place, RequestBody.fromBytes(bytes), metadata);
  }

  private void put(ObjectUri place, RequestBody body, Map<String, String> metadata) {
    try {
      client.putObject(put -> put.bucket(place.bucket()).key(place.key()).metadata(metadata), body);
    } catch (SdkException e) {
      throw unusable(place, e);
    }
  }

  /**
   * What the user named cannot be read: wrong when it is the object, to be tried again when not.
   */
  private static RuntimeException unreadable(ObjectUri place, SdkException e) {
    if (e instanceof S3Exception answer
        && (answer.statusCode() == 403 || answer.statusCode() == 404)) {
      return new InvalidDataException(place + ": " + reason(e), e);
    }
    return unusable(place, e);
  }

  private static StoreException unusable(ObjectUri place, SdkException e) {
    return new StoreException(place + ": " + reason(e), e);
  }

  /** What went wrong, for people; the SDK's own messages list its classes. */
  private static String reason(SdkException e) {
    if (e instanceof NoSuchKeyException) {
      return "no such object";
    }
    if (e instanceof NoSuchBucketException) {
      return "no such bucket";
    }
    if (e instanceof S3Exception answer) {
      var details = answer.awsErrorDetails();
      String code = details == null ? "" : " " + details.errorCode();
      return switch (answer.statusCode()) {
        case 403 -> "access denied (403%s); check the credentials".formatted(code);
        case 404 -> "no such object or bucket";
        default -> "the store answered %d%s".formatted(answer.statusCode(), code);
      };
    }
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return "the store cannot be reached: " + cause.getMessage();
  }
}
