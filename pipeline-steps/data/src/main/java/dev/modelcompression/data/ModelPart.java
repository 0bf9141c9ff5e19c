package dev.modelcompression.data;

/**
 * One file of a model.
 *
 * @param name of external data: its place relative to the model's folder, without {@code .} in it;
 *     of the model itself: its file name
 * @param digest {@code sha256:} and 64 hexadecimal digits of the content
 * @param bytes size of the content
 */
public record ModelPart(String name, String digest, long bytes) {}
