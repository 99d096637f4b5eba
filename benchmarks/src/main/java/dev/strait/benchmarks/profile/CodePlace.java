package dev.strait.benchmarks.profile;

import java.util.List;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import org.jspecify.annotations.Nullable;

/**
 * Whose code was at work, and where: the first frame that is not the JDK's.
 *
 * @param owner Strait, gRPC, protobuf, ..., or the JDK where it reads and writes sockets
 * @param place type and method
 */
record CodePlace(String owner, String place) {
  static CodePlace of(@Nullable RecordedStackTrace trace) {
    List<RecordedFrame> frames = trace == null ? List.of() : trace.getFrames();
    boolean inChannel = false;
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      String owner = owner(type);
      if (!owner.equals("JDK")) {
        return new CodePlace(inChannel ? "JDK's channel" : owner, place(frame.getMethod()));
      }
      inChannel |= type.startsWith("sun.nio.ch.");
    }
    return new CodePlace("JDK", frames.isEmpty() ? "?" : place(frames.get(0).getMethod()));
  }

  /** The type without its package, and the method. */
  static String place(RecordedMethod method) {
    String type = method.getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
  }

  private static String owner(String type) {
    if (type.startsWith("dev.strait.benchmarks.proto.")
        || type.startsWith("com.google.protobuf.")) {
      return "protobuf";
    }
    if (type.startsWith("dev.strait.benchmarks.")) {
      return "benchmark";
    }
    if (type.startsWith("dev.strait.")) {
      return "Strait";
    }
    if (type.startsWith("io.grpc.")) {
      return "gRPC";
    }
    if (type.startsWith("io.netty.")) {
      return "Netty";
    }
    boolean ofJdk = type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
    return ofJdk ? "JDK" : "other";
  }
}
