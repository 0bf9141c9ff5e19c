package dev.modelcompression.passes;

import java.util.List;

/**
 * What a pass did.
 *
 * @param pass its {@link GraphPass#id()}
 * @param changes number of edits in the pass's own unit, for example nodes folded; 0 means that the
 *     model is as before
 * @param notes what a reader of the report should know, each a sentence without a final period
 */
public record PassResult(String pass, int changes, List<String> notes) {
  public PassResult {
    notes = List.copyOf(notes);
  }

  public PassResult(String pass, int changes) {
    this(pass, changes, List.of());
  }
}
