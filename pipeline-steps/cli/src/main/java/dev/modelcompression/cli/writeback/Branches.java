package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The branches of a repository on a server: the newest commits of one, one file of them, and one
 * commit more. Nothing is checked out; what has to be fetched is kept in a scratch folder.
 */
final class Branches implements AutoCloseable {
  /** How far back a commit of an earlier attempt is looked for. */
  static final int DEPTH = 100;

  /** A manifest is smaller by far. */
  private static final int MAX_FILE = 1 << 20;

  private static final String HEADS = "refs/heads/";

  private final WriteBackRequest request;
  private final Connection connection;
  private final Failure failure;
  private final Git git;

  Branches(WriteBackRequest request, Connection connection, Path scratch) {
    this.request = request;
    this.connection = connection;
    this.failure = new Failure(request);
    try {
      IsolatedGit.set(scratch);
      git = Git.init().setBare(true).setDirectory(scratch.resolve("repository").toFile()).call();
      withoutCleaning(git.getRepository().getConfig());
    } catch (GitAPIException e) {
      throw new UncheckedIOException(
          scratch + ": cannot be written", new IOException(String.valueOf(e.getMessage()), e));
    }
  }

  /** Nothing is kept for long enough, and what cleans up in the background outlives the folder. */
  private static void withoutCleaning(Config config) {
    config.setInt(ConfigConstants.CONFIG_GC_SECTION, null, ConfigConstants.CONFIG_KEY_AUTO, 0);
    config.setBoolean(
        ConfigConstants.CONFIG_GC_SECTION, null, ConfigConstants.CONFIG_KEY_AUTODETACH, false);
  }

  /**
   * The newest commit of a branch, with the history that a search needs; empty when there is no
   * such branch.
   */
  Optional<RevCommit> fetch(String branch) {
    String local = "refs/fetched/" + branch;
    try {
      var heads =
          connection
              .prepare(Git.lsRemoteRepository().setRemote(request.repository()).setHeads(true))
              .call();
      if (heads.stream().noneMatch(ref -> ref.getName().equals(HEADS + branch))) {
        return Optional.empty();
      }
      connection
          .prepare(git.fetch())
          .setRemote(request.repository())
          .setDepth(DEPTH)
          .setTagOpt(TagOpt.NO_TAGS)
          .setRefSpecs(new RefSpec("+" + HEADS + branch + ":" + local))
          .call();
      return Optional.of(git.getRepository().parseCommit(git.getRepository().resolve(local)));
    } catch (GitAPIException e) {
      throw failure.of(e);
    } catch (IOException e) {
      throw scratch(e);
    }
  }

  /** The newest commit from {@code tip} on back that fits. */
  Optional<RevCommit> find(RevCommit tip, Predicate<RevCommit> fits) {
    try (var walk = new RevWalk(git.getRepository())) {
      walk.markStart(walk.parseCommit(tip));
      for (RevCommit commit : walk) {
        walk.parseBody(commit);
        if (fits.test(commit)) {
          return Optional.of(commit);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw scratch(e);
    }
  }

  /**
   * The text of a file.
   *
   * @throws InvalidDataException no such file, no text, or too large
   */
  String read(RevCommit commit, String path) {
    try (var walk = TreeWalk.forPath(git.getRepository(), path, commit.getTree())) {
      if (walk == null) {
        throw new InvalidDataException("no such file in the repository");
      }
      if (!isFile(walk.getFileMode(0))) {
        throw new InvalidDataException("is no file in the repository, but a folder or link");
      }
      var loader = git.getRepository().open(walk.getObjectId(0), Constants.OBJ_BLOB);
      if (loader.getSize() > MAX_FILE) {
        throw new InvalidDataException(
            "has %d bytes, expected at most %d".formatted(loader.getSize(), MAX_FILE));
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(loader.getCachedBytes(MAX_FILE)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidDataException("is no text in UTF-8", e);
    } catch (IOException e) {
      throw scratch(e);
    }
  }

  /** Makes a commit with another text of a file. Nobody sees it until it is pushed. */
  RevCommit commit(RevCommit parent, String path, String text, String message, PersonIdent author) {
    try (ObjectInserter inserter = git.getRepository().newObjectInserter()) {
      ObjectId blob = inserter.insert(Constants.OBJ_BLOB, text.getBytes(StandardCharsets.UTF_8));
      var commit = new CommitBuilder();
      commit.setTreeId(tree(parent, path, blob, inserter));
      commit.setParentId(parent);
      commit.setAuthor(author);
      commit.setCommitter(author);
      commit.setMessage(message);
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      return git.getRepository().parseCommit(id);
    } catch (IOException e) {
      throw scratch(e);
    }
  }

  /**
   * Puts a commit on top of a branch, or makes the branch.
   *
   * @return false when the branch has moved meanwhile
   * @throws IllegalArgumentException the server does not allow it
   */
  boolean push(RevCommit commit, String branch) {
    try {
      var results =
          connection
              .prepare(git.push())
              .setRemote(request.repository())
              .setRefSpecs(new RefSpec(commit.name() + ":" + HEADS + branch))
              .call();
      for (var result : results) {
        for (RemoteRefUpdate update : result.getRemoteUpdates()) {
          return switch (update.getStatus()) {
            case OK, UP_TO_DATE -> true;
            case REJECTED_NONFASTFORWARD, REJECTED_REMOTE_CHANGED -> false;
            default -> refused(branch, update, result.getMessages());
          };
        }
      }
      throw new IllegalStateException("a push without a result");
    } catch (GitAPIException e) {
      throw failure.of(e);
    }
  }

  @Override
  public void close() {
    git.close();
  }

  private boolean refused(String branch, RemoteRefUpdate update, String messages) {
    String why = String.valueOf(update.getMessage());
    // What other pushes at the same moment look like from here.
    if (List.of("failed to update ref", "failed to lock", "fetch first", "non-fast-forward")
        .stream()
        .anyMatch(why::contains)) {
      return false;
    }
    throw new IllegalArgumentException(
        "%s: the server does not take a commit on '%s': %s %s; allow it there, name another branch or"
                .formatted(
                    request.repository(), branch, why, messages.lines().findFirst().orElse(""))
            + " use mode PullRequest");
  }

  private ObjectId tree(RevCommit parent, String path, ObjectId blob, ObjectInserter inserter)
      throws IOException {
    DirCache index = DirCache.read(git.getRepository().newObjectReader(), parent.getTree());
    DirCacheEditor editor = index.editor();
    editor.add(
        new DirCacheEditor.PathEdit(path) {
          @Override
          public void apply(DirCacheEntry entry) {
            entry.setObjectId(blob);
          }
        });
    editor.finish();
    return index.writeTree(inserter);
  }

  private static boolean isFile(FileMode mode) {
    return mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE);
  }

  private static UncheckedIOException scratch(IOException e) {
    return new UncheckedIOException("what was fetched cannot be read: " + e.getMessage(), e);
  }
}
