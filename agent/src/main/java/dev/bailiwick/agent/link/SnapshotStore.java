package dev.bailiwick.agent.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.StoredState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last desired state, in one file: a mark with the format's version, SHA-256 of the rest, the state. It is replaced whole,
 * so what is read is what was stored once, or nothing. Used by one thread.
 */
public final class SnapshotStore {

    private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);
    private static final byte[] MARK = "bwstate1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;

    private final Path file;

    /** @param stateDirectory where {@code desired.state} is, or is to be */
    public SnapshotStore(Path stateDirectory) {
        this.file = stateDirectory.resolve("desired.state");
    }

    /** What was found on the disk. */
    sealed interface Loaded {

        /** {@link DesiredState#NONE} where nothing was ever stored. */
        record Intact(DesiredState state) implements Loaded {}

        /** A file that is not what was written; it was moved aside, and the reason is a sentence. */
        record Damaged(String reason) implements Loaded {}
    }

    /** @throws IOException if the file is there and can not be read at all */
    Loaded load() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException nothingStoredYet) {
            return new Loaded.Intact(DesiredState.NONE);
        }
        try {
            return new Loaded.Intact(decode(bytes));
        } catch (MalformedMessage | InvalidProtocolBufferException e) {
            Path aside = file.resolveSibling("desired.state.damaged");
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            log.atWarn()
                    .addKeyValue("movedTo", aside)
                    .addKeyValue("cause", e.getMessage())
                    .log("the stored desired state is damaged; the server will be asked for it anew");
            return new Loaded.Damaged(file + " was damaged: " + e.getMessage() + "; it was moved to " + aside);
        }
    }

    /** Returns once the state would survive a power failure. */
    void store(DesiredState state) throws IOException {
        byte[] payload = Wire.toWire(state).toByteArray();
        DurableFile.write(file, MARK, sha256(payload, 0), payload);
    }

    private static DesiredState decode(byte[] bytes) throws InvalidProtocolBufferException {
        int start = MARK.length + DIGEST_BYTES;
        if (bytes.length < start) {
            throw new MalformedMessage("it is only " + bytes.length + " bytes long", null);
        }
        if (!Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)) {
            throw new MalformedMessage("it is in no format that this agent knows", null);
        }
        if (!Arrays.equals(bytes, MARK.length, start, sha256(bytes, start), 0, DIGEST_BYTES)) {
            throw new MalformedMessage("its checksum does not match", null);
        }
        return Wire.fromWire(StoredState.parser().parseFrom(bytes, start, bytes.length - start));
    }

    private static byte[] sha256(byte[] bytes, int from) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, bytes.length - from);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }
}
