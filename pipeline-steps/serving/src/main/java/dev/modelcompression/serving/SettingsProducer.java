package dev.modelcompression.serving;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the settings to whoever needs them. */
final class SettingsProducer {
  @Produces
  @Singleton
  Settings settings() {
    return Settings.of(System.getenv());
  }
}
