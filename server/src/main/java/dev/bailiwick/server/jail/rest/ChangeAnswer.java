package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.SettledWait;
import dev.bailiwick.server.jail.view.JailView;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Makes a change of a jail, waits for its host if the caller asks for that, and answers with the jail. */
@Component
class ChangeAnswer {

    private final Jails jails;

    ChangeAnswer(Jails jails) {
        this.jails = jails;
    }

    ResponseEntity<JailDocument> answer(Caller caller, JailId id, Optional<String> wait, Supplier<JailView> change)
            throws InterruptedException {
        return answer(id, wait, change, (seen, _) -> JailDocument.of(caller, seen));
    }

    /**
     * @param document makes the document of the jail, from the jail as it is in the end and as it was stored
     */
    ResponseEntity<JailDocument> answer(
            JailId id,
            Optional<String> wait,
            Supplier<JailView> change,
            BiFunction<JailView, JailView, JailDocument> document)
            throws InterruptedException {
        Optional<Duration> longest = WaitParameter.parse("/wait", wait);
        JailView stored;
        JailView seen;
        try (SettledWait settled = jails.settledWait(id)) {
            stored = change.get();
            seen = longest.isEmpty()
                    ? stored
                    : settled.await(stored, stored.generation(), longest.get()).orElse(stored);
        }
        boolean isSettled = longest.isPresent() && seen.generation() >= stored.generation() && seen.settled();
        return ResponseEntity.status(isSettled ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .location(URI.create("/api/v1/jails/" + seen.id()))
                .eTag(seen.tag())
                .body(document.apply(seen, stored));
    }
}
