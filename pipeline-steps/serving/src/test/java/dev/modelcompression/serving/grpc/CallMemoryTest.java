package dev.modelcompression.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.serving.infer.MemoryBudget;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallMemoryTest {
  private final MemoryBudget budget = new MemoryBudget(1000);
  private final List<Reason> refusals = new ArrayList<>();

  @Test
  void aMessageThatNeverComesToItsEndIsChargedForWhatHasCome() {
    var one = call();
    one.inboundWireSize(100);
    one.inboundWireSize(200);
    assertThat(budget.left()).isEqualTo(400);

    var two = call();
    two.inboundWireSize(201);
    two.inboundWireSize(1);
    assertThat(refusals).containsExactly(Reason.OVERLOADED);
    assertThat(two.refused()).isTrue();
    assertThat(one.refused()).isFalse();

    one.streamClosed(Status.CANCELLED);
    two.streamClosed(Status.OK);
    assertThat(budget.left()).isEqualTo(1000);
  }

  @Test
  void aCompressedMessageIsChargedForWhatItBecomes() {
    var call = call();
    call.inboundWireSize(10);
    call.inboundUncompressedSize(15);
    assertThat(budget.left()).isEqualTo(980);

    call.inboundUncompressedSize(485);
    assertThat(budget.left()).isEqualTo(500);
    call.inboundUncompressedSize(501);
    assertThat(refusals).containsExactly(Reason.TOO_LARGE);
  }

  private CallMemory call() {
    var call = (CallMemory) CallMemory.factory(budget).newServerStreamTracer("any", new Metadata());
    call.whenRefused((RequestException e) -> refusals.add(e.reason()));
    return call;
  }
}
