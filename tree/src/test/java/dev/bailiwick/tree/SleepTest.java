package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.tree.Tree.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests wait for a condition, with a deadline. No test sleeps. */
class SleepTest {

    private static final Pattern SLEEP = Pattern.compile("\\b(?:Thread|TimeUnit\\.\\w+|[A-Z]+)\\.sleep\\(");

    /** A program that may pause, because it measures something during that time. */
    private static final String MEASURES = "LimitsTrial.java";

    @Test
    void noTestSleeps() {
        List<String> found = new ArrayList<>();
        int looked = 0;
        for (Text text : Tree.texts()) {
            if (text.path().contains("/src/test/java/")) {
                looked++;
                Matcher sleep = SLEEP.matcher(text.content());
                while (sleep.find() && !text.path().endsWith(MEASURES)) {
                    found.add(text.at(sleep.start()));
                }
            }
        }
        assertThat(found).isEmpty();
        assertThat(looked).isGreaterThan(100);
    }
}
