package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.Failure;

/** One definition of a batch. */
sealed interface BatchLine {

    /** Where it stands in the body, counted from 1, empty lines included. */
    int number();

    record Legible(int number, NewJail jail) implements BatchLine {}

    record Illegible(int number, Failure why) implements BatchLine {}
}
