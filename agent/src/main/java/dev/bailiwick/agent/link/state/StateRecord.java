package dev.bailiwick.agent.link.state;

import dev.bailiwick.protocol.MalformedMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The format of the file of the desired state: a mark with the format's version, then records of length (4 bytes), digest and
 * content. A digest is SHA-256 of the previous digest and the content, so a record is valid only at its own place.
 */
final class StateRecord {

    private static final byte[] MARK = "bwstate2".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final int HEAD_BYTES = Integer.BYTES + DIGEST_BYTES;

    private StateRecord() {}

    /** The records so far, represented by the last digest. */
    static final class Chain {

        private byte[] last;

        private Chain(byte[] last) {
            this.last = last;
        }

        static Chain begin() {
            return new Chain(MARK);
        }

        Chain copy() {
            return new Chain(last);
        }

        /** Returns the mark and the first record. */
        byte[] firstRecord(byte[] content) {
            ByteBuffer record = record(content);
            return ByteBuffer.allocate(MARK.length + record.remaining())
                    .put(MARK)
                    .put(record)
                    .array();
        }

        /** Returns the next record, which must be written after the previous one. */
        ByteBuffer record(byte[] content) {
            last = digest(content);
            return ByteBuffer.allocate(HEAD_BYTES + content.length)
                    .putInt(content.length)
                    .put(last)
                    .put(content)
                    .flip();
        }

        /** @throws MalformedMessage if the mark or the record is invalid or incomplete */
        byte[] readFirst(ByteBuffer bytes) {
            byte[] mark = new byte[Math.min(MARK.length, bytes.remaining())];
            bytes.get(mark);
            if (!Arrays.equals(mark, MARK)) {
                throw new MalformedMessage("it has a format that this agent does not know", null);
            }
            return readNext(bytes)
                    .orElseThrow(() -> new MalformedMessage("it is cut short, or its checksum does not match", null));
        }

        /** Reads the next record; if it is invalid or incomplete, returns empty and leaves the position of {@code bytes}. */
        Optional<byte[]> readNext(ByteBuffer bytes) {
            int start = bytes.position();
            if (bytes.remaining() >= HEAD_BYTES) {
                int length = bytes.getInt();
                byte[] digest = new byte[DIGEST_BYTES];
                bytes.get(digest);
                if (length >= 0 && length <= bytes.remaining()) {
                    byte[] content = new byte[length];
                    bytes.get(content);
                    if (Arrays.equals(digest, digest(content))) {
                        last = digest;
                        return Optional.of(content);
                    }
                }
            }
            bytes.position(start);
            return Optional.empty();
        }

        private byte[] digest(byte[] content) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(last);
                return digest.digest(content);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("This Java has no SHA-256", e);
            }
        }
    }
}
