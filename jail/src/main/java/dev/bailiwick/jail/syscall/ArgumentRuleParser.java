package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.ArgumentRule.Half;
import dev.bailiwick.jail.syscall.ArgumentRule.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the conditions of the table.
 *
 * <pre>
 * any     := all ("or" all)*
 * all     := test ("and" test)*
 * test    := "(" any ")" | operand ("==" | "!=") number | operand ["not"] "in" "{" range ("," range)* "}"
 * operand := word | "(" word "&amp;" number ")"
 * word    := "argN" | "low32(argN)"
 * range   := number [".." number]
 * number  := decimal | 0octal | 0xhexadecimal
 * </pre>
 */
final class ArgumentRuleParser {

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\\.\\.|==|!=|[(){},&]|low32|arg[0-5]|and|or|not|in|0[xX][0-9A-Fa-f]+|[0-9]+)");
    private static final long LOW = 0xFFFF_FFFFL;

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private int next;

    ArgumentRuleParser(String text) {
        this.text = text;
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            tokens.add(matcher.group(1));
            end = matcher.end();
        }
        if (end != text.length()) {
            throw new MalformedTable("has a condition that cannot be read at character " + end + ": " + text);
        }
    }

    Clause parse() {
        Clause clause = any();
        if (next != tokens.size()) {
            throw unexpected();
        }
        return clause;
    }

    private Clause any() {
        List<Clause> clauses = new ArrayList<>(List.of(all()));
        while (take("or")) {
            clauses.add(all());
        }
        return clauses.size() == 1 ? clauses.getFirst() : new Clause.Any(clauses);
    }

    private Clause all() {
        List<Clause> clauses = new ArrayList<>(List.of(test()));
        while (take("and")) {
            clauses.add(test());
        }
        return clauses.size() == 1 ? clauses.getFirst() : new Clause.All(clauses);
    }

    private Clause test() {
        if (peek(0).equals("(") && !isMasked()) {
            expect("(");
            Clause inner = any();
            expect(")");
            return inner;
        }
        Operand operand = operand();
        if (take("==")) {
            return new Clause.Equal(operand, operand.wide() ? number() : word32(), true);
        }
        if (take("!=")) {
            return new Clause.Equal(operand, operand.wide() ? number() : word32(), false);
        }
        boolean negated = take("not");
        expect("in");
        WordSet set = set();
        if (operand.wide()) {
            throw new MalformedTable("compares all 64 bits with a set, which is not supported: " + text);
        }
        return new Clause.In(operand, set, !negated);
    }

    /** Returns whether the parenthesis here is an operand, "(word &amp; number)"; any other one contains a condition. */
    private boolean isMasked() {
        int afterWord = peek(1).equals("low32") ? 5 : 2;
        return peek(afterWord).equals("&");
    }

    private Operand operand() {
        if (!take("(")) {
            return word();
        }
        Operand word = word();
        expect("&");
        long mask = word.wide() ? number() : word32();
        expect(")");
        return new Operand(word.argument(), word.wide(), mask);
    }

    private Operand word() {
        if (!take("low32")) {
            return new Operand(argument(), true, -1);
        }
        expect("(");
        int argument = argument();
        expect(")");
        return new Operand(argument, false, LOW);
    }

    private int argument() {
        String token = take();
        if (!token.startsWith("arg")) {
            next--;
            throw unexpected();
        }
        return token.charAt(3) - '0';
    }

    private WordSet set() {
        List<WordSet.Range> ranges = new ArrayList<>();
        expect("{");
        do {
            long from = word32();
            long to = take("..") ? word32() : from;
            if (to < from) {
                throw new MalformedTable("has a condition with a range that ends before it begins: " + text);
            }
            ranges.add(new WordSet.Range(from, to));
        } while (take(","));
        expect("}");
        return new WordSet(ranges);
    }

    private long number() {
        String token = take();
        try {
            if (token.startsWith("0x") || token.startsWith("0X")) {
                return Long.parseUnsignedLong(token, 2, token.length(), 16);
            }
            return Long.parseUnsignedLong(token, token.startsWith("0") ? 8 : 10);
        } catch (NumberFormatException e) {
            throw new MalformedTable("has a condition with '" + token + "' in place of a number: " + text, e);
        }
    }

    private long word32() {
        long number = number();
        if ((number & ~LOW) != 0) {
            throw new MalformedTable("has a condition that compares 32 bits with a longer number: " + text);
        }
        return number;
    }

    private String peek(int ahead) {
        return next + ahead < tokens.size() ? tokens.get(next + ahead) : "";
    }

    private String take() {
        String token = peek(0);
        next++;
        return token;
    }

    private boolean take(String token) {
        if (!peek(0).equals(token)) {
            return false;
        }
        next++;
        return true;
    }

    private void expect(String token) {
        if (!take(token)) {
            throw unexpected();
        }
    }

    private MalformedTable unexpected() {
        return new MalformedTable("has a condition that cannot be read at '" + peek(0) + "': " + text);
    }

    /** A part of the condition, as written in the table. */
    sealed interface Clause {

        /** @param equal false for {@code !=} */
        record Equal(Operand operand, long value, boolean equal) implements Clause {}

        /** @param within false for {@code not in} */
        record In(Operand operand, WordSet set, boolean within) implements Clause {}

        record All(List<Clause> clauses) implements Clause {
            public All {
                clauses = List.copyOf(clauses);
            }
        }

        record Any(List<Clause> clauses) implements Clause {
            public Any {
                clauses = List.copyOf(clauses);
            }
        }

        /** Converts the clause to comparisons of 32-bit words. */
        default Term term() {
            return switch (this) {
                case Equal(Operand operand, long value, boolean equal) ->
                    equal ? operand.equalTo(value) : operand.differentFrom(value);
                case In(Operand operand, WordSet set, boolean within) ->
                    operand.word(Half.LOW, within ? set : set.complement());
                case All(List<Clause> clauses) ->
                    new Term.All(clauses.stream().map(Clause::term).toList());
                case Any(List<Clause> clauses) ->
                    new Term.Any(clauses.stream().map(Clause::term).toList());
            };
        }
    }

    /**
     * The left side of a comparison.
     *
     * @param wide whether it has all 64 bits of the argument, or the low 32
     * @param mask the compared bits; all bits of this width if the table gives no mask
     */
    record Operand(int argument, boolean wide, long mask) {

        boolean isMasked() {
            return mask != (wide ? -1 : LOW);
        }

        private Term equalTo(long value) {
            Term low = word(Half.LOW, WordSet.of(value & LOW));
            return wide ? new Term.All(List.of(low, word(Half.HIGH, WordSet.of(value >>> 32)))) : low;
        }

        private Term differentFrom(long value) {
            Term low = word(Half.LOW, WordSet.of(value & LOW).complement());
            return wide
                    ? new Term.Any(List.of(
                            low, word(Half.HIGH, WordSet.of(value >>> 32).complement())))
                    : low;
        }

        private Term word(Half half, WordSet within) {
            return new Term.Word(argument, half, half == Half.LOW ? (int) mask : (int) (mask >>> 32), within);
        }
    }
}
