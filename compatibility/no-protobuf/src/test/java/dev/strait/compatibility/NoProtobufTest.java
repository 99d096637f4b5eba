package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.Gson;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of every kind but protobuf's, whose classes are not even there. */
final class NoProtobufTest {
  private static final Gson GSON = new Gson();

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.google.protobuf.MessageLite",
        "com.google.protobuf.Message",
        "io.grpc.protobuf.ProtoUtils",
        "io.grpc.protobuf.lite.ProtoLiteUtils",
        "io.grpc.internal.GrpcUtil",
        "io.netty.channel.Channel",
      })
  void thisClassIsAbsent(String name) {
    assertThrows(ClassNotFoundException.class, () -> Class.forName(name));
  }

  // Bytes.

  private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final MethodDescriptor<byte[], byte[]> REVERSE =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodType.UNARY)
          .setFullMethodName("bytes/Reverse")
          .setRequestMarshaller(new BytesMarshaller())
          .setResponseMarshaller(new BytesMarshaller())
          .build();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 3_000_000})
  void bytesAreCarriedAsTheyAre(int size) throws Exception {
    byte[] request = new byte[size];
    for (int i = 0; i < size; i++) {
      request[i] = (byte) i;
    }
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("bytes")
            .addMethod(
                REVERSE,
                ServerCalls.asyncUnaryCall(
                    (bytes, replies) -> {
                      replies.onNext(reversed(bytes));
                      replies.onCompleted();
                    }))
            .build();

    try (Pair pair = new Pair(directory, service)) {
      assertArrayEquals(
          reversed(request),
          ClientCalls.blockingUnaryCall(pair.channel, REVERSE, CallOptions.DEFAULT, request));
    }
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  // JSON.

  private record JsonMarshaller<T>(Class<T> type) implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T value) {
      return new ByteArrayInputStream(GSON.toJson(value).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public T parse(InputStream stream) {
      return GSON.fromJson(new InputStreamReader(stream, StandardCharsets.UTF_8), type);
    }
  }

  private record Order(String item, int count) {}

  private record Receipt(List<Order> orders, double total) {}

  private static final MethodDescriptor<Order, Receipt> BUY = json("Buy", MethodType.UNARY);
  private static final MethodDescriptor<Order, Receipt> TALLY =
      json("Tally", MethodType.BIDI_STREAMING);

  private static MethodDescriptor<Order, Receipt> json(String name, MethodType type) {
    return MethodDescriptor.<Order, Receipt>newBuilder()
        .setType(type)
        .setFullMethodName("shop/" + name)
        .setRequestMarshaller(new JsonMarshaller<>(Order.class))
        .setResponseMarshaller(new JsonMarshaller<>(Receipt.class))
        .build();
  }

  private static Receipt receipt(Order order) {
    return new Receipt(List.of(order), 0.5 * order.count());
  }

  private static ServerServiceDefinition shop() {
    return ServerServiceDefinition.builder("shop")
        .addMethod(
            BUY,
            ServerCalls.asyncUnaryCall(
                (Order order, StreamObserver<Receipt> replies) -> {
                  replies.onNext(receipt(order));
                  replies.onCompleted();
                }))
        .addMethod(
            TALLY,
            ServerCalls.asyncBidiStreamingCall(
                (StreamObserver<Receipt> replies) ->
                    new StreamObserver<Order>() {
                      @Override
                      public void onNext(Order order) {
                        replies.onNext(receipt(order));
                      }

                      @Override
                      public void onError(Throwable t) {}

                      @Override
                      public void onCompleted() {
                        replies.onCompleted();
                      }
                    }))
        .build();
  }

  @Test
  void jsonIsCarriedInUnaryCalls() throws Exception {
    Order order = new Order("sunflower 向日葵", 4);

    try (Pair pair = new Pair(directory, shop())) {
      assertEquals(
          new Receipt(List.of(order), 2.0),
          ClientCalls.blockingUnaryCall(pair.channel, BUY, CallOptions.DEFAULT, order));
    }
  }

  @Test
  void jsonIsCarriedInStreams() throws Exception {
    List<Double> totals = new CopyOnWriteArrayList<>();
    CompletableFuture<List<Double>> all = new CompletableFuture<>();
    try (Pair pair = new Pair(directory, shop())) {
      StreamObserver<Order> orders =
          ClientCalls.asyncBidiStreamingCall(
              pair.channel.newCall(TALLY, CallOptions.DEFAULT),
              new StreamObserver<>() {
                @Override
                public void onNext(Receipt receipt) {
                  totals.add(receipt.total());
                }

                @Override
                public void onError(Throwable t) {
                  all.completeExceptionally(t);
                }

                @Override
                public void onCompleted() {
                  all.complete(totals);
                }
              });
      orders.onNext(new Order("a", 1));
      orders.onNext(new Order("b", 2));
      orders.onCompleted();

      assertEquals(List.of(0.5, 1.0), all.get(20, TimeUnit.SECONDS));
    }
  }
}
