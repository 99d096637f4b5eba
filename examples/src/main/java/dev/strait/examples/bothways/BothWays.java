package dev.strait.examples.bothways;

import dev.strait.examples.ExampleAddress;
import dev.strait.examples.proto.EditorGrpc;
import dev.strait.examples.proto.PluginGrpc;
import dev.strait.examples.proto.PluginInfo;
import dev.strait.examples.proto.Remarks;
import dev.strait.examples.proto.Saved;
import dev.strait.examples.proto.Text;
import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.rpc.OneWay;
import dev.strait.transport.IpcAddress;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/**
 * Calls in both directions on one connection: a plug-in calls its editor, and hosts a service that
 * the editor calls. And a one-way call, which waits for no answer.
 *
 * <p>Argument: the address; by default a socket in a new temporary directory.
 */
public final class BothWays {
  private BothWays() {}

  /** Prints what came of each call. */
  public static void main(String[] args) throws IOException, InterruptedException {
    IpcAddress address = ExampleAddress.of(args);
    Editor editor = new Editor();
    Server server = IpcServerBuilder.forAddress(address).addService(editor).build().start();
    ManagedChannel channel =
        IpcChannelBuilder.forAddress(address).addService(new TitleCheck()).build();
    EditorGrpc.EditorBlockingStub stub = EditorGrpc.newBlockingStub(channel);

    stub.attach(PluginInfo.newBuilder().setName("title check").build());
    Saved saved = stub.save(text("no title"));
    System.out.println("from inside a handler: " + saved.getRemarksList());
    System.out.println("from outside of one: " + remarks(editor, "# A title"));
    OneWay.blockingCall(channel, EditorGrpc.getLogMethod(), CallOptions.DEFAULT, text("a line"));
    System.out.println("one way: " + editor.nextLogLine());

    channel.shutdownNow();
    server.shutdownNow();
  }

  private static String remarks(Editor editor, String text) {
    Remarks remarks = editor.checkWithAll(text).get("title check");
    return remarks == null ? "no plug-in" : remarks.getRemarksList().toString();
  }

  private static Text text(String text) {
    return Text.newBuilder().setText(text).build();
  }

  /** The plug-in's service. */
  private static final class TitleCheck extends PluginGrpc.PluginImplBase {
    @Override
    public void check(Text request, StreamObserver<Remarks> replies) {
      Remarks.Builder remarks = Remarks.newBuilder();
      if (!request.getText().startsWith("# ")) {
        remarks.addRemarks("the first line is no title");
      }
      replies.onNext(remarks.build());
      replies.onCompleted();
    }
  }
}
