package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.server.ServerControl;
import dev.strait.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server serves: in a process of its own, or in this one for a contender that has no way to
 * another.
 *
 * @param process null if it is this one
 */
record CallHost(String address, @Nullable ServerProcess process, AutoCloseable server)
    implements AutoCloseable {
  static CallHost start(Contender contender, Demands demands) throws IOException {
    if (contender.inThisProcess()) {
      ServerControl.Served served = CallServer.open(contender, Path.of(""), demands);
      return new CallHost(served.address(), null, served.server());
    }
    List<String> args = new ArrayList<>(List.of(contender.label()));
    args.addAll(demands.encode());
    ServerProcess process = ServerProcess.start(CallServer.class, args.toArray(String[]::new));
    return new CallHost(process.address(), process, process);
  }

  @Override
  public void close() throws Exception {
    server.close();
  }
}
