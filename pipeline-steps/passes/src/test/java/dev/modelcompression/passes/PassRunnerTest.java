package dev.modelcompression.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassRunnerTest {
  private final Model model = new Model(new Graph("empty"), 8, 17);

  @Test
  void passesRunUntilNoneChangesTheModel() {
    var first = new Scripted("first", 2, 0, 1, 0);
    var second = new Scripted("second", 0, 1, 0, 0);

    var results = PassRunner.toFixpoint(model, List.of(first, second));

    assertThat(first.script).isEmpty();
    assertThat(results)
        .containsExactly(
            new PassResult("first", 3, List.of("first did 2", "first did 1")),
            new PassResult("second", 1, List.of("second did 1")));
  }

  @Test
  void passesThatNeverAgreeAreStopped() {
    var restless =
        new GraphPass() {
          int runs;

          @Override
          public String id() {
            return "restless";
          }

          @Override
          public PassResult apply(Model model) {
            runs++;
            return new PassResult(id(), 1);
          }
        };

    PassRunner.toFixpoint(model, List.of(restless));

    assertThat(restless.runs).isEqualTo(PassRunner.MAX_ROUNDS);
  }

  @Test
  void faultOfAPassNamesThePass() {
    assertThatThrownBy(() -> PassRunner.run(model, failing(new NullPointerException("x"))))
        .isInstanceOf(PassFailedException.class)
        .hasMessage("pass 'failing' failed: java.lang.NullPointerException: x");
  }

  @Test
  void faultOfTheModelReachesTheUserUnwrapped() {
    var fault = new UnsupportedModelException("node 'a': no");

    assertThatThrownBy(() -> PassRunner.run(model, failing(fault))).isSameAs(fault);
  }

  private static GraphPass failing(RuntimeException fault) {
    return new GraphPass() {
      @Override
      public String id() {
        return "failing";
      }

      @Override
      public PassResult apply(Model model) {
        throw fault;
      }
    };
  }

  /** Reports the given numbers of changes, one a run. */
  private static final class Scripted implements GraphPass {
    private final String id;
    private final Deque<Integer> script = new ArrayDeque<>();

    Scripted(String id, Integer... changes) {
      this.id = id;
      script.addAll(List.of(changes));
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public PassResult apply(Model model) {
      int changes = script.remove();
      return new PassResult(id, changes, changes > 0 ? List.of(id + " did " + changes) : List.of());
    }
  }
}
