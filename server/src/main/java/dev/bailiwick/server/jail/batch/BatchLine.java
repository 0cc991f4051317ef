package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.Failure;

/** One line of a batch. */
public sealed interface BatchLine {

    /** Returns the number of the line in the body, from 1; empty lines count. */
    int number();

    /** A definition of a new jail. */
    record Legible(int number, NewJail jail) implements BatchLine {}

    /** An action on an existing jail. */
    record Action(int number, JailId jail, JailAction action) implements BatchLine {}

    /** A line that cannot be read. */
    record Illegible(int number, Failure why) implements BatchLine {}
}
