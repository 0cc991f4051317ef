package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a definition as callers write them, not yet checked.
 *
 * @param memory such as {@code 512 MiB}
 * @see Limits
 */
public record LimitsDraft(
        @Nullable String memory,
        @Nullable String processes,
        @Nullable String cpuMillis) {

    static LimitsDraft of(Limits limits) {
        return new LimitsDraft(
                limits.memoryBytes().isPresent()
                        ? ByteSize.text(limits.memoryBytes().getAsLong())
                        : null,
                text(limits.processes()),
                text(limits.cpuMillis()));
    }

    private static @Nullable String text(OptionalInt limit) {
        return limit.isPresent() ? String.valueOf(limit.getAsInt()) : null;
    }

    /** @param draft null for no limits */
    static Optional<Limits> read(DraftReader reader, @Nullable LimitsDraft draft) {
        return draft == null ? Optional.of(Limits.NONE) : draft.read(reader);
    }

    private Optional<Limits> read(DraftReader reader) {
        Optional<Limits> readMemory = reader.readOr(
                "/memory",
                memory,
                Limits.NONE,
                text -> new Limits(OptionalLong.of(ByteSize.parse(text)), OptionalInt.empty(), OptionalInt.empty()));
        Optional<Limits> readProcesses = reader.readOr(
                "/processes",
                processes,
                Limits.NONE,
                text -> new Limits(OptionalLong.empty(), wholeNumber(text), OptionalInt.empty()));
        Optional<Limits> readCpu = reader.readOr(
                "/cpuMillis",
                cpuMillis,
                Limits.NONE,
                text -> new Limits(OptionalLong.empty(), OptionalInt.empty(), wholeNumber(text)));
        if (readMemory.isEmpty() || readProcesses.isEmpty() || readCpu.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Limits(
                readMemory.get().memoryBytes(),
                readProcesses.get().processes(),
                readCpu.get().cpuMillis()));
    }

    private static OptionalInt wholeNumber(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            throw new InvalidValue("must be a whole number");
        }
    }
}
