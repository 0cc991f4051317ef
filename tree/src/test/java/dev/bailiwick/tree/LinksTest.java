package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.tree.Tree.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links in documents lead to existing files and headings, and decisions that a text names exist. */
class LinksTest {

    /** The target of a link or of a picture, except a target with a scheme, which is outside the tree. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!\\w+:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
    private static final Pattern DECISION = Pattern.compile("(?:\\bADR |docs/adr/)0*(\\d{1,4})\\b");

    @Test
    void everyLinkLeadsToAFileAndAHeading() {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Text text : documents()) {
            Path file = Tree.ROOT.resolve(text.path());
            Matcher link = LINK.matcher(text.content());
            while (link.find()) {
                links++;
                Path target = link.group(1).isEmpty()
                        ? file
                        : file.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target)) {
                    broken.add(text.at(link.start()) + " leads to " + link.group(1));
                } else if (link.group(2) != null && !anchors(target).contains(link.group(2))) {
                    broken.add(text.at(link.start()) + " leads to a heading that does not exist: " + link.group(2));
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).as("links that were followed").isGreaterThan(30);
    }

    @Test
    void everyDecisionThatIsNamedIsThere() throws IOException {
        Set<Integer> numbers;
        try (Stream<Path> decisions = Files.list(Tree.ROOT.resolve("docs/adr"))) {
            numbers = decisions
                    .map(file -> Integer.valueOf(file.getFileName().toString().substring(0, 4)))
                    .collect(Collectors.toSet());
        }
        List<String> missing = new ArrayList<>();
        for (Text text : Tree.texts()) {
            Matcher named = DECISION.matcher(text.content());
            while (named.find()) {
                if (!numbers.contains(Integer.valueOf(named.group(1)))) {
                    missing.add(text.at(named.start()) + " names " + named.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<Text> documents() {
        return Tree.texts().stream().filter(text -> text.path().endsWith(".md")).toList();
    }

    /** Returns the anchors of a document's headings, named as on GitHub. */
    private static Set<String> anchors(Path document) {
        return Tree.texts().stream()
                .filter(text -> Tree.ROOT.resolve(text.path()).equals(document))
                .flatMap(text -> HEADING.matcher(text.content()).results())
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
