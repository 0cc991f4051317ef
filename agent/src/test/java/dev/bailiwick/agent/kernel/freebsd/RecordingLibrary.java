package dev.bailiwick.agent.kernel.freebsd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** {@code recording.c}, compiled for one test and loaded by JNA in place of FreeBSD's libc; it records every call. */
final class RecordingLibrary {

    private final Path state;
    private final Path library;

    /** @param directory an empty directory for this test alone */
    RecordingLibrary(Path directory) throws IOException, InterruptedException {
        this.state = directory.resolve("state");
        this.library = directory.resolve("librecording.so");
        Files.createDirectories(state.resolve("jails"));
        Files.createDirectories(state.resolve("sysctl"));
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-Wno-format-truncation",
                        "-D_GNU_SOURCE",
                        "-DSTATE=\"" + state + "\"",
                        "-fPIC",
                        "-shared",
                        "-o",
                        library.toString(),
                        "src/test/c/recording.c")
                .redirectErrorStream(true)
                .start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (compiler.waitFor() != 0) {
            throw new AssertionError("cc: " + said);
        }
        sysctl("kern.osrelease", "15.0-RELEASE");
        sysctl("hw.machine_arch", "amd64");
        sysctl("hw.physmem", 8L << 30);
        sysctl("kern.boottime", 1_700_000_000L);
        sysctl("kern.racct.enable", 1);
        for (String parameter :
                List.of("persist", "allow.raw_sockets", "allow.chflags", "allow.mount", "allow.settime")) {
            knows(parameter);
        }
        MechanismTable.all().parameters().forEach(this::knows);
    }

    String path() {
        return library.toString();
    }

    LibC libC() {
        return LibC.of(path());
    }

    void knows(String parameter) {
        sysctl("security.jail.param." + parameter, 0);
    }

    void forgets(String sysctl) {
        try {
            Files.delete(state.resolve("sysctl").resolve(sysctl));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sysctl(String name, String value) {
        put(name, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    void sysctl(String name, long value) {
        put(name, nativeBytes(Long.BYTES).putLong(value).array());
    }

    /** Makes the next call of this name fail with FreeBSD's errno of this number. */
    void failNext(String call, int errno, String message) {
        write(state.resolve("fail"), (call + " " + errno + " " + message).getBytes(StandardCharsets.UTF_8));
    }

    /** Makes all paths given to jail_set(2) lead there. */
    void move(Path there) throws IOException {
        Files.createSymbolicLink(state.resolve("moved"), there);
    }

    /** Returns every call so far, one per line. */
    List<String> calls() {
        try {
            Path calls = state.resolve("calls");
            return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> calls(String name) {
        return calls().stream().filter(line -> line.startsWith(name + " ")).toList();
    }

    /**
     * Returns the names and values of the only call of this name with vectors, in turn, as {@code NAME=HEX}; names must end with a NUL.
     */
    List<String> pairs(String name) {
        List<String> lines = calls(name);
        if (lines.size() != 1) {
            throw new AssertionError(lines.size() + " calls of " + name);
        }
        String[] words = lines.getFirst().split(" ", -1);
        List<String> pairs = new ArrayList<>();
        for (int i = 3; i < words.length; i += 2) {
            byte[] text = bytes(words[i]);
            if (text[text.length - 1] != 0) {
                throw new AssertionError("a name without NUL: " + words[i]);
            }
            pairs.add(new String(text, 0, text.length - 1, StandardCharsets.US_ASCII)
                    + "="
                    + HexFormat.of().formatHex(bytes(words[i + 1])));
        }
        return pairs;
    }

    private static byte[] bytes(String vector) {
        String[] halves = vector.split(":", 2);
        byte[] bytes = HexFormat.of().parseHex(halves[1]);
        if (bytes.length != Integer.parseInt(halves[0])) {
            throw new AssertionError("the length is wrong: " + vector);
        }
        return bytes;
    }

    /** Returns the text as C stores it. */
    static String text(String text) {
        return HexFormat.of().formatHex((text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the number as a C int. */
    static String number(int value) {
        return HexFormat.of().formatHex(nativeBytes(Integer.BYTES).putInt(value).array());
    }

    private static ByteBuffer nativeBytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    private void put(String sysctl, byte[] value) {
        write(state.resolve("sysctl").resolve(sysctl), value);
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
