package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.tree.Tree.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages, messages, logs, documents and comments use the words that CONTRIBUTING.md requires. */
class WordsTest {

    private static final String THIS = "tree/src/test/java/dev/bailiwick/tree/WordsTest.java";

    /** Migrations with words to avoid: a migration that has landed is never edited. */
    private static final Pattern LANDED = Pattern.compile("db/migrations/V0(0\\d|1[0-8])__.*");

    /** The document that lists old names. */
    private static final String RENAMES = "docs/renames.md";

    /** The gap between two words, also across lines of a comment. */
    private static final String GAP = "(?:\\s+(?:\\*|//|#|--)?\\s*)";

    private record Rule(Pattern pattern, String instead) {

        /** @param words in lower case; a space stands for any gap */
        static Rule avoid(String words, String instead) {
            return new Rule(
                    Pattern.compile("\\b" + words.replace(" ", GAP) + "\\b", Pattern.CASE_INSENSITIVE), instead);
        }
    }

    private static final Rule BOUNDS = new Rule(
            Pattern.compile(
                    "\\b(?:MOST|LONGEST|LEAST|SHORTEST)_[A-Z_]+|static final [\\w<>]+ (?:MOST|LONGEST|LEAST|SHORTEST)\\b"),
            "MAX_ or MIN_");

    private static final List<Rule> RULES = List.of(
            Rule.avoid("can not", "cannot"),
            Rule.avoid("anew", "again, or from scratch"),
            Rule.avoid("beforehand", "in advance"),
            Rule.avoid("(?:is|are|was|were|be|been|being) told", "is reported, sent, notified or shown"),
            new Rule(
                    Pattern.compile(
                            "^\\s*(?:/\\*\\*|\\*|//|#)(?!.*\\{@code).*(?:\\bor|[,;:.]) else\\b",
                            Pattern.MULTILINE | Pattern.CASE_INSENSITIVE),
                    "otherwise"),
            BOUNDS,
            new Rule(
                    Pattern.compile("(?:[.!?]\\s+|^\\s*(?:/\\*\\*|\\*|//|#|-)\\s+)Of (?!course\\b)", Pattern.MULTILINE),
                    "a sentence that begins with its subject"));

    @Test
    void usesTheWordsOfTheHouse() {
        List<String> found = new ArrayList<>();
        for (Text text : Tree.texts()) {
            if (!text.path().equals(THIS)
                    && !text.path().equals(RENAMES)
                    && !LANDED.matcher(text.path()).matches()) {
                found.addAll(violations(text));
            }
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it can not start",
                " * it can\n     * not start",
                "# reported ANEW",
                "a host is told what",
                "that it was\n// told before",
                "Done. Of the others none is.",
                "/** Of a jail, its name. */",
                " * from the file, else the default",
                "int MOST_BYTES = 1;"
            })
    void findsWordsToAvoid(String text) {
        assertThat(violations(new Text("x", text))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it cannot start",
                "canNot",
                "renewal",
                "told.add(1)",
                "A part of it. Of course it is.",
                "} else {"
            })
    void leavesOtherWords(String text) {
        assertThat(violations(new Text("x", text))).isEmpty();
    }

    private static List<String> violations(Text text) {
        List<String> found = new ArrayList<>();
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(text.content());
            while (matcher.find()) {
                String words = matcher.group().replaceAll("\\s+", " ").strip();
                found.add(text.at(matcher.start()) + ": \"" + words + "\", write: " + rule.instead());
            }
        }
        return found;
    }
}
