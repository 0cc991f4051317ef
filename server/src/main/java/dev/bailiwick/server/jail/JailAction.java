package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Desired.FilesFate;

/** What is to be done with a jail that exists, its definition aside. */
public sealed interface JailAction {

    record Start() implements JailAction {}

    record Stop() implements JailAction {}

    record Restart() implements JailAction {}

    record Remove(FilesFate files) implements JailAction {}
}
