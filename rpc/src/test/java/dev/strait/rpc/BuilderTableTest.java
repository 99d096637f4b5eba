package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/builders.md has every method of gRPC's builders, and Strait's do what it says. */
final class BuilderTableTest {
  private static final Path ROOT = Path.of("..");
  private static final IpcAddress ADDRESS = IpcAddress.of("memory:builder-table");
  private static final Set<String> WORDS = Set.of("honoured", "without meaning", "refused");

  private final Map<String, List<String>> channels = table("| `ManagedChannelBuilder` |");
  private final Map<String, List<String>> servers = table("| `ServerBuilder` |");

  @Test
  void everyMethodOfGrpcsBuildersHasARow() {
    assertEquals(signatures(ManagedChannelBuilder.class), channels.keySet());
    assertEquals(signatures(ServerBuilder.class), servers.keySet());
    Stream.of(channels, servers)
        .flatMap(table -> table.values().stream())
        .forEach(row -> assertTrue(WORDS.contains(row.get(1)), row::toString));
  }

  @Test
  void whatIsWithoutMeaningIsAccepted() throws Exception {
    for (Method method : methods(ManagedChannelBuilder.class, channels, "without meaning")) {
      IpcChannelBuilder builder = IpcChannelBuilder.forAddress(ADDRESS);
      assertSame(builder, call(method, builder), method::toString);
    }
    for (Method method : methods(ServerBuilder.class, servers, "without meaning")) {
      IpcServerBuilder builder = IpcServerBuilder.forAddress(ADDRESS);
      assertSame(builder, call(method, builder), method::toString);
    }
  }

  @Test
  void whatIsRefusedSaysWhy() {
    for (Method method : methods(ManagedChannelBuilder.class, channels, "refused")) {
      assertRefused(method, IpcChannelBuilder.forAddress(ADDRESS));
    }
    for (Method method : methods(ServerBuilder.class, servers, "refused")) {
      assertRefused(method, IpcServerBuilder.forAddress(ADDRESS));
    }
  }

  @Test
  void whatIsHonouredNamesATestThatCallsIt() throws IOException {
    for (Map<String, List<String>> table : List.of(channels, servers)) {
      for (List<String> row : table.values()) {
        assertEquals(row.get(1).equals("honoured"), !row.get(3).isEmpty(), row::toString);
        if (!row.get(3).isEmpty()) {
          assertUses(row.get(3), row.get(0).substring(0, row.get(0).indexOf('(')));
        }
      }
    }
  }

  /** A builder that merely inherits gRPC's method does not honour it: that one throws. */
  @Test
  void nothingIsLeftToWhatGrpcInherits() {
    for (String name : names(channels)) {
      assertOverridden(IpcChannelBuilder.class, ManagedChannelBuilder.class, name);
    }
    for (String name : names(servers)) {
      assertOverridden(IpcServerBuilder.class, ServerBuilder.class, name);
    }
  }

  private static Set<String> names(Map<String, List<String>> table) {
    return table.keySet().stream()
        .map(signature -> signature.substring(0, signature.indexOf('(')))
        .collect(Collectors.toSet());
  }

  private static void assertOverridden(Class<?> ours, Class<?> grpcs, String name) {
    for (Method method : grpcs.getDeclaredMethods()) {
      if (method.getName().equals(name)
          && isOfUsers(method)
          && !Modifier.isFinal(method.getModifiers())) {
        assertNotEquals(grpcs, declaring(ours, method), method::toString);
      }
    }
  }

  private static Class<?> declaring(Class<?> type, Method method) {
    for (Class<?> at = type; ; at = at.getSuperclass()) {
      try {
        return at.getDeclaredMethod(method.getName(), method.getParameterTypes())
            .getDeclaringClass();
      } catch (NoSuchMethodException e) {
        assertNotEquals(Object.class, at, method::toString);
      }
    }
  }

  private static void assertRefused(Method method, Object builder) {
    InvocationTargetException thrown =
        assertThrows(
            InvocationTargetException.class, () -> call(method, builder), method::toString);
    assertInstanceOf(UnsupportedOperationException.class, thrown.getCause());
    assertFalse(thrown.getCause().getMessage().isBlank());
  }

  private static Object call(Method method, Object builder) throws Exception {
    method.setAccessible(true);
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(BuilderTableTest::argument).toArray();
    return method.invoke(builder, arguments);
  }

  private static Object argument(Class<?> type) {
    if (type == int.class) {
      return 1;
    }
    if (type == long.class) {
      return 1L;
    }
    if (type == boolean.class) {
      return true;
    }
    return type == TimeUnit.class ? TimeUnit.SECONDS : null;
  }

  private static void assertUses(String test, String method) throws IOException {
    String[] parts = test.split("\\.");
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> found =
          files.filter(file -> file.endsWith(parts[0] + ".java")).distinct().toList();
      assertEquals(1, found.size(), () -> test + " is " + found);
      String source = Files.readString(found.get(0));
      assertTrue(parts.length == 1 || source.contains("void " + parts[1] + "("), test);
      assertTrue(source.contains("." + method + "("), () -> test + " does not call " + method);
    }
  }

  private static List<Method> methods(
      Class<?> builder, Map<String, List<String>> table, String word) {
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(BuilderTableTest::isOfUsers)
        .filter(method -> table.get(signature(method)).get(1).equals(word))
        .toList();
  }

  private static Set<String> signatures(Class<?> builder) {
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(BuilderTableTest::isOfUsers)
        .map(BuilderTableTest::signature)
        .collect(Collectors.toCollection(java.util.TreeSet::new));
  }

  private static boolean isOfUsers(Method method) {
    int modifiers = method.getModifiers();
    return (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))
        && !Modifier.isStatic(modifiers)
        && !method.isSynthetic();
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", method.getName() + "(", ")"));
  }

  private static Map<String, List<String>> table(String header) {
    Map<String, List<String>> rows = new TreeMap<>();
    for (List<String> row :
        DocTable.startingWith(ROOT.resolve("docs/builders.md"), header).rows()) {
      rows.put(row.get(0), row);
    }
    return rows;
  }
}
