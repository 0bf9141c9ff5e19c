package dev.modelcompression.api;

/** What one step is told to do; one record for each kind of step. */
public sealed interface StepSettings
    permits AnalyzeSettings,
        OptimizeSettings,
        PruneSettings,
        FineTuneSettings,
        QuantizeSettings,
        EvaluateSettings,
        CustomSettings {}
