package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.compatibility.proto.ParrotGrpc;
import io.grpc.ManagedChannel;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.channelz.v1.GetTopChannelsRequest;
import io.grpc.protobuf.services.ChannelzService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Channelz can be served and asked, but it knows only what gRPC's own implementation registers
 * there: Strait's channels and servers are not in it.
 */
final class ChannelzTest extends OnEachWire {
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    channel =
        channelTo(
            serve(b -> b.addService(new Parrot()).addService(ChannelzService.newInstance(100))));
    ParrotGrpc.newBlockingStub(channel).say(Parrot.word("hello"));
  }

  private ChannelzGrpc.ChannelzBlockingStub channelz() {
    return ChannelzGrpc.newBlockingStub(channel);
  }

  @Test
  void itListsOnlyChannelsOfGrpcsOwn() {
    var request = GetTopChannelsRequest.getDefaultInstance();
    long listed =
        channelz().getTopChannels(request).getChannelList().stream()
            .filter(c -> c.getData().getTarget().contains(target()))
            .count();

    assertEquals(wire.isStrait() ? 0 : 1, listed);
  }

  private String target() {
    return wire.isStrait() ? "strait" : channel.authority();
  }

  @Test
  void itListsOnlyServersOfGrpcsOwn() {
    var request = GetServersRequest.getDefaultInstance();

    assertEquals(wire.isStrait() ? 0 : 1, channelz().getServers(request).getServerCount());
  }
}
