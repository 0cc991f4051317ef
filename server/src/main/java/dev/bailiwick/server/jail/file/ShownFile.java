package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.page.Moment;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * A file as a page shows it.
 *
 * @param path empty if it is too long, so that nothing can be done with the file
 * @param permissions as {@code ls} writes them
 * @param owner the id of its user in the jail; empty if the jail has none, because it is one of the host
 * @param group that of its group, likewise
 * @param target where a link leads; empty for everything else
 */
record ShownFile(
        String name,
        String path,
        String kind,
        String size,
        String permissions,
        List<Bit> bits,
        String owner,
        String group,
        Moment modified,
        String target,
        boolean mounted) {

    private static final String LETTERS = "rwxrwxrwx";
    private static final int BITS = 12;

    /**
     * A permission.
     *
     * @param value the bit, in decimal digits
     */
    record Bit(int value, boolean set) {}

    static ShownFile of(FilePath path, FileEntry entry, Instant now) {
        return of(path.text(), entry, now);
    }

    static ShownFile in(FilePath directory, FileEntry entry, Instant now) {
        return of(pathIn(directory, entry.name()), entry, now);
    }

    private static String pathIn(FilePath directory, String name) {
        try {
            return directory.child(name).text();
        } catch (InvalidValue tooLong) {
            return "";
        }
    }

    private static ShownFile of(String path, FileEntry entry, Instant now) {
        return new ShownFile(
                entry.name(),
                path,
                entry.kind().text(),
                entry.kind() == FileKind.FILE ? ByteSize.rounded(entry.size(), RoundingMode.HALF_UP) : "",
                permissions(entry.mode()),
                bits(entry.mode()),
                id(entry.owner()),
                id(entry.group()),
                Moment.of(entry.modified(), now),
                entry.target().orElse(""),
                entry.isMounted());
    }

    private static String id(OptionalInt id) {
        return id.isPresent() ? String.valueOf(id.getAsInt()) : "";
    }

    private static String permissions(int mode) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            text.append((mode >> (LETTERS.length() - 1 - i) & 1) == 1 ? LETTERS.charAt(i) : '-');
        }
        return text + " " + String.format(Locale.ROOT, "%04o", mode);
    }

    /** Returns the permissions of owner, group and others, and then setuid, setgid and sticky. */
    private static List<Bit> bits(int mode) {
        List<Bit> bits = new ArrayList<>();
        for (int i = 8; i >= 0; i--) {
            bits.add(new Bit(1 << i, (mode >> i & 1) == 1));
        }
        for (int i = BITS - 1; i >= 9; i--) {
            bits.add(new Bit(1 << i, (mode >> i & 1) == 1));
        }
        return bits;
    }

    public boolean isDirectory() {
        return kind.equals(FileKind.DIRECTORY.text());
    }

    public boolean isLink() {
        return kind.equals(FileKind.LINK.text());
    }

    public boolean isFile() {
        return kind.equals(FileKind.FILE.text());
    }
}
