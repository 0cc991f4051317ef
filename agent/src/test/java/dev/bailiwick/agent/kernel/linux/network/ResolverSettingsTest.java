package dev.bailiwick.agent.kernel.linux.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This class parses files as the C library of this machine does, with everything that administrators and programs write. */
@NeedsRoot
class ResolverSettingsTest {

    private static final long SEED = Long.getLong("bailiwick.seed", 16);
    private static final int FILES = 500;

    private static final List<String> KEYWORDS = List.of(
            "nameserver", "nameserver", "nameserver", "search", "domain", "options", "Nameserver", "#", ";", "x");
    private static final List<String> BLANKS = List.of(" ", "\t", " \t ", "  ", "", "\r", "\0");
    private static final List<String> VALUES = List.of(
            "192.0.2.1",
            "192.0.2.53",
            "2001:db8::53",
            "2001:DB8:0:0::7",
            "fe80::1%lo",
            "fe80::1",
            "127.0.0.53",
            "::1",
            "0.0.0.0",
            "9",
            "9.9",
            "10.0x10.010",
            "256.1.1.1",
            "1.2.3.4.5",
            "example.org",
            "one.example two.example",
            "ndots:2",
            "caf\u00e9.example",
            "");

    @TempDir
    Path directory;

    /** A container engine makes a directory of a file that it is to mount and cannot find. */
    @Test
    void passesOverWhatIsNoFile() throws Exception {
        Path none = Files.createDirectory(directory.resolve("resolv.conf"));
        Path real = Files.writeString(directory.resolve("real.conf"), "nameserver 192.0.2.53\n");

        assertThat(ResolverFiles.read(List.of(directory.resolve("missing"), none, real))
                        .servers())
                .containsExactly(IpAddress.parse("192.0.2.53"));
        assertThat(ResolverFiles.read(List.of(none)).servers()).isEmpty();
    }

    @Test
    void readsTabsManyOptionsAndAnyByte() {
        ResolverSettings settings = ResolverSettings.parse("""
                # Stra\u00dfe
                nameserver\t192.0.2.1
                 nameserver 192.0.2.2
                nameserver fe80::1%eth0
                nameserver 127.0.0.53
                nameserver 2001:db8::53 trailing
                search first.example
                domain second.example
                search\tthird.example  fourth.example
                options ndots:2
                options\tedns0 timeout:3
                """);
        assertThat(settings.servers()).extracting(IpAddress::toString).containsExactly("192.0.2.1", "2001:db8::53");
        assertThat(settings.search()).containsExactly("third.example", "fourth.example");
        assertThat(settings.options()).containsExactly("ndots:2", "edns0", "timeout:3");
    }

    @Test
    void readsWhatTheLibraryReads() throws Exception {
        System.out.println("bailiwick.seed=" + SEED);
        Random random = new Random(SEED);
        List<String> contents = new ArrayList<>(List.of("")); // the library's defaults without any settings
        for (int i = 0; i < FILES; i++) {
            contents.add(content(random));
        }
        List<String> read = byLibrary(contents);
        String noSearch = read.get(1);
        for (int i = 1; i < contents.size(); i++) {
            ResolverSettings settings = ResolverSettings.parse(contents.get(i));
            assertThat(settings.servers())
                    .as("servers of %s", contents.get(i))
                    .extracting(IpAddress::toString)
                    .isEqualTo(reachable(read.get(2 * i)));
            String search = settings.search().isEmpty() ? noSearch : "search " + String.join(" ", settings.search());
            assertThat(search).as("search list of %s", contents.get(i)).isEqualTo(read.get(2 * i + 1));
        }
    }

    private static List<String> reachable(String line) {
        return Stream.of(line.split(" ", -1))
                .skip(1)
                .filter(ResolverSettingsTest::isAnAddressOfAJail)
                .toList();
    }

    private static boolean isAnAddressOfAJail(String text) {
        try {
            IpAddress.parse(text);
            return true;
        } catch (InvalidValue e) {
            return false;
        }
    }

    /** Returns a file with at most as many servers as the library uses. */
    private static String content(Random random) {
        StringBuilder content = new StringBuilder();
        int servers = 0;
        for (int line = random.nextInt(8); line >= 0; line--) {
            String keyword = one(KEYWORDS, random);
            servers += keyword.equals("nameserver") ? 1 : 0;
            if (servers <= 3) {
                content.append(random.nextInt(8) == 0 ? one(BLANKS, random) : "")
                        .append(keyword)
                        .append(one(BLANKS, random))
                        .append(one(VALUES, random))
                        .append(random.nextInt(4) == 0 ? one(BLANKS, random) + one(VALUES, random) : "")
                        .append(random.nextInt(12) == 0 ? "" : "\n");
            }
        }
        return content.toString();
    }

    private static String one(List<String> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    /** Returns two lines for each file. */
    private List<String> byLibrary(List<String> contents) throws Exception {
        Path program = directory.resolve("resolver");
        TestProgram.compile("resolver", program);
        Path covering = Files.createFile(directory.resolve("resolv.conf"));
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "/bin/sh",
                "-ec",
                "mount --bind \"$1\" /etc/resolv.conf; shift; exec \"$@\"",
                "sh",
                covering.toString(),
                program.toString()));
        for (int i = 0; i < contents.size(); i++) {
            Path file = directory.resolve(Integer.toString(i));
            Files.write(file, contents.get(i).getBytes(StandardCharsets.ISO_8859_1));
            command.add(file.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor()).as(output).isZero();
        return List.of(output.split("\n", -1));
    }
}
