package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets a call's {@link CallCredentials} add their metadata before the call is sent. */
final class Credentials {
  /** The call that waits for its credentials. Called once, by any thread. */
  interface Receiver {
    void credentialsApplied(Metadata added);

    void credentialsFailed(Status reason);
  }

  private Credentials() {}

  /** Asks {@code credentials}; what they answer first goes to {@code receiver}. */
  static void apply(
      CallCredentials credentials,
      MethodDescriptor<?, ?> method,
      CallOptions options,
      String authority,
      Executor executor,
      Receiver receiver) {
    Once once = new Once(receiver);
    try {
      credentials.applyRequestMetadata(new Request(method, options, authority), executor, once);
    } catch (Throwable e) {
      once.threw(
          Status.UNAUTHENTICATED
              .withDescription("Credentials should use fail() instead of throwing exceptions")
              .withCause(e));
    }
  }

  private static final class Once extends CallCredentials.MetadataApplier {
    private final Receiver receiver;
    private final AtomicBoolean done = new AtomicBoolean();

    Once(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void apply(Metadata headers) {
      begin();
      receiver.credentialsApplied(headers);
    }

    @Override
    public void fail(Status status) {
      if (status.isOk()) {
        throw new IllegalArgumentException("Cannot fail with OK status");
      }
      begin();
      receiver.credentialsFailed(status);
    }

    /** Fails, unless it was said already what is to become of the call. */
    void threw(Status status) {
      if (done.compareAndSet(false, true)) {
        receiver.credentialsFailed(status);
      }
    }

    private void begin() {
      if (!done.compareAndSet(false, true)) {
        throw new IllegalStateException("apply() or fail() already called");
      }
    }
  }

  private static final class Request extends CallCredentials.RequestInfo {
    private final MethodDescriptor<?, ?> method;
    private final CallOptions options;
    private final String authority;

    Request(MethodDescriptor<?, ?> method, CallOptions options, String authority) {
      this.method = method;
      this.options = options;
      this.authority = authority;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      return method;
    }

    @Override
    public CallOptions getCallOptions() {
      return options;
    }

    /** Bytes do not leave the machine, and the kernel keeps others from them. */
    @Override
    public SecurityLevel getSecurityLevel() {
      return SecurityLevel.PRIVACY_AND_INTEGRITY;
    }

    @Override
    public String getAuthority() {
      return authority;
    }

    @Override
    public Attributes getTransportAttrs() {
      return Attributes.EMPTY;
    }
  }
}
