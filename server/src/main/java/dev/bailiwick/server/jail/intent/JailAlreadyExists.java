package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** Another jail already has the name, the external id or the root path, which must be unique. */
public final class JailAlreadyExists extends Failure {

    private static final ProblemType NAME = ProblemType.lasting(409, "jail-name-taken", "The name is taken");
    private static final ProblemType EXTERNAL_ID =
            ProblemType.lasting(409, "external-id-taken", "The external id is taken");
    private static final ProblemType PATH = ProblemType.lasting(409, "path-taken", "The root path is in use");
    private static final ProblemType LEAVING_PATH =
            ProblemType.passing(409, "path-taken", "The root path is still in use");
    private static final long serialVersionUID = 1L;

    private JailAlreadyExists(ProblemType type, String detail, String pointer, String message) {
        super(type, detail, List.of(new Violation(pointer, message)));
    }

    static JailAlreadyExists withName(String name) {
        return new JailAlreadyExists(
                NAME, "The customer has a jail named " + name + ".", "/name", "is the name of another jail");
    }

    static JailAlreadyExists withExternalId() {
        return new JailAlreadyExists(
                EXTERNAL_ID,
                "The customer has a jail with this external id.",
                "/externalId",
                "belongs to another jail");
    }

    static JailAlreadyExists atPath(String path) {
        return new JailAlreadyExists(
                PATH,
                "A jail on this host has its files at, above or below " + path + ".",
                "/path",
                "is used by another jail, or lies within or around the path of another jail");
    }

    /** The path is free once a host has removed its jail, so the same request can succeed later. */
    static JailAlreadyExists atLeavingPath(String path) {
        return new JailAlreadyExists(
                LEAVING_PATH,
                "A jail that is being removed has its files at, above or below " + path
                        + ". Repeat the request once its host has removed it.",
                "/path",
                "is still used by a jail that is being removed");
    }
}
