package dev.strait.compatibility.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.testing.integration.AbstractInteropTest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What of gRPC is run here: a change of the suite is to be noticed. */
final class SuiteTest {
  @Test
  void theSuiteHasAsManyTestsAsTheDocumentationSays() {
    assertEquals(
        35,
        Arrays.stream(AbstractInteropTest.class.getMethods())
            .filter(method -> method.isAnnotationPresent(org.junit.Test.class))
            .count());
  }

  @Test
  void noTestOfTheSuiteIsOverridden() {
    for (Class<?> suite :
        new Class<?>[] {
          UnixInteropTest.class,
          UnixAbstractInteropTest.class,
          PipeInteropTest.class,
          MemoryInteropTest.class,
          TargetInteropTest.class,
          ParkingInteropTest.class,
          ExecutorInteropTest.class
        }) {
      assertEquals(
          35,
          Arrays.stream(suite.getMethods())
              .filter(method -> method.getDeclaringClass() == AbstractInteropTest.class)
              .filter(method -> method.isAnnotationPresent(org.junit.Test.class))
              .count(),
          suite::getSimpleName);
    }
  }
}
