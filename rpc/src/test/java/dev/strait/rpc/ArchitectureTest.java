package dev.strait.rpc;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import io.grpc.Internal;
import java.time.Clock;
import java.util.Date;
import java.util.Set;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.random.RandomGenerator;

/** What the three published modules may use. This module's tests are where all three are seen. */
@AnalyzeClasses(
    packages = {"dev.strait.transport", "dev.strait.framing", "dev.strait.rpc"},
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeTestJars.class
    })
final class ArchitectureTest {
  private static final String TRANSPORT = "dev.strait.transport..";
  private static final String FRAMING = "dev.strait.framing..";
  private static final String RPC = "dev.strait.rpc..";

  @ArchTest
  static final ArchRule transportKnowsNeitherFramesNorCalls =
      noClasses()
          .that()
          .resideInAPackage(TRANSPORT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FRAMING, RPC, "io.grpc..");

  @ArchTest
  static final ArchRule framingKnowsNoCalls =
      noClasses()
          .that()
          .resideInAPackage(FRAMING)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RPC, "io.grpc..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.strait.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingOfGrpcInternalIsUsed =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.grpc.internal..");

  @ArchTest
  static final ArchRule internalTypesOfGrpcAreUsedInTouchpointOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.strait.rpc.touchpoint..")
          .should(
              ArchConditions.dependOnClassesThat(
                  describe("are @Internal", c -> c.isAnnotatedWith(Internal.class))));

  @ArchTest
  static final ArchRule internalMembersOfGrpcAreUsedInTouchpointOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.strait.rpc.touchpoint..")
          .should()
          .accessTargetWhere(
              describe(
                  "the member is @Internal",
                  access -> access.getTarget().isAnnotatedWith(Internal.class)));

  @ArchTest
  static final ArchRule theClockIsReadInTickerOnly =
      outside("dev.strait.transport.Ticker")
          .accessTargetWhere(
              a(System.class, "nanoTime", "currentTimeMillis")
                  .or(a(Clock.class, "system", "systemUTC", "systemDefaultZone"))
                  .or(a(Date.class, "<init>"))
                  .or(nowOfJavaTime()));

  @ArchTest
  static final ArchRule threadsAreMadeInThreadsOnly =
      outside("dev.strait.transport.Threads")
          .accessTargetWhere(a(Thread.class, "<init>", "start", "startVirtualThread"));

  @ArchTest
  static final ArchRule nothingIsAThreadOrATimer =
      noClasses().should().beAssignableTo(Thread.class).orShould().dependOnClassesThat(timers());

  @ArchTest
  static final ArchRule executorsAreMadeInSchedulersOnly =
      outside("dev.strait.rpc.Schedulers")
          .accessTargetWhere(
              a(Executors.class)
                  .or(a(ForkJoinPool.class))
                  .or(a(ThreadPoolExecutor.class, "<init>"))
                  .or(a(CompletableFuture.class, "delayedExecutor", "orTimeout"))
                  .or(a(CompletableFuture.class, "completeOnTimeout")));

  @ArchTest
  static final ArchRule randomnessIsDrawnInRandomsOnly =
      outside("dev.strait.transport.Randoms")
          .accessTargetWhere(
              a(RandomGenerator.class, "<init>", "current", "getInstanceStrong")
                  .or(a(Math.class, "random"))
                  .or(a(UUID.class, "randomUUID")));

  @ArchTest
  static final ArchRule theOnlyLoggerIsSystemLogger =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.logging..");

  @ArchTest
  static final ArchRule nettyIsNotUsed =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.netty..");

  /** No class may, but this factory and what is nested in it. */
  private static ClassesShould outside(String factory) {
    return noClasses()
        .that(
            describe(
                "are not " + factory,
                c -> !c.getName().equals(factory) && !c.getName().startsWith(factory + "$")))
        .should();
  }

  /** One of these members (any, if none is named) of {@code owner} or of a subtype of it. */
  private static DescribedPredicate<JavaAccess<?>> a(Class<?> owner, String... members) {
    Set<String> wanted = Set.of(members);
    return describe(
        owner.getSimpleName() + "." + (wanted.isEmpty() ? "*" : wanted),
        access ->
            access.getTargetOwner().isAssignableTo(owner)
                && (wanted.isEmpty() || wanted.contains(access.getTarget().getName())));
  }

  private static DescribedPredicate<JavaAccess<?>> nowOfJavaTime() {
    return describe(
        "java.time.*.now",
        access ->
            access.getTargetOwner().getPackageName().startsWith("java.time")
                && access.getTarget().getName().equals("now"));
  }

  private static DescribedPredicate<JavaClass> timers() {
    return describe("are timers", c -> c.isAssignableTo(Timer.class));
  }

  /**
   * The classes of the reactor's {@code -tests.jar} files, which the stock option does not know.
   */
  static final class DoNotIncludeTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}
