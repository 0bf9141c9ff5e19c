import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/** An S3 server in memory: {@code S3Server ENDPOINT BUCKET}; its keys are in the environment, as every AWS tool has them. */
final class S3Server {
  public static void main(String[] arguments) throws Exception {
    TransientNio2BlobStore store = new TransientNio2BlobStore();
    store.createContainer(CreateBucketRequest.builder().bucket(arguments[1]).build());
    S3Proxy.builder()
        .endpoint(URI.create(arguments[0]))
        .awsAuthentication(
            AuthenticationType.AWS_V4,
            System.getenv("AWS_ACCESS_KEY_ID"),
            System.getenv("AWS_SECRET_ACCESS_KEY"))
        .blobStore(store)
        .build()
        .start();
  }
}
