package dev.strait.transport.contract;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The other process of a test. Says on standard output what happened, and lives until it is killed.
 */
final class ContractChild {
  static final byte[] MESSAGE = {1, 2, 3};

  private ContractChild() {}

  public static void main(String[] arguments) throws Exception {
    TransportOptions options = TransportOptions.DEFAULTS.withProvider(provider(arguments[1]));
    IpcAddress address = address(arguments[2]);
    try {
      if (arguments[0].equals("serve")) {
        serve(address, options);
      } else {
        connect(address, options);
      }
    } catch (IOException e) {
      System.out.println("FAILED " + e.getClass().getSimpleName());
      return;
    }
    while (true) {
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static void serve(IpcAddress address, TransportOptions options) throws IOException {
    Queue<Transport> accepted = new ConcurrentLinkedQueue<>();
    Acceptor acceptor = Transports.acceptor(address, options);
    acceptor.start(
        transport -> {
          accepted.add(transport);
          new Thread(() -> admit(transport)).start();
        });
    System.out.println("READY");
  }

  private static void admit(Transport transport) {
    try {
      transport.connect(Pair.TIMEOUT);
    } catch (IOException e) {
      System.err.println(e);
    }
  }

  private static void connect(IpcAddress address, TransportOptions options) throws IOException {
    Transport transport = Transports.connecting(address, options);
    transport.connect(Pair.TIMEOUT);
    transport.write(ByteBuffer.wrap(MESSAGE));
    transport.flush();
  }

  private static TransportProvider provider(String className) throws ReflectiveOperationException {
    return className.equals(TransportProvider.builtIn().getClass().getName())
        ? TransportProvider.builtIn()
        : (TransportProvider) Class.forName(className).getConstructor().newInstance();
  }

  private static IpcAddress address(String text) {
    try {
      return IpcAddress.of(text);
    } catch (IllegalArgumentException e) {
      int colon = text.indexOf(':');
      return IpcAddress.custom(text.substring(0, colon), text.substring(colon + 1));
    }
  }
}
