package dev.modelcompression.serving.rest;

import dev.modelcompression.serving.Server;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness under {@code /q/health/ready}. */
@Readiness
@ApplicationScoped
class ReadyCheck implements HealthCheck {
  private final Server server;

  @Inject
  ReadyCheck(Server server) {
    this.server = server;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("model").status(server.ready()).build();
  }
}
