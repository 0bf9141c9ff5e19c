package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.contract.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Notes how a run goes. */
final class History {
  private History() {}

  /** Adds an entry when the phase or the weight that is asked for has changed. */
  static void note(Draft draft, Instant now) {
    ModelReleaseStatus before = draft.before();
    boolean begun = !Objects.equals(before.runId(), draft.runId);
    if (draft.runId == null
        || (!begun
            && before.phase() == draft.phase
            && Objects.equals(before.desiredWeight(), draft.desiredWeight))) {
      return;
    }
    List<HistoryEntry> all = new ArrayList<>(begun ? List.of() : draft.history);
    all.add(
        new HistoryEntry(
            Draft.text(now),
            draft.phase,
            draft.desiredWeight,
            draft.judged == null ? draft.verdict : draft.judged,
            Text.line(draft.message, HistoryEntry.MAX_MESSAGE)));
    draft.history =
        List.copyOf(all.subList(Math.max(0, all.size() - HistoryEntry.MAX_ENTRIES), all.size()));
  }
}
