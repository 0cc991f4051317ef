package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.validation.Violation;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory below {@code /run} from JSON or a form, not yet checked.
 *
 * @param owner {@code user} or {@code user:group}; by default the user of the command
 * @param mode octal; by default {@code 0755}
 */
public record RunDirectoryDraft(
        @Nullable String path,
        @Nullable String owner,
        @Nullable String mode) {

    static RunDirectoryDraft of(RunDirectory directory) {
        return new RunDirectoryDraft(
                directory.path(), directory.owner().map(CommandUser::toString).orElse(null), directory.modeText());
    }

    static Optional<RunDirectory> read(DraftReader reader, @Nullable RunDirectoryDraft draft) {
        if (draft == null) {
            reader.add(new Violation("", "is required"));
            return Optional.empty();
        }
        Optional<String> path = reader.read(
                "/path",
                draft.path,
                text -> new RunDirectory(text.strip(), Optional.empty(), RunDirectory.DEFAULT_MODE).path());
        Optional<Optional<CommandUser>> owner =
                reader.readOr("/owner", draft.owner, Optional.empty(), text -> Optional.of(CommandUser.parse(text)));
        Optional<Integer> mode = reader.readOr("/mode", draft.mode, RunDirectory.DEFAULT_MODE, RunDirectory::parseMode);
        return path.flatMap(p -> owner.flatMap(o -> mode.map(m -> new RunDirectory(p, o, m))));
    }

    /** Returns the path, the owner or {@code -}, and the mode. */
    @Override
    public String toString() {
        return path + " " + Objects.requireNonNullElse(owner, "-") + " " + Objects.requireNonNullElse(mode, "0755");
    }
}
