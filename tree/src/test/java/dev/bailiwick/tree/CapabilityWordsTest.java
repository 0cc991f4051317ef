package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of a host says in words what each capability is that an agent reports. */
class CapabilityWordsTest {

    private static final Pattern REPORTED = Pattern.compile(
            "(?:\\b(?:available|missing|capability)\\(|\\bString CAPABILITY =)\\s*\"([a-z][a-z0-9.-]+[a-z0-9])\"");

    private static final Pattern LATER = Pattern.compile("\"([a-z0-9.-]+)\", List\\.of\\(");

    @Test
    void everyCapabilityHasWordsOnThePageOfAHost() throws IOException {
        Set<String> names = new TreeSet<>();
        Properties messages = new Properties();
        for (Tree.Text text : Tree.texts()) {
            if (text.path().matches("agent/src/main/.*/kernel/.*\\.java")) {
                collect(REPORTED, text, names);
            } else if (text.path().equals("jail/src/main/java/dev/bailiwick/jail/Demand.java")) {
                collect(LATER, text, names);
            } else if (text.path().equals("web/messages/messages.properties")) {
                messages.load(new StringReader(text.content()));
            }
        }

        assertThat(names).contains("ipv6", "core-handler", "stop.timeout", "racct");
        assertThat(names)
                .allSatisfy(name -> assertThat(messages.getProperty("capability." + name))
                        .as(name)
                        .isNotBlank());
    }

    private static void collect(Pattern pattern, Tree.Text text, Set<String> names) {
        Matcher name = pattern.matcher(text.content());
        while (name.find()) {
            names.add(name.group(1));
        }
    }
}
