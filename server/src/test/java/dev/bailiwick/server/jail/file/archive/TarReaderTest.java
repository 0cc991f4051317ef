package dev.bailiwick.server.jail.file.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.jail.file.archive.TarEntry.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of several programs, and archives that no honest program writes. */
class TarReaderTest {

    private static final String LONG = "d".repeat(120) + "/" + "é".repeat(100);

    private record Read(TarEntry entry, String content) {}

    private static List<Read> read(byte[] tar) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(tar), () -> {});
        List<Read> entries = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            byte[] content = entry.get().content().readAllBytes();
            entries.add(new Read(entry.get(), new String(content, StandardCharsets.UTF_8)));
        }
        return entries;
    }

    /** What is put into an archive. */
    @FunctionalInterface
    private interface Content {
        void put(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] archive(int longNames, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(longNames);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(longNames == TarArchiveOutputStream.LONGFILE_POSIX);
            content.put(tar);
        }
        return bytes.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, String name, byte type, String target, String text)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        entry.setSize(content.length);
        entry.setMode(06755);
        // A part of a second would be a header of its own.
        entry.setModTime(0);
        entry.setIds(33, 65_535);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @ParameterizedTest
    @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
    void readsWhatGnuAndPosixWrite(int longNames) throws IOException {
        byte[] tar = archive(longNames, out -> {
            put(out, "dir/", TarConstants.LF_DIR, "", "");
            put(out, "dir/é", TarConstants.LF_NORMAL, "", "x".repeat(513));
            put(out, LONG, TarConstants.LF_NORMAL, "", "long");
            put(out, "dir/link", TarConstants.LF_SYMLINK, LONG, "");
            put(out, "dir/again", TarConstants.LF_LINK, "dir/é", "");
        });
        List<Read> entries = read(tar);
        assertThat(entries)
                .extracting(one -> one.entry().name())
                .containsExactly("dir/", "dir/é", LONG, "dir/link", "dir/again");
        assertThat(entries)
                .extracting(one -> one.entry().kind())
                .containsExactly(Kind.DIRECTORY, Kind.FILE, Kind.FILE, Kind.SYMBOLIC_LINK, Kind.HARD_LINK);
        assertThat(entries.get(1).content()).hasSize(513);
        assertThat(entries.get(2).content()).isEqualTo("long");
        assertThat(entries.get(3).entry().target()).isEqualTo(LONG);
        assertThat(entries.get(1).entry().mode()).isEqualTo(06755);
        assertThat(entries.get(1).entry().owner()).isEqualTo(33);
        assertThat(entries.get(1).entry().group()).isEqualTo(65_535);
    }

    @Test
    void readsWhatWasNotReadOfAnEntry() throws IOException {
        byte[] tar = archive(TarArchiveOutputStream.LONGFILE_GNU, out -> {
            put(out, "a", TarConstants.LF_NORMAL, "", "x".repeat(5_000));
            put(out, "b", TarConstants.LF_NORMAL, "", "second");
        });
        TarReader reader = new TarReader(new ByteArrayInputStream(tar), () -> {});
        assertThat(reader.next().orElseThrow().content().readNBytes(7)).hasSize(7);
        assertThat(reader.next().orElseThrow().content().readAllBytes())
                .asString()
                .isEqualTo("second");
        assertThat(reader.next()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3, device", "4, device", "6, pipe", "S, sparse", "M, kind", "D, kind", "V, kind", "?, kind"})
    void refusesWhatIsNotUnpacked(char type, String why) throws IOException {
        byte[] tar =
                archive(TarArchiveOutputStream.LONGFILE_GNU, out -> put(out, "odd", TarConstants.LF_NORMAL, "", ""));
        tar[156] = (byte) type;
        assertThatThrownBy(() -> read(checked(tar)))
                .isInstanceOf(InvalidArchive.class)
                .hasMessageContaining("odd")
                .hasMessageContaining(why);
    }

    /** Returns the archive with the right sum in its first header. */
    private static byte[] checked(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        long sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, 148, 8);
        return tar;
    }

    @Test
    void refusesNumbersThatAreNone() throws IOException {
        byte[] one = archive(TarArchiveOutputStream.LONGFILE_GNU, out -> put(out, "a", TarConstants.LF_NORMAL, "", ""));
        for (byte[] size : List.of(
                new byte[] {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
                new byte[] {(byte) 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                "9".repeat(12).getBytes(StandardCharsets.US_ASCII))) {
            byte[] tar = one.clone();
            System.arraycopy(size, 0, tar, 124, 12);
            assertThatThrownBy(() -> read(checked(tar))).isInstanceOf(InvalidArchive.class);
        }
        byte[] owner = one.clone();
        System.arraycopy("0200000\0".getBytes(StandardCharsets.US_ASCII), 0, owner, 108, 8);
        assertThatThrownBy(() -> read(checked(owner))).hasMessageContaining("ids are 0 to 65,535");
    }

    private static byte[] withPax(char type, String line) throws IOException {
        byte[] tar = archive(TarArchiveOutputStream.LONGFILE_GNU, out -> {
            put(out, "header", TarConstants.LF_NORMAL, "", line);
            put(out, "file", TarConstants.LF_NORMAL, "", "content");
        });
        tar[156] = (byte) type;
        return checked(tar);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "26 GNU.sparse.major=1\n____",
                "99 path=short\n",
                "0 path=x\n",
                "-5 path=x\n",
                "path\n",
                "14 size=-1234\n",
                "13 size=1e99\n"
            })
    void refusesHeadersThatAreMalformed(String line) throws IOException {
        byte[] tar = withPax('x', line);
        assertThatThrownBy(() -> read(tar)).isInstanceOf(InvalidArchive.class);
    }

    @Test
    void refusesOneNameForAllEntries() throws IOException {
        byte[] named = withPax('g', "13 path=same\n");
        assertThatThrownBy(() -> read(named)).hasMessageContaining("all entries");
        assertThat(read(withPax('g', "19 comment=f00dcafe\n".replace("19", "20"))))
                .hasSize(1);
    }

    @Test
    void refusesAHeaderThatFillsTheMemory() throws IOException {
        byte[] tar = withPax('L', "n".repeat(65_537));
        assertThatThrownBy(() -> read(tar)).hasMessageContaining("too long");
    }

    @ParameterizedTest
    @CsvSource({"x, 20 comment=f00dcafe", "g, 20 comment=f00dcafe", "L, name", "K, target"})
    void refusesAnEndlessSequenceOfHeaders(char type, String content) throws IOException {
        byte[] header = Arrays.copyOf(withPax(type, content + "\n"), 1024);
        AtomicInteger read = new AtomicInteger();
        InputStream endless =
                new SequenceInputStream(Collections.enumeration(Stream.generate(() -> new ByteArrayInputStream(header))
                        .limit(1_000)
                        .toList()));
        assertThatThrownBy(() -> new TarReader(endless, read::incrementAndGet).next())
                .isInstanceOf(InvalidArchive.class)
                .hasMessageContaining("more than 8 headers");
        assertThat(read).hasValue(9);
    }

    @Test
    void readsWhatHasSeveralHeaders() throws IOException {
        byte[] one = withPax('x', "20 comment=f00dcafe\n");
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (int i = 0; i < 8; i++) {
            tar.write(one, 0, 1024);
        }
        tar.write(one, 1024, one.length - 1024);
        assertThat(read(tar.toByteArray())).extracting(Read::content).containsExactly("content");
    }

    @Test
    void refusesWhatEndsEarlyAtAnyByte() throws IOException {
        byte[] tar = archive(TarArchiveOutputStream.LONGFILE_POSIX, out -> {
            put(out, LONG, TarConstants.LF_NORMAL, "", "x".repeat(600));
        });
        int end = 512 * 6;
        for (int length = 0; length < end; length += 13) {
            byte[] cut = Arrays.copyOf(tar, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", cut.length).isInstanceOf(InvalidArchive.class);
        }
    }

    @Test
    void readsAnyBytesOrRefusesThem() throws IOException {
        byte[] tar = archive(TarArchiveOutputStream.LONGFILE_POSIX, out -> {
            put(out, LONG, TarConstants.LF_NORMAL, "", "content");
            put(out, "é", TarConstants.LF_SYMLINK, "../x", "");
        });
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] mutated = tar.clone();
            for (int header = 0; header + 512 <= mutated.length; header += 512) {
                mutated[header + random.nextInt(512)] = (byte) random.nextInt();
            }
            try {
                read(i % 2 == 0 ? mutated : checked(mutated));
            } catch (InvalidArchive expected) {
                assertThat(expected.detail()).startsWith("The archive cannot be unpacked");
            }
        }
    }
}
