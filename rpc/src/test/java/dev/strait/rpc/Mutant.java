package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Strait with one change in its source: compiled to a directory that goes before everything else on
 * the class path of a process, and that is deleted with the test. The sources themselves stay.
 *
 * @param source of the file, from the directory of the module that holds it
 * @param now what stands there, exactly once
 * @param then what is put in its place
 */
record Mutant(String source, String now, String then) {
  /** A class of a module. */
  static Mutant of(String module, String className, String now, String then) {
    return new Mutant(
        module + "/src/main/java/" + className.replace('.', '/') + ".java", now, then);
  }

  /** Compiles it to {@code directory}; the class path to run it with. */
  String compileTo(Path directory) throws IOException {
    Path original = Path.of("..").resolve(source);
    String text = Files.readString(original);
    assertEquals(
        2, text.split(java.util.regex.Pattern.quote(now), -1).length, source + " has one " + now);
    Path changed = directory.resolve("source").resolve(original.getFileName());
    Path classes = directory.resolve("classes");
    Files.createDirectories(changed.getParent());
    Files.createDirectories(classes);
    Files.writeString(changed, text.replace(now, then));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath = System.getProperty("java.class.path");
    StringWriter messages = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", classes.toString()),
                  null,
                  files.getJavaFileObjects(changed))
              .call();
      assertTrue(compiled, messages::toString);
    }
    try (Stream<Path> made = Files.walk(classes)) {
      assertTrue(made.anyMatch(file -> file.toString().endsWith(".class")), "nothing was compiled");
    }
    return classes + File.pathSeparator + classPath;
  }
}
