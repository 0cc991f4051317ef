package dev.bailiwick.agent.conformance;

import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A harmless way to make one call.
 *
 * @param target the call
 * @param variant which of several ways, in words; empty if there is only one
 * @param way the way into the kernel, as {@code probe.c} names it
 * @param arguments the arguments, as {@code probe.c} reads them
 * @param outside possible answers outside a jail; empty if the call is not made there
 * @param inside the answer in a jail whose filter allows the call and where another layer enforces the policy; if empty, the same as
 *     outside
 * @param layer that other layer
 * @param why a remark; the reason if the call is not made outside
 */
record Probe(
        Target target,
        String variant,
        Way way,
        String arguments,
        List<Answer> outside,
        Inside inside,
        Optional<Layer> layer,
        String why) {

    /** Stands for an argument that is not a number: an address or a descriptor. Rules only compare it with 0. */
    static final long SOMETHING = 0x7FFF_0000_1000L;

    /** The target of a call. */
    sealed interface Target {

        /** A row of the table. */
        record Row(Syscall call, int number) implements Target {}

        /**
         * A number that no row has, or not by this way.
         *
         * @param letter the call's class in the proposal; empty if none
         */
        record Unknown(String name, int number, String letter) implements Target {}

        int number();

        default String name() {
            return switch (this) {
                case Row(Syscall call, int number) -> call.name();
                case Unknown(String name, int number, String letter) -> name;
            };
        }

        default String letter() {
            return switch (this) {
                case Row(Syscall call, int number) -> call.letter().letter();
                case Unknown(String name, int number, String letter) -> letter;
            };
        }
    }

    /** A way into the kernel. */
    enum Way {
        CALL,
        I386,
        INTERRUPTED,
        HANDLER;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Answers to a call that a filter allows.
     *
     * @param always the answer in all profiles
     * @param byProfile different answers of single profiles
     */
    record Inside(Optional<Answer> always, Map<Profile, Answer> byProfile) {

        static final Inside AS_OUTSIDE = new Inside(Optional.empty(), Map.of());

        Inside {
            byProfile = Map.copyOf(byProfile);
        }

        Optional<Answer> of(Profile profile) {
            return Optional.ofNullable(byProfile.get(profile)).or(() -> always);
        }
    }

    Probe {
        outside = List.copyOf(outside);
        if (outside.isEmpty() && why.isBlank()) {
            throw new IllegalArgumentException(target.name() + " is not called outside, and nothing says why");
        }
        if (inside.always().isPresent() != layer.isPresent()) {
            throw new IllegalArgumentException(
                    target.name() + " names a layer without an answer, or the other way round");
        }
    }

    /** Returns the six arguments as a filter sees them. */
    long[] registers() {
        long[] registers = new long[6];
        List<String> words = words();
        for (int i = 0; i < words.size(); i++) {
            registers[i] = register(words.get(i));
        }
        return registers;
    }

    private static long register(String word) {
        if (word.startsWith("-")) {
            return Long.decode(word);
        }
        return Character.isDigit(word.charAt(0)) ? Long.parseUnsignedLong(digits(word), radix(word)) : SOMETHING;
    }

    private static String digits(String word) {
        return word.startsWith("0x") ? word.substring(2) : word;
    }

    private static int radix(String word) {
        if (word.startsWith("0x")) {
            return 16;
        }
        return word.startsWith("0") ? 8 : 10;
    }

    /** Splits the arguments; text in parentheses or quotes is one argument. */
    private List<String> words() {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < arguments.length(); i++) {
            char c = arguments.charAt(i);
            if (c == ' ' && depth == 0 && !quoted) {
                words.add(word.toString());
                word.setLength(0);
                continue;
            }
            quoted ^= c == '\'';
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            word.append(c);
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    @Override
    public String toString() {
        return target.name() + (variant.isEmpty() ? "" : ", " + variant);
    }
}
