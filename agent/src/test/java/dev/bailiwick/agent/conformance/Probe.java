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
 * One way to make one call without harm.
 *
 * @param target what is called
 * @param variant which of the ways, in words; empty where there is one
 * @param way into the kernel, as {@code probe.c} names it
 * @param arguments as {@code probe.c} reads them
 * @param outside what a process outside may be answered; empty where the call is not made there
 * @param inside what a jail is answered where its filter lets the call pass and another layer holds it; where empty, the
 *     same as outside
 * @param layer which layer that is
 * @param why a remark; the reason where the call is not made outside
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

    /** Stands for an argument that is no number: an address or a descriptor, at which no rule looks but for being 0. */
    static final long SOMETHING = 0x7FFF_0000_1000L;

    /** What is called. */
    sealed interface Target {

        /** A row of the table. */
        record Row(Syscall call, int number) implements Target {}

        /**
         * A number that is no row's, or not by this way.
         *
         * @param letter the class it had in the proposal; empty for none
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
     * Answers to a call that a filter let pass.
     *
     * @param always whatever the profile
     * @param byProfile where one differs
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

    /** As a filter gets to see them; six. */
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

    /** The arguments one by one; what is in parentheses or quotes is one. */
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
