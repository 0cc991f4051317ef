package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how much of the heap of a running Java program is in use after a full collection. */
final class Heap {

    private static final Pattern USED = Pattern.compile("(?:total \\d+K, )?used (\\d+)K");

    private final String pid;

    /** @param pidFile the file with the process id of the program */
    Heap(Path pidFile) throws IOException {
        pid = Files.readString(pidFile).strip();
    }

    /** Returns KiB of the heap. */
    long used() throws Exception {
        jcmd("GC.run");
        // jcmd answers when the collection has ended, but weak references are cleared by a later one.
        jcmd("GC.run");
        Matcher found = USED.matcher(jcmd("GC.heap_info"));
        if (!found.find()) {
            throw new IllegalStateException("jcmd GC.heap_info does not say what is used");
        }
        return Long.parseLong(found.group(1));
    }

    private String jcmd(String command) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("jcmd: " + output);
        }
        return output;
    }
}
