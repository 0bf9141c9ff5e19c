package dev.modelcompression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ThrownElsewhereTest {
  @Test
  void anErrorStaysAnError() {
    var error = new OutOfMemoryError("Java heap space");
    assertThatThrownBy(() -> ThrownElsewhere.in(new ExecutionException(error))).isSameAs(error);
    assertThatThrownBy(() -> ThrownElsewhere.in(new CompletionException(error))).isSameAs(error);
  }

  @Test
  void anExceptionIsTheOneThatWasThrown() {
    var cause = new InvalidDataException("NaN");
    assertThat(ThrownElsewhere.in(new ExecutionException(cause))).isSameAs(cause);
    var checked = new ExecutionException(new InterruptedException());
    assertThat(ThrownElsewhere.in(checked)).isInstanceOf(IllegalStateException.class);
  }
}
