package dev.modelcompression.gitops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import party.iroiro.luajava.Lua;
import party.iroiro.luajava.lua51.Lua51;

/** Runs a script as Argo CD does: Lua 5.1, the object in {@code obj}, and only two libraries. */
final class LuaScript {
  private LuaScript() {}

  /** What the script returns; numbers are doubles, and lists are maps from 1 on. */
  static @Nullable Object run(Path script, Map<String, Object> object) throws IOException {
    try (Lua lua = new Lua51()) {
      lua.openLibrary("base");
      lua.openLibrary("table");
      lua.push(object, Lua.Conversion.FULL);
      lua.setGlobal("obj");
      lua.load(Files.readString(script));
      lua.pCall(0, 1);
      return lua.toMap(-1);
    }
  }

  /** An object as it is when Lua gives it back. */
  static @Nullable Object roundTrip(Map<String, Object> object) {
    try (Lua lua = new Lua51()) {
      lua.push(object, Lua.Conversion.FULL);
      return lua.toMap(-1);
    }
  }
}
