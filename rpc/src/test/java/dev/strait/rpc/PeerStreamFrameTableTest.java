package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The same table for streams that the server of a connection opens and its client hosts. */
final class PeerStreamFrameTableTest extends StreamFrameTableTest {
  @Override
  Host host(ServerServiceDefinition service) throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    ManagedChannel channel = local.channel(b -> b.addService(service));
    return () -> {
      // A call is what makes a channel connect, also where it has not yet seen the last end.
      channel
          .newCall(Raw.BIDI, CallOptions.DEFAULT)
          .start(new ClientCall.Listener<>() {}, new Metadata());
      ScriptedPeer peer = local.closing(listening.acceptAndGreet());
      peer.next(FrameType.OPEN);
      return new Speaker(peer, 0, 1);
    };
  }

  @Override
  Caller caller() throws Exception {
    BlockingQueue<PeerChannel> clients = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      clients.add(PeerChannel.current());
                      call.close(Status.ABORTED, new Metadata());
                      return new ServerCall.Listener<>() {};
                    })));
    return new PeerCaller(clients);
  }

  /** Calls the client of its newest connection. */
  private final class PeerCaller implements Caller {
    private final BlockingQueue<PeerChannel> clients;
    private Speaker speaker;
    private PeerChannel client;

    PeerCaller(BlockingQueue<PeerChannel> clients) {
      this.clients = clients;
    }

    @Override
    public ClientCall<byte[], byte[]> start(boolean first, ClientCall.Listener<byte[]> listener)
        throws Exception {
      if (first) {
        speaker = new Speaker(local.greetedPeer(), -1, 0);
        speaker.peer.unary(speaker.nextId(), "raw/Unary");
        assertEquals(Status.Code.ABORTED.value(), speaker.peer.nextButWindow().statusCode());
        client = clients.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(client);
      }
      ClientCall<byte[], byte[]> call = client.newCall(Raw.BIDI, CallOptions.DEFAULT);
      call.start(listener, new Metadata());
      return call;
    }

    @Override
    public Speaker connection() {
      return speaker;
    }
  }
}
