package dev.modelcompression.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.observe.Refusals.Refusal;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {
  /** Room may come; what a pod does not say it will never say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exceeded quota: few, requested: pods=1, used: pods=4, limited: pods=4 | QUOTA_EXCEEDED",
        "status unknown for quota: few, resources: requests.cpu | QUOTA_EXCEEDED",
        "failed quota: few: must specify limits.cpu for: step | POD_ADMISSION_FAILED",
        "violates PodSecurity \"restricted:latest\" | POD_ADMISSION_FAILED"
      })
  void onlyWantOfRoomIsWaitedForWithoutEnd(String message, Reason reason) {
    assertThat(Refusals.of("pods \"net\" is forbidden: " + message).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"FailedMount", "FailedMapVolume", "FailedAttachVolume", "FailedCreatePodSandBox"})
  void whatKeepsAContainerFromBeingMadeIsToldInTheNodesWords(String reason) {
    Event scheduled = event("Scheduled", "to a node", 9);
    assertThat(Refusals.among(List.of(event(reason, "not found", 1), scheduled)))
        .contains(new Refusal(Reason.POD_START_FAILED, reason + ": not found"));
  }

  /** The node that it was on is lost, or another pod has it: longer than any pending timeout. */
  @Test
  void aVolumeOnAnotherNodeIsWaitedForWithoutEnd() {
    Event elsewhere =
        event("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\": already used", 1);
    assertThat(Refusals.among(List.of(elsewhere)).orElseThrow().reason())
        .isEqualTo(Reason.UNSCHEDULABLE);
    Event attached = event("SuccessfulAttachVolume", "AttachVolume.Attach succeeded", 2);
    assertThat(Refusals.among(List.of(elsewhere, attached))).isEmpty();
  }

  /** Its Events stay for an hour. */
  @Test
  void whatIsOvercomeIsNoRefusal() {
    Event failed = event("FailedMount", "not found", 5);
    assertThat(Refusals.among(List.of(failed, event("Pulling", "image", 5)))).isEmpty();
    assertThat(Refusals.among(List.of(event("Pulled", "image", 4), failed))).isPresent();
    assertThat(Refusals.among(List.of(event("Pulling", "image", 5)))).isEmpty();
    assertThat(Refusals.among(List.of())).isEmpty();
  }

  @Test
  void theNewestRefusalOfAJobCounts() {
    Event full = event("FailedCreate", "exceeded quota: few", 1);
    Event now = event("FailedCreate", "violates PodSecurity", 2);
    assertThat(Refusals.among(List.of(now, full)))
        .contains(new Refusal(Reason.POD_ADMISSION_FAILED, "violates PodSecurity"));
  }

  private static Event event(String reason, String message, int second) {
    return new EventBuilder()
        .withReason(reason)
        .withMessage(message)
        .withLastTimestamp("2026-11-22T06:20:0" + second + "Z")
        .build();
  }
}
