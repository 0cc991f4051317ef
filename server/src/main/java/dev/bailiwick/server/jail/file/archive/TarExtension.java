package dev.bailiwick.server.jail.file.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the headers before that of an entry say about it, by the names of POSIX; it counts before what the entry's own header says. Only what is
 * unpacked is kept.
 */
final class TarExtension {

    private static final Set<String> KEPT = Set.of("path", "linkpath", "size", "uid", "gid");

    /** Digits of the length of a line. */
    private static final int MAX_DIGITS = 6;

    private final Map<String, byte[]> values = new HashMap<>();

    Optional<byte[]> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Keeps a value, unless nothing is unpacked of what has this name. */
    void put(String key, byte[] value) {
        if (KEPT.contains(key)) {
            values.put(key, value);
        }
    }

    /**
     * Reads a header of POSIX. Each line has its own length, a space, a name, {@code =}, a value, and LF.
     *
     * @throws InvalidArchive if it is malformed, or is that of a sparse file
     */
    void read(byte[] content) {
        int at = 0;
        while (at < content.length) {
            int space = indexOf(content, ' ', at, content.length);
            long length = space < 0 || space - at > MAX_DIGITS
                    ? -1
                    : TarReader.decimal(Arrays.copyOfRange(content, at, space));
            int end = length <= 0 || at + length > content.length ? -1 : (int) (at + length);
            int equals = end < 0 ? -1 : indexOf(content, '=', space, end);
            if (equals < 0 || content[end - 1] != '\n') {
                throw new InvalidArchive("a header in it is malformed");
            }
            String key = new String(content, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            if (key.startsWith("GNU.sparse")) {
                throw new InvalidArchive("it has a sparse file, which is not unpacked");
            }
            put(key, Arrays.copyOfRange(content, equals + 1, end - 1));
            at = end;
        }
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Reads a header for all entries, as git writes it with a comment.
     *
     * @throws InvalidArchive if it says more about them
     */
    static void requireNoNames(byte[] content) {
        TarExtension global = new TarExtension();
        global.read(content);
        if (!global.values.isEmpty()) {
            throw new InvalidArchive("a header in it gives all entries the same "
                    + global.values.keySet().iterator().next());
        }
    }
}
