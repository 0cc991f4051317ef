package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.JailAction;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.Failure;

/** One line of a batch. */
public sealed interface BatchLine {

    /** Where it stands in the body, counted from 1, empty lines included. */
    int number();

    /** A jail to be created. */
    record Legible(int number, NewJail jail) implements BatchLine {}

    /** An action on a jail that exists. */
    record Action(int number, JailId jail, JailAction action) implements BatchLine {}

    record Illegible(int number, Failure why) implements BatchLine {}
}
