@NullMarked
package dev.modelcompression.serving.grpc;

import org.jspecify.annotations.NullMarked;
