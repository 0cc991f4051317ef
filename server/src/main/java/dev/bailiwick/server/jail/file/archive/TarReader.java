package dev.bailiwick.server.jail.file.archive;

import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.server.jail.file.archive.TarEntry.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a tar as POSIX (ustar and pax) and GNU write them, entry by entry. Names are bytes: libraries decode them, in different ways for
 * different headers. It refuses what is not unpacked, and holds no more than {@link #MAX_EXTENSIONS} headers of {@link #MAX_HEADER} bytes.
 */
public final class TarReader {

    private static final int BLOCK = 512;
    private static final int MAX_HEADER = 64 << 10;
    /** Programs write up to four before an entry: for all, for it, and for a long name and target. */
    private static final int MAX_EXTENSIONS = 8;

    private static final int MAX_ID = 65_535;
    private static final long MAX_SIZE = 1L << 60;

    private final InputStream in;
    private final Runnable beforeHeader;
    /** What is left of the content of the last entry, and its padding. */
    private long left;

    private long padding;

    /** @param beforeHeader is run before each header is read, also those that are part of an entry; what it throws ends the reading */
    public TarReader(InputStream in, Runnable beforeHeader) {
        this.in = in;
        this.beforeHeader = beforeHeader;
    }

    /**
     * Returns the next entry; empty at the end of the archive.
     *
     * @throws InvalidArchive if it is damaged, ends early, or has something else than files, directories and links
     * @throws IOException if it cannot be read
     */
    public Optional<TarEntry> next() throws IOException {
        skipRest();
        TarExtension extension = new TarExtension();
        for (int headers = 0; headers <= MAX_EXTENSIONS; headers++) {
            beforeHeader.run();
            byte[] header = block();
            if (isZero(header)) {
                return Optional.empty();
            }
            requireChecksum(header);
            long size = extension.get("size").map(TarReader::decimal).orElseGet(() -> number(header, 124, 12));
            if (size < 0 || size > MAX_SIZE) {
                throw new InvalidArchive("an entry has a size that no file has");
            }
            char type = (char) header[156];
            switch (type) {
                case 'x' -> extension.read(small(size));
                case 'g' -> TarExtension.requireNoNames(small(size));
                case 'L' -> extension.put("path", text(small(size)));
                case 'K' -> extension.put("linkpath", text(small(size)));
                default -> {
                    return Optional.of(entry(header, type, size, extension));
                }
            }
        }
        throw new InvalidArchive("it has more than " + MAX_EXTENSIONS + " headers before one entry");
    }

    private void skipRest() throws IOException {
        try {
            in.skipNBytes(left + padding);
        } catch (EOFException e) {
            throw early();
        }
        left = 0;
        padding = 0;
    }

    private static InvalidArchive early() {
        return new InvalidArchive("it ends early");
    }

    private byte[] block() throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw early();
        }
        return block;
    }

    private static boolean isZero(byte[] block) {
        for (byte one : block) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static void requireChecksum(byte[] header) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(header, 148, 8)) {
            throw new InvalidArchive("it is no tar, or damaged; a compressed one has to be decompressed first");
        }
    }

    /** Reads a number in octal digits, or in the binary form of GNU for larger ones. */
    private static long number(byte[] header, int at, int length) {
        if ((header[at] & 0x80) != 0) {
            byte[] bytes = Arrays.copyOfRange(header, at, at + length);
            bytes[0] = (byte) ((bytes[0] & 0x40) == 0 ? bytes[0] & 0x7f : bytes[0]);
            BigInteger value = new BigInteger(bytes);
            if (value.bitLength() > 63) {
                throw new InvalidArchive("a number in it is too large");
            }
            return value.longValue();
        }
        String digits = new String(header, at, length, StandardCharsets.ISO_8859_1)
                .replaceFirst("\0.*", "")
                .strip();
        if (!digits.matches("[0-7]{0,21}")) {
            throw new InvalidArchive("a number in it is none");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    /** Reads a number in decimal digits. */
    static long decimal(byte[] value) {
        String digits = new String(value, StandardCharsets.ISO_8859_1);
        if (!digits.matches("[0-9]{1,18}")) {
            throw new InvalidArchive("a number in it is none");
        }
        return Long.parseLong(digits);
    }

    /** Reads the content of a header. */
    private byte[] small(long size) throws IOException {
        if (size > MAX_HEADER) {
            throw new InvalidArchive("a name or a header in it is too long");
        }
        byte[] content = in.readNBytes((int) size);
        padding = paddingOf(size);
        if (content.length < size) {
            throw early();
        }
        skipRest();
        return content;
    }

    private static long paddingOf(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    /** Returns the bytes before the first NUL. */
    private static byte[] text(byte[] padded) {
        int length = 0;
        while (length < padded.length && padded[length] != 0) {
            length++;
        }
        return Arrays.copyOf(padded, length);
    }

    private TarEntry entry(byte[] header, char type, long size, TarExtension extension) {
        byte[] name = extension.get("path").orElseGet(() -> ownName(header));
        String shown = named(name);
        Kind kind = kind(type, name, shown);
        boolean hasContent = kind == Kind.FILE;
        // The size of others has no meaning: some programs write that of a file's first name, or the space for a
        // directory.
        left = hasContent ? size : 0;
        padding = paddingOf(left);
        byte[] target = extension.get("linkpath").orElseGet(() -> text(Arrays.copyOfRange(header, 157, 257)));
        boolean isLink = kind == Kind.SYMBOLIC_LINK || kind == Kind.HARD_LINK;
        return new TarEntry(
                shown,
                kind,
                (int) (number(header, 100, 8) & 07777),
                id(shown, extension.get("uid").map(TarReader::decimal).orElseGet(() -> number(header, 108, 8))),
                id(shown, extension.get("gid").map(TarReader::decimal).orElseGet(() -> number(header, 116, 8))),
                isLink ? named(target) : "",
                left,
                hasContent ? new Content() : InputStream.nullInputStream());
    }

    private static String named(byte[] name) {
        for (byte one : name) {
            if (one == 0) {
                throw new InvalidArchive("a name in it contains a NUL");
            }
        }
        return FileName.text(name);
    }

    private static byte[] ownName(byte[] header) {
        byte[] name = text(Arrays.copyOf(header, 100));
        boolean isPosix = new String(header, 257, 6, StandardCharsets.ISO_8859_1).equals("ustar\0");
        byte[] prefix = isPosix ? text(Arrays.copyOfRange(header, 345, 500)) : new byte[0];
        if (prefix.length == 0) {
            return name;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        return whole;
    }

    private static Kind kind(char type, byte[] name, String shown) {
        return switch (type) {
            // Before POSIX, a slash at the end was a directory.
            case '0', '\0', '7' -> name.length > 0 && name[name.length - 1] == '/' ? Kind.DIRECTORY : Kind.FILE;
            case '5' -> Kind.DIRECTORY;
            case '2' -> Kind.SYMBOLIC_LINK;
            case '1' -> Kind.HARD_LINK;
            case '3', '4' -> throw new InvalidArchive(shown + " is a device, which is not unpacked");
            case '6' -> throw new InvalidArchive(shown + " is a pipe, which is not unpacked");
            case 'S' -> throw new InvalidArchive(shown + " is a sparse file, which is not unpacked");
            default -> throw new InvalidArchive(shown + " is of a kind that is not unpacked");
        };
    }

    private static int id(String shown, long id) {
        if (id < 0 || id > MAX_ID) {
            throw new InvalidArchive(shown + " has an owner that no jail has: ids are 0 to 65,535");
        }
        return (int) id;
    }

    /** The content of the entry at which the reader is. */
    private final class Content extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int count = in.read(into, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw early();
            }
            left -= count;
            return count;
        }
    }
}
