package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.ArgumentRule.Half;
import dev.bailiwick.jail.syscall.ArgumentRule.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the conditions of the table.
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
            throw new MalformedTable("holds a condition that does not read at character " + end + ": " + text);
        }
    }

    Term parse() {
        Term term = any();
        if (next != tokens.size()) {
            throw unexpected();
        }
        return term;
    }

    private Term any() {
        List<Term> terms = new ArrayList<>(List.of(all()));
        while (taken("or")) {
            terms.add(all());
        }
        return terms.size() == 1 ? terms.getFirst() : new Term.Any(terms);
    }

    private Term all() {
        List<Term> terms = new ArrayList<>(List.of(test()));
        while (taken("and")) {
            terms.add(test());
        }
        return terms.size() == 1 ? terms.getFirst() : new Term.All(terms);
    }

    private Term test() {
        if (peek(0).equals("(") && !isMasked()) {
            expect("(");
            Term inner = any();
            expect(")");
            return inner;
        }
        Operand operand = operand();
        if (taken("==")) {
            return operand.equalTo(operand.wide() ? number() : word32());
        }
        if (taken("!=")) {
            return operand.differentFrom(operand.wide() ? number() : word32());
        }
        boolean negated = taken("not");
        expect("in");
        WordSet set = set();
        return operand.word32(negated ? set.complement() : set, text);
    }

    /** "(word & number)" is an operand; any other parenthesis holds a condition. */
    private boolean isMasked() {
        int afterWord = peek(1).equals("low32") ? 5 : 2;
        return peek(afterWord).equals("&");
    }

    private Operand operand() {
        if (!taken("(")) {
            return word();
        }
        Operand word = word();
        expect("&");
        long mask = word.wide() ? number() : word32();
        expect(")");
        return new Operand(word.argument(), word.wide(), mask);
    }

    private Operand word() {
        if (!taken("low32")) {
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
            long to = taken("..") ? word32() : from;
            if (to < from) {
                throw new MalformedTable("holds a condition with a range that runs backwards: " + text);
            }
            ranges.add(new WordSet.Range(from, to));
        } while (taken(","));
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
            throw new MalformedTable("holds a condition with '" + token + "' in place of a number: " + text, e);
        }
    }

    private long word32() {
        long number = number();
        if ((number & ~LOW) != 0) {
            throw new MalformedTable("holds a condition that compares 32 bits with a number of more: " + text);
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

    private boolean taken(String token) {
        if (!peek(0).equals(token)) {
            return false;
        }
        next++;
        return true;
    }

    private void expect(String token) {
        if (!taken(token)) {
            throw unexpected();
        }
    }

    private MalformedTable unexpected() {
        return new MalformedTable("holds a condition that does not read at '" + peek(0) + "': " + text);
    }

    /** What is compared: one argument, wide (64 bits) or not, under a mask. */
    private record Operand(int argument, boolean wide, long mask) {

        Term equalTo(long value) {
            Term low = word(Half.LOW, WordSet.of(value & LOW));
            return wide ? new Term.All(List.of(low, word(Half.HIGH, WordSet.of(value >>> 32)))) : low;
        }

        Term differentFrom(long value) {
            Term low = word(Half.LOW, WordSet.of(value & LOW).complement());
            return wide
                    ? new Term.Any(List.of(
                            low, word(Half.HIGH, WordSet.of(value >>> 32).complement())))
                    : low;
        }

        Term word32(WordSet within, String text) {
            if (wide) {
                throw new MalformedTable("compares all 64 bits with a set, which is not supported: " + text);
            }
            return word(Half.LOW, within);
        }

        private Term word(Half half, WordSet within) {
            return new Term.Word(argument, half, half == Half.LOW ? (int) mask : (int) (mask >>> 32), within);
        }
    }
}
