package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.tree.Tree.Text;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A field of a definition is named in ten files. The labels are such a field. */
class DefinitionFieldTest {

    private static final Pattern NAMED = Pattern.compile("\\b[lL]abels\\b");

    private static final Pattern COMMENT = Pattern.compile("(?s:/\\*.*?\\*/)|(?m:^ *//.*$)");

    /** Files in which the labels are more than a field, those about labels of customers, and those about labels of a host name or of metrics. */
    private static final List<Pattern> OTHERS = Stream.of(
                    "server/.*/jail/history/.*",
                    "server/.*/jail/view/(JailFilter|JailList|LabelFilter)\\.java",
                    "server/.*/jail/page/JailQuery\\.java",
                    "db/migrations/V025.*",
                    "db/migrations/V101.*",
                    "web/templates/jails/removed\\.html",
                    "server/.*/account/customer/.*",
                    "server/.*/jail/customer/.*",
                    "db/migrations/V034.*",
                    "web/templates/customers/.*",
                    "jail/.*/Hostname\\.java",
                    "agent/.*/prometheus/.*")
            .map(Pattern::compile)
            .toList();

    @Test
    void isNamedInTenFiles() {
        assertThat(Tree.texts().stream()
                        .filter(DefinitionFieldTest::namesIt)
                        .map(Text::path)
                        .filter(path -> OTHERS.stream()
                                .noneMatch(other -> other.matcher(path).matches())))
                .containsExactlyInAnyOrder(
                        "db/migrations/V020__labels.sql",
                        "jail/src/main/java/dev/bailiwick/jail/JailDefinition.java",
                        "jail/src/main/java/dev/bailiwick/jail/Labels.java",
                        "jail/src/main/java/dev/bailiwick/jail/draft/DefinitionDraft.java",
                        "protocol/src/main/java/dev/bailiwick/protocol/DefinitionWire.java",
                        "protocol/src/main/proto/agent.proto",
                        "server/src/main/java/dev/bailiwick/server/jail/page/form/JailForm.java",
                        "server/src/main/java/dev/bailiwick/server/jail/view/DefinitionRow.java",
                        "web/messages/messages.properties",
                        "web/templates/jails/form.html");
    }

    private static boolean namesIt(Text text) {
        return text.path().matches("(jail|protocol|agent|server)/src/main/.*|(db|web)/.*")
                && NAMED.matcher(COMMENT.matcher(text.content()).replaceAll("")).find();
    }
}
