package dev.modelcompression.runtime.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The CPU of this machine.
 *
 * @param name what the kernel calls it
 * @param cores processors that this process may use
 * @param flags instruction sets; empty when they cannot be told
 */
public record Cpu(String name, int cores, Set<String> flags) {
  private static final Path INFO = Path.of("/proc/cpuinfo");

  /** What Linux says; without flags elsewhere. */
  public static Cpu detect() {
    int cores = Runtime.getRuntime().availableProcessors();
    try {
      return parse(Files.readString(INFO), cores);
    } catch (IOException e) {
      return new Cpu(System.getProperty("os.arch", "unknown"), cores, Set.of());
    }
  }

  static Cpu parse(String info, int cores) {
    String name = field(info, "model name").orElse(System.getProperty("os.arch", "unknown"));
    var flags = field(info, "flags").or(() -> field(info, "Features")).orElse("");
    return new Cpu(name, cores, new LinkedHashSet<>(Arrays.asList(flags.split(" "))));
  }

  /** Whether products of 8-bit numbers are summed in 32 bits, so that they cannot saturate. */
  public boolean sumsInt8Exactly() {
    return flags.contains("avx512_vnni")
        || flags.contains("avx_vnni")
        || flags.contains("asimddp")
        || flags.contains("amx_int8");
  }

  private static Optional<String> field(String info, String key) {
    return info.lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
