package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An action on a jail, with the jail as it was read. */
public record IntentAction(JailView jail, JailAction action) {

    long generation() {
        return jail.generation() + 1;
    }

    private JailDefinition definition() {
        JailDefinition known = jail.definition();
        return switch (action) {
            case JailAction.Start() -> known.started();
            case JailAction.Stop() -> known.withWanted(WantedState.STOPPED);
            // The host stops the jail if it runs, and starts it again, even while the server is away.
            case JailAction.Restart() -> known.withWanted(WantedState.RUNNING).withIncarnation(known.incarnation() + 1);
            case JailAction.Remove _ -> known;
        };
    }

    IntentRows.ActionRow row(long revision) {
        JailDefinition definition = definition();
        @Nullable String files = action instanceof JailAction.Remove(var fate) ? text(fate) : null;
        return new IntentRows.ActionRow(
                jail.id().toString(),
                jail.generation(),
                revision,
                definition.wanted().text(),
                definition.incarnation(),
                files);
    }

    JailEvent event() {
        return switch (action) {
            case JailAction.Start() -> new JailEvent.Started(generation());
            case JailAction.Stop() -> new JailEvent.Stopped(generation());
            case JailAction.Restart() -> new JailEvent.Restarted(generation());
            case JailAction.Remove(var files) ->
                new JailEvent.Retired(jail.definition().name().value(), generation(), text(files));
        };
    }

    JailView done(Instant now) {
        JailView next = jail.next(definition(), now);
        return action instanceof JailAction.Remove ? next.retired(now) : next;
    }

    private static String text(FilesFate files) {
        return files.name().toLowerCase(Locale.ROOT);
    }
}
