package dev.bailiwick.agent.architecture.reconcile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks the rule that the agent can read a file that others wrote, whatever bytes it contains. */
final class ReadsStrictly {

    private ReadsStrictly() {}

    static String read(Path file) throws IOException {
        return Files.readString(file);
    }
}
