package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever loads Strait by a class loader of its own, as plug-ins and web applications do, gets rid
 * of it again once channel and server have ended.
 */
final class ClassLoaderTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "{0}, gRPC in the {1} loader")
  @CsvSource({
    "unix:, same", "memory:, same", "pipe:, same",
    "unix:, parent", "memory:, parent", "pipe:, parent",
    "unix-abstract:, parent",
  })
  void aLoaderOfStraitIsCollectedOnceAllHasEnded(String scheme, String grpc) throws Exception {
    String address =
        scheme.equals("memory:") || scheme.equals("unix-abstract:")
            ? scheme + "loader-" + ProcessHandle.current().pid()
            : scheme + directory.resolve("s");
    // Native code stays with the loader that loaded it first.
    Predicate<String> ofParent =
        grpc.equals("same")
            ? isNative()
            : isNative().or(path -> path.contains("io/grpc") || path.contains("com/google"));

    WeakReference<ClassLoader> loader = runAndForget(address, ofParent);

    for (long start = System.nanoTime(); loader.get() != null; ) {
      assertTrue(
          System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
          "the loader is held by someone");
      System.gc();
      // A hint that allocates is as good as a collection.
      byte[][] garbage = new byte[64][64 << 10];
      assertEquals(64, garbage.length);
    }
  }

  private static Predicate<String> isNative() {
    return path -> path.contains("jna") || path.contains("junixsocket");
  }

  private static WeakReference<ClassLoader> runAndForget(String address, Predicate<String> ofParent)
      throws Exception {
    try (URLClassLoader parent =
            new URLClassLoader(urls(ofParent), ClassLoader.getPlatformClassLoader());
        URLClassLoader loader = new URLClassLoader(urls(ofParent.negate()), parent)) {
      if (address.startsWith("pipe:") && Runtime.version().feature() < 24) {
        // Before Java 24 a thread keeps the access control context of who made it, and JNA makes
        // one for good. So where loaders come and go, theirs has to begin with JNA.
        parent.loadClass("com.sun.jna.NativeLibrary").getMethod("getProcess").invoke(null);
      }
      Class<?> program = loader.loadClass(ClassLoaderProgram.class.getName());
      assertNotSame(ClassLoaderProgram.class, program);
      @SuppressWarnings("unchecked")
      Callable<String> call =
          (Callable<String>) program.getConstructor(String.class).newInstance(address);
      FutureTask<String> run = new FutureTask<>(call);
      Thread thread = new Thread(run, "user of " + address);
      thread.setContextClassLoader(loader);
      thread.start();
      assertEquals("a b", run.get(20, TimeUnit.SECONDS));
      thread.join();
      return new WeakReference<>(loader);
    }
  }

  private static URL[] urls(Predicate<String> filter) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (filter.test(entry)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }
}
