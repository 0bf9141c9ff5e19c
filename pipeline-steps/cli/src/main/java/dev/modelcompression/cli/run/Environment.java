package dev.modelcompression.cli.run;

import dev.modelcompression.cli.report.Lineage;
import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.runtime.profile.Cpu;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.training.Trainer;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the numbers of a report depend on besides the spec: versions and machine. */
final class Environment {
  /** Instruction sets that decide how fast kernels are, and whether 8-bit products saturate. */
  private static final List<String> INSTRUCTION_SETS =
      List.of(
          "avx2",
          "avx_vnni",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "amx_int8",
          "asimd",
          "asimddp",
          "sve");

  private Environment() {}

  static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("mc", ToolVersion.get());
    versions.put("Java", System.getProperty("java.version"));
    versions.put("ONNX Runtime", OrtModels.version());
    versions.put("libtorch", Trainer.libtorchVersion());
    return versions;
  }

  static Lineage.Machine machine() {
    var cpu = Cpu.detect();
    return new Lineage.Machine(
        cpu.name(),
        cpu.cores(),
        INSTRUCTION_SETS.stream().filter(cpu.flags()::contains).toList(),
        memoryBytes(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }

  private static long memoryBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
