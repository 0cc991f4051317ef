package dev.bailiwick.server.audit;

/** How pages name an actor of the audit. */
public final class ShownActor {

    private static final String USER = "user:";

    private ShownActor() {}

    /** Returns the login of a user, or who acts as whom; any other actor as it is. */
    public static String of(String actor) {
        return actor.startsWith(USER) ? actor.replace(USER, "") : actor;
    }
}
