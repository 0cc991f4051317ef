package dev.bailiwick.server.account.session;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The caller's own sessions of the pages. */
@RestController
@ConditionalOnWebApplication
@RequestMapping("/api/v1/sessions")
class SessionResource {

    private final UserSessions sessions;

    SessionResource(UserSessions sessions) {
        this.sessions = sessions;
    }

    /** @param items those used last first; at most 20 */
    record SessionsDocument(List<UserSession> items) {
        SessionsDocument {
            items = List.copyOf(items);
        }
    }

    @Operation(
            operationId = "listSessions",
            summary = "List your sessions",
            description =
                    "With address, device, and what was shown to sign in. A key names a session and opens nothing.")
    @GetMapping
    SessionsDocument list(Caller caller, HttpServletRequest request) {
        return new SessionsDocument(sessions.list(caller, request));
    }

    @Fails({SessionNotFound.class})
    @Operation(
            operationId = "endSession",
            summary = "End one of your sessions",
            description = "Its live pages and streams end, too.")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(Caller caller, @Parameter(description = "The key of the session") @PathVariable("id") String key) {
        if (!sessions.end(caller, key)) {
            throw new SessionNotFound(key);
        }
    }

    @Operation(operationId = "endSessions", summary = "End all your sessions")
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endAll(Caller caller, HttpServletRequest request) {
        sessions.endOthers(caller, request);
    }
}
