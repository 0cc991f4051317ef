package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.desired.DesiredJail.FilesFate;

/** An action on an existing jail, other than a change of its definition. */
public sealed interface JailAction {

    record Start() implements JailAction {}

    record Stop() implements JailAction {}

    record Restart() implements JailAction {}

    record Remove(FilesFate files) implements JailAction {}
}
