package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.InternalServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ExtensionRequest;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.grpc.util.MutableHandlerRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reflection services of grpc-services, which ask the server that they run on. */
final class ReflectionTest extends OnEachWire {
  private static final String PARROT = "strait.compatibility.Parrot";
  private static final String WORD = "strait.compatibility.Word";

  private final MutableHandlerRegistry registry = new MutableHandlerRegistry();
  private final AtomicReference<Server> serverInContext = new AtomicReference<>();
  private Server server;
  private Channel channel;

  @BeforeEach
  @SuppressWarnings("deprecation") // v1alpha is what many tools still ask for.
  void serve() throws Exception {
    server =
        serve(
            b ->
                b.addService(new Parrot())
                    .addService(ProtoReflectionServiceV1.newInstance())
                    .addService(io.grpc.protobuf.services.ProtoReflectionService.newInstance())
                    .fallbackHandlerRegistry(registry)
                    .intercept(
                        new OnCall(
                            () -> serverInContext.set(InternalServer.SERVER_CONTEXT_KEY.get()))));
    channel = channelTo(server);
  }

  private ServerReflectionResponse ask(ServerReflectionRequest.Builder request) throws Exception {
    Replies<ServerReflectionResponse> replies = new Replies<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(replies);
    requests.onNext(request.build());
    requests.onCompleted();
    ServerReflectionResponse answer = replies.next();
    replies.assertCompleted();
    return answer;
  }

  private static ServerReflectionRequest.Builder request() {
    return ServerReflectionRequest.newBuilder();
  }

  private Set<String> services() throws Exception {
    Set<String> names = new HashSet<>();
    for (ServiceResponse service :
        ask(request().setListServices("")).getListServicesResponse().getServiceList()) {
      names.add(service.getName());
    }
    return names;
  }

  private static FileDescriptorProto parrotProto(List<ByteString> files)
      throws InvalidProtocolBufferException {
    assertEquals(1, files.size());
    return FileDescriptorProto.parseFrom(files.get(0));
  }

  private static void assertParrot(ServerReflectionResponse answer) throws Exception {
    assertEquals(
        "Parrot",
        parrotProto(answer.getFileDescriptorResponse().getFileDescriptorProtoList())
            .getService(0)
            .getName());
  }

  @Test
  void theServerIsInTheContextOfItsCalls() throws Exception {
    services();

    assertEquals(server.getServices(), serverInContext.get().getServices());
  }

  @Test
  void itListsTheServices() throws Exception {
    assertEquals(
        Set.of(
            PARROT,
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection"),
        services());
  }

  @Test
  void itListsServicesThatCameWhileServing() throws Exception {
    registry.addService(new io.grpc.protobuf.services.HealthStatusManager().getHealthService());

    assertTrue(services().contains("grpc.health.v1.Health"));
  }

  @Test
  void itFindsTheFileOfASymbol() throws Exception {
    assertParrot(ask(request().setFileContainingSymbol(PARROT)));
    assertParrot(ask(request().setFileContainingSymbol(PARROT + ".Say")));
    assertParrot(ask(request().setFileContainingSymbol(WORD)));
  }

  @Test
  void itFindsAFileByItsName() throws Exception {
    assertParrot(ask(request().setFileByFilename("strait/compatibility/parrot.proto")));
  }

  @Test
  void itFindsTheFileOfAnExtension() throws Exception {
    assertParrot(
        ask(
            request()
                .setFileContainingExtension(
                    ExtensionRequest.newBuilder()
                        .setContainingType(WORD)
                        .setExtensionNumber(100))));
    assertEquals(
        List.of(100),
        ask(request().setAllExtensionNumbersOfType(WORD))
            .getAllExtensionNumbersResponse()
            .getExtensionNumberList());
  }

  @Test
  void whatItDoesNotKnowIsNotFound() throws Exception {
    assertEquals(
        Status.Code.NOT_FOUND.value(),
        ask(request().setFileContainingSymbol("no.such.Symbol")).getErrorResponse().getErrorCode());
  }

  @Test
  void theAlphaVersionAnswersTheSame() throws Exception {
    Replies<io.grpc.reflection.v1alpha.ServerReflectionResponse> replies = new Replies<>();
    var requests =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(replies);

    requests.onNext(alphaRequest().setListServices("").build());
    assertEquals(3, replies.next().getListServicesResponse().getServiceCount());
    requests.onNext(alphaRequest().setFileContainingSymbol(PARROT).build());
    var bySymbol = replies.next().getFileDescriptorResponse().getFileDescriptorProtoList();
    assertEquals("Parrot", parrotProto(bySymbol).getService(0).getName());
    requests.onNext(
        alphaRequest()
            .setFileContainingExtension(
                io.grpc.reflection.v1alpha.ExtensionRequest.newBuilder()
                    .setContainingType(WORD)
                    .setExtensionNumber(100))
            .build());
    var byExtension = replies.next().getFileDescriptorResponse().getFileDescriptorProtoList();
    assertEquals("accent", parrotProto(byExtension).getExtension(0).getName());
    requests.onCompleted();
    replies.assertCompleted();
  }

  private static io.grpc.reflection.v1alpha.ServerReflectionRequest.Builder alphaRequest() {
    return io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder();
  }
}
