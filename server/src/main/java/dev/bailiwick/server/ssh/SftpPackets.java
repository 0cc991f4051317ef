package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** The packets of SFTP, version 3 (draft-ietf-secsh-filexfer-02). */
final class SftpPackets {

    /** What OpenSSH accepts. */
    private static final int MAX_BYTES = 256 * 1024;

    private static final int SIZE = 1;
    private static final int OWNERS = 2;
    private static final int PERMISSIONS = 4;
    private static final int TIMES = 8;
    private static final int EXTENDED = 0x80000000;
    /** The user and group of files whose owners the jail does not have, as Linux shows them. */
    private static final int NOBODY = 65_534;

    private static final int BITS = 07777;
    private static final long MAX_SECONDS = 0xffff_ffffL;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private SftpPackets() {}

    /**
     * Reads a packet.
     *
     * @return empty at the end
     * @throws IOException if it is too long, or breaks off
     */
    static Optional<Buffer> read(InputStream from) throws IOException {
        byte[] head = from.readNBytes(Integer.BYTES);
        if (head.length == 0) {
            return Optional.empty();
        }
        int length = head.length < Integer.BYTES ? 0 : ByteBuffer.wrap(head).getInt();
        if (length < 1 || length > MAX_BYTES) {
            throw new IOException("a packet has " + length + " bytes");
        }
        byte[] body = from.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("a packet breaks off");
        }
        return Optional.of(new ByteArrayBuffer(body));
    }

    /** Returns a packet with its length in front. */
    static ByteBuffer framed(Buffer packet) {
        int length = packet.available();
        return ByteBuffer.allocate(Integer.BYTES + length)
                .putInt(length)
                .put(packet.array(), packet.rpos(), length)
                .flip();
    }

    /**
     * The attributes that a client sets.
     *
     * @param hasOthers whether there are others, which cannot be set
     */
    record Wanted(OptionalLong size, OptionalInt mode, Optional<Owners> owners, boolean hasOthers) {}

    record Owners(int user, int group) {}

    static Wanted wanted(Buffer from) {
        int flags = from.getInt();
        OptionalLong size = (flags & SIZE) == 0 ? OptionalLong.empty() : OptionalLong.of(from.getLong());
        Optional<Owners> owners = Optional.empty();
        if ((flags & OWNERS) != 0) {
            owners = Optional.of(new Owners(from.getInt(), from.getInt()));
        }
        OptionalInt mode = OptionalInt.empty();
        if ((flags & PERMISSIONS) != 0) {
            mode = OptionalInt.of(from.getInt() & BITS);
        }
        return new Wanted(size, mode, owners, (flags & (TIMES | EXTENDED)) != 0);
    }

    static void putAttributes(Buffer to, FileEntry file) {
        to.putUInt(SIZE | OWNERS | PERMISSIONS | TIMES);
        to.putLong(file.size());
        to.putUInt(file.owner().orElse(NOBODY));
        to.putUInt(file.group().orElse(NOBODY));
        to.putUInt(kind(file.kind()) | file.mode());
        long modified = Math.clamp(file.modified().getEpochSecond(), 0, MAX_SECONDS);
        to.putUInt(modified);
        to.putUInt(modified);
    }

    /** Puts a file as an entry of a directory: its name, a line as of ls, and its attributes. */
    static void putEntry(Buffer to, FileEntry file) {
        byte[] name = FileName.bytes(file.name());
        to.putBytes(name);
        to.putBytes((line(file) + " " + file.name()).getBytes(StandardCharsets.UTF_8));
        putAttributes(to, file);
    }

    private static String line(FileEntry file) {
        return "%s%s 1 %-8d %-8d %8d %s"
                .formatted(
                        letter(file.kind()),
                        permissions(file.mode()),
                        file.owner().orElse(NOBODY),
                        file.group().orElse(NOBODY),
                        file.size(),
                        TIME.format(file.modified()));
    }

    private static String permissions(int mode) {
        StringBuilder text = new StringBuilder(9);
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
        }
        return text.toString();
    }

    private static char letter(FileKind kind) {
        return switch (kind) {
            case FILE -> '-';
            case DIRECTORY -> 'd';
            case LINK -> 'l';
            case FIFO -> 'p';
            case SOCKET -> 's';
            case DEVICE -> 'c';
        };
    }

    /** Returns the bits of st_mode for a kind, see inode(7). */
    private static int kind(FileKind kind) {
        return switch (kind) {
            case FILE -> 0100000;
            case DIRECTORY -> 0040000;
            case LINK -> 0120000;
            case FIFO -> 0010000;
            case SOCKET -> 0140000;
            case DEVICE -> 0020000;
        };
    }
}
