package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Desired.FilesFate;

/** What a line of a batch asks of a jail that exists. */
sealed interface JailAction {

    record Start() implements JailAction {}

    record Stop() implements JailAction {}

    record Restart() implements JailAction {}

    record Remove(FilesFate files) implements JailAction {}
}
