package dev.strait.compatibility.interop;

import dev.strait.rpc.IpcServerBuilder;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** With an executor on both sides, as gRPC's other transports have one by default. */
public final class ExecutorInteropTest extends InteropSuite {
  private static ExecutorService executor;

  public ExecutorInteropTest() {
    super("unix:");
  }

  @BeforeClass
  public static void begin() {
    executor = Executors.newCachedThreadPool();
  }

  @AfterClass
  public static void end() {
    executor.shutdownNow();
  }

  @Override
  IpcServerBuilder server() {
    return super.server().executor(executor);
  }

  @Override
  ManagedChannelBuilder<?> channel() {
    return super.channel().executor(executor);
  }
}
