package dev.modelcompression.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Gate;
import dev.modelcompression.cli.report.GateTable;
import dev.modelcompression.cli.run.Gates;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.engine.GateEvaluator;
import java.util.List;
import java.util.Optional;

/**
 * The report of one step with the gates that it was asked to keep.
 *
 * @param report ends with {@link ExitCode#GATE_FAILED} when a gate failed; its details hold the
 *     gates
 */
record JudgedReport(StepReport report, List<dev.modelcompression.cli.report.Gate> gates) {

  static JudgedReport of(StepReport report, List<Gate> limits) {
    if (limits.isEmpty()) {
      return new JudgedReport(report, List.of());
    }
    var gates =
        Gates.of(
            GateEvaluator.evaluate(limits, report.metrics()),
            Optional.of(report.details().path("evaluation")));
    ObjectNode details = report.details().deepCopy();
    details.set("gates", ContractJson.tree(gates));
    boolean passed = gates.stream().allMatch(dev.modelcompression.cli.report.Gate::passed);
    return new JudgedReport(
        new StepReport(
            report.version(),
            report.step(),
            report.type(),
            passed ? report.exit() : ExitCode.GATE_FAILED,
            report.message(),
            report.inputs(),
            report.outputs(),
            report.metrics(),
            details,
            report.lineage()),
        gates);
  }

  String json() {
    return ContractJson.write(report);
  }

  String text(boolean ansi) {
    return StepText.of(report) + (gates.isEmpty() ? "" : "\n" + GateTable.render(gates, ansi));
  }
}
