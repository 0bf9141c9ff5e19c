package dev.modelcompression.serving;

import dev.modelcompression.serving.infer.MemoryBudget;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the settings, and what all have together by them, to whoever needs them. */
final class SettingsProducer {
  @Produces
  @Singleton
  Settings settings() {
    return Settings.of(System.getenv());
  }

  @Produces
  @Singleton
  MemoryBudget memory(Settings settings) {
    return MemoryBudget.ofHeap(settings.requestMax());
  }
}
