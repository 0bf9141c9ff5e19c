package dev.modelcompression.cli.writeback;

import java.nio.file.Path;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * Keeps JGit from reading and writing the configuration of the machine and its user, which could
 * redirect addresses or name programs to run.
 */
final class IsolatedGit extends SystemReader.Delegate {
  private final SystemReader machine;
  private final Path scratch;

  private IsolatedGit(SystemReader machine, Path scratch) {
    super(machine);
    this.machine = machine;
    this.scratch = scratch;
  }

  /** From now on, this process has its configuration in a folder. */
  static void set(Path scratch) {
    var current = SystemReader.getInstance();
    var machine = current instanceof IsolatedGit isolated ? isolated.machine : current;
    SystemReader.setInstance(new IsolatedGit(machine, scratch));
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return file(parent, fs, "system.config");
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return file(parent, fs, "user.config");
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return file(parent, fs, "jgit.config");
  }

  private FileBasedConfig file(Config parent, FS fs, String name) {
    return new FileBasedConfig(parent, scratch.resolve(name).toFile(), fs);
  }
}
