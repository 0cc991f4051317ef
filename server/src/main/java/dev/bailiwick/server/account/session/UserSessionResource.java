package dev.bailiwick.server.account.session;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import java.time.Instant;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The sessions of a user, for whoever manages users. A user has at most 20. */
@RestController
@ConditionalOnWebApplication
@RequestMapping("/api/v1/users/{id}/sessions")
class UserSessionResource {

    private static final String USER = "The id of the user";

    private final UserSessions sessions;

    UserSessionResource(UserSessions sessions) {
        this.sessions = sessions;
    }

    /**
     * A session of the pages.
     *
     * @param address the address from which it began; empty if unknown
     * @param device what the browser called itself; empty if unknown
     * @param by what its user has shown, for example {@code password+code}; empty if unknown
     * @param lastUsedAt to a minute
     */
    record SessionDocument(String address, String device, String by, Instant begunAt, Instant lastUsedAt) {

        static SessionDocument of(UserSession session) {
            return new SessionDocument(
                    session.address(), session.device(), session.by(), session.begunAt(), session.lastUsedAt());
        }
    }

    @Fails({UserNotFound.class, RightMissing.class})
    @Operation(
            operationId = "listUserSessions",
            summary = "List the sessions of a user",
            description = "Those used last first. The caller needs the scopes users:read and users:write.")
    @GetMapping
    ListDocument<SessionDocument> list(Caller caller, @Parameter(description = USER) @PathVariable UserId id) {
        return new ListDocument<>(
                sessions.list(caller, id).stream().map(SessionDocument::of).toList());
    }

    @Fails({UserNotFound.class, RightMissing.class})
    @Operation(
            operationId = "endUserSessions",
            summary = "End all sessions of a user",
            description = "Their live pages end. The user can sign in again.")
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(Caller caller, @Parameter(description = USER) @PathVariable UserId id) {
        sessions.endAll(caller, id);
    }
}
