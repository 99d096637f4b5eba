package dev.strait.examples.bothways;

import dev.strait.examples.proto.Attached;
import dev.strait.examples.proto.EditorGrpc;
import dev.strait.examples.proto.Logged;
import dev.strait.examples.proto.PluginGrpc;
import dev.strait.examples.proto.PluginInfo;
import dev.strait.examples.proto.Remarks;
import dev.strait.examples.proto.Saved;
import dev.strait.examples.proto.Text;
import dev.strait.rpc.PeerChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Hosts the editor's service, and calls the plug-ins that have attached. */
final class Editor extends EditorGrpc.EditorImplBase {
  private final Map<String, PeerChannel> plugins = new ConcurrentHashMap<>();
  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();

  /** Keeps the way back to the plug-in, to call it later. */
  @Override
  public void attach(PluginInfo request, StreamObserver<Attached> replies) {
    plugins.put(request.getName(), PeerChannel.current());
    replies.onNext(Attached.getDefaultInstance());
    replies.onCompleted();
  }

  /** Calls the plug-in that calls, while that waits. */
  @Override
  public void save(Text request, StreamObserver<Saved> replies) {
    Remarks remarks = PluginGrpc.newBlockingStub(PeerChannel.current()).check(request);
    replies.onNext(Saved.newBuilder().addAllRemarks(remarks.getRemarksList()).build());
    replies.onCompleted();
  }

  @Override
  public void log(Text request, StreamObserver<Logged> replies) {
    log.add(request.getText());
    replies.onNext(Logged.getDefaultInstance());
    replies.onCompleted();
  }

  /** Calls all plug-ins, outside of any handler. */
  Map<String, Remarks> checkWithAll(String text) {
    Map<String, Remarks> remarks = new TreeMap<>();
    plugins.forEach(
        (name, plugin) -> {
          if (plugin.isOpen()) {
            Text request = Text.newBuilder().setText(text).build();
            remarks.put(name, PluginGrpc.newBlockingStub(plugin).check(request));
          }
        });
    return remarks;
  }

  /** The next line of the log, which it waits for. */
  String nextLogLine() throws InterruptedException {
    return log.take();
  }
}
