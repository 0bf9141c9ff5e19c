package dev.modelcompression.training;

/**
 * Random changes to training images {@code [C, H, W]}, drawn anew for each sample and epoch.
 *
 * @param horizontalFlip whether to mirror every other image, left to right
 * @param shift the largest shift along each axis in pixels; the border repeats the edge
 */
public record Augmentation(boolean horizontalFlip, int shift) {
  /** Leaves images as they are. */
  public static final Augmentation NONE = new Augmentation(false, 0);

  public Augmentation {
    Setting.check("augmentation.shift", shift, 0, 64);
  }
}
