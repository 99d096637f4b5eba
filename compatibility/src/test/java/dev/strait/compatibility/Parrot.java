package dev.strait.compatibility;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.stub.StreamObserver;

/** Repeats what it hears. */
class Parrot extends ParrotGrpc.ParrotImplBase {
  static Word word(String text) {
    return Word.newBuilder().setText(text).build();
  }

  @Override
  public void say(Word request, StreamObserver<Word> replies) {
    replies.onNext(request);
    replies.onCompleted();
  }

  @Override
  public void repeat(Word request, StreamObserver<Word> replies) {
    for (int i = 0; i < request.getTimes(); i++) {
      replies.onNext(word(request.getText() + i));
    }
    replies.onCompleted();
  }

  @Override
  public StreamObserver<Word> join(StreamObserver<Word> replies) {
    StringBuilder all = new StringBuilder();
    return new Ear(
        heard -> all.append(heard.getText()),
        () -> {
          replies.onNext(word(all.toString()));
          replies.onCompleted();
        });
  }

  @Override
  public StreamObserver<Word> chat(StreamObserver<Word> replies) {
    return new Ear(replies::onNext, replies::onCompleted);
  }

  private record Ear(java.util.function.Consumer<Word> heard, Runnable completed)
      implements StreamObserver<Word> {
    @Override
    public void onNext(Word word) {
      heard.accept(word);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      completed.run();
    }
  }
}
