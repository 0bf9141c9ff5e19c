package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.engine.release.Look;
import dev.modelcompression.operator.release.decide.Judge;

/** Judges by confidence bounds. */
public final class Verdicts implements Judge {
  @Override
  public Judgement judge(
      Analysis analysis, Evidence before, ProbeReport report, int round, boolean traffic) {
    Look look = Look.at(analysis, before, report, round, traffic);
    return new Judgement(look.evidence(), look.verdict().metrics(), look.verdict().verdict());
  }
}
