package dev.bailiwick.agent.architecture.reconcile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks the rule that a file which others wrote is read whatever bytes it holds. */
final class ReadsStrictly {

    private ReadsStrictly() {}

    static String read(Path file) throws IOException {
        return Files.readString(file);
    }
}
