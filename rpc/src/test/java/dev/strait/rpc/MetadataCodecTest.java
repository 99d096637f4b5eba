package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MetadataCodecTest {
  private static final Metadata.Key<String> TEXT =
      Metadata.Key.of("text", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> BINARY =
      Metadata.Key.of("b-bin", Metadata.BINARY_BYTE_MARSHALLER);

  @Test
  void noEntriesAreTwoBytes() throws Exception {
    assertSame(MetadataCodec.EMPTY, MetadataCodec.encode(new Metadata(), 0));
    assertTrue(MetadataCodec.decode(ByteBuffer.wrap(MetadataCodec.EMPTY), 0).keys().isEmpty());
  }

  @Test
  void duplicatesAndBinaryValuesSurviveInOrder() throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(TEXT, "b");
    metadata.put(BINARY, new byte[] {0, -1, 0x7f});
    metadata.put(TEXT, "a");
    metadata.put(BINARY, new byte[0]);
    metadata.put(TEXT, "b");

    ByteBuffer block = ByteBuffer.wrap(MetadataCodec.encode(metadata, 8192));
    Metadata decoded = MetadataCodec.decode(block, 8192);

    assertEquals(0, block.remaining());
    List<String> texts = new ArrayList<>();
    decoded.getAll(TEXT).forEach(texts::add);
    assertEquals(List.of("b", "a", "b"), texts);
    List<byte[]> bytes = new ArrayList<>();
    decoded.getAll(BINARY).forEach(bytes::add);
    assertArrayEquals(new byte[] {0, -1, 0x7f}, bytes.get(0));
    assertArrayEquals(new byte[0], bytes.get(1));
  }

  @Test
  void theBytesAreAsSpecified() throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(TEXT, "hi");

    assertArrayEquals(
        new Data().u16(1).u16(4).ascii("text").u32(2).ascii("hi").toBytes(),
        MetadataCodec.encode(metadata, 8192));
  }

  @Test
  void whatFollowsTheBlockIsLeft() throws Exception {
    ByteBuffer in = new Data().u16(1).entry("k", new byte[] {'v'}).u8(9).toBuffer();

    MetadataCodec.decode(in, 8192);

    assertEquals(1, in.remaining());
  }

  @Test
  void theLimitCountsNameValueAndThirtyTwo() throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(TEXT, "12345");
    int size = 4 + 5 + 32;
    byte[] block = MetadataCodec.encode(metadata, size);
    assertNotNull(MetadataCodec.decode(ByteBuffer.wrap(block), size));

    StreamException out =
        assertThrows(StreamException.class, () -> MetadataCodec.encode(metadata, size - 1));
    StreamException in =
        assertThrows(
            StreamException.class, () -> MetadataCodec.decode(ByteBuffer.wrap(block), size - 1));

    for (StreamException thrown : List.of(out, in)) {
      assertEquals(CancelCode.LIMIT_EXCEEDED, thrown.code());
      assertTrue(thrown.text().contains("" + size), thrown.text());
      assertTrue(thrown.text().contains("" + (size - 1)), thrown.text());
    }
  }

  @Test
  void everyCutIsRefusedAndNothingElseHappens() throws Exception {
    byte[] block =
        new Data()
            .u16(2)
            .entry("text", new byte[] {'a', 'b'})
            .entry("b-bin", new byte[] {1})
            .toBytes();
    assertEquals(2, MetadataCodec.decode(ByteBuffer.wrap(block), 8192).keys().size());
    for (int length = 0; length < block.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(block, 0, length);
      StreamException thrown =
          assertThrows(StreamException.class, () -> MetadataCodec.decode(cut, 8192));
      assertEquals(CancelCode.PROTOCOL_ERROR, thrown.code());
    }
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (String name : new String[] {"", "has space", "-bin", ":path", "new\nline", "\u00e9"}) {
      byte[] latin = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      ByteBuffer block = new Data().u16(1).u16(latin.length).bytes(latin).u32(1).u8('v').toBuffer();
      StreamException thrown =
          assertThrows(StreamException.class, () -> MetadataCodec.decode(block, 8192), name);
      assertEquals(CancelCode.PROTOCOL_ERROR, thrown.code());
    }
  }

  @Test
  void anyBytesAreMetadataOrAStreamError() {
    Random random = new Random(99);
    byte[] valid =
        new Data()
            .u16(3)
            .entry("text", new byte[] {'a', 'b'})
            .entry("b-bin", new byte[20])
            .entry("text", new byte[0])
            .toBytes();
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes;
      if (round % 2 == 0) {
        bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
      } else {
        bytes = valid.clone();
        for (int i = 0; i < 3; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      try {
        MetadataCodec.decode(ByteBuffer.wrap(bytes), 1 + random.nextInt(200));
      } catch (StreamException expected) {
        assertNotNull(expected.text());
      }
    }
  }

  /** They are for all connections, and a peer chooses them. */
  @Test
  void namesThatPeersSendAreKeptWithinBounds() throws Exception {
    String tooLong = "n".repeat(65);
    MetadataCodec.decode(new Data().u16(1).entry(tooLong, new byte[1]).toBuffer(), 8192);
    for (int i = 0; i < 5_000; i++) {
      Data block = new Data().u16(2);
      block.entry("name" + i, new byte[1]).entry("name" + i + "-bin", new byte[1]);
      MetadataCodec.decode(block.toBuffer(), 8192);
    }

    assertFalse(MetadataCodec.keptNames().contains(tooLong));
    assertTrue(MetadataCodec.keptNames().size() <= 2 * 1024);
    assertTrue(MetadataCodec.keptNames().contains("name4999"), "the last is kept");
  }
}
