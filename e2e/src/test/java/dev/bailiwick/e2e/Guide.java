package dev.bailiwick.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/** A page of the documentation: a reader runs its blocks in their order, and replaces its words in capitals. */
final class Guide {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh (server|host)\\n(.*?)^```$");
    private static final Pattern WORD =
            Pattern.compile("\\b(SERVER|HOST6?|NAME|POOL6?|API_TOKEN|AUTHORITY|[A-Z]+6?_(?:ID|TOKEN|ADDRESS))\\b");

    /** @param where the machine that runs the commands, {@code server} or {@code host} */
    record Block(String where, String commands) {
        boolean asks(String text) {
            return commands.contains(text);
        }
    }

    private final String text;
    private final Map<String, String> words;

    Guide(String text, Map<String, String> words) {
        this.text = text;
        this.words = new HashMap<>(words);
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(text);
        while (found.find()) {
            blocks.add(new Block(found.group(1), found.group(2)));
        }
        return blocks;
    }

    /** Returns the text with all placeholders replaced. */
    String filled(String commands) {
        return WORD.matcher(commands).replaceAll(word -> Matcher.quoteReplacement(word(word.group())));
    }

    String word(String name) {
        String meant = words.get(name);
        if (meant == null) {
            throw new AssertionError("No earlier block gives a value for " + name + ". Known: " + words.keySet());
        }
        return meant;
    }

    void learn(String name, String meant) {
        words.put(name, meant);
    }

    /** Learns the values that the page takes from answers of the API. */
    void learn(String answers) throws IOException {
        if (!answers.startsWith("{")) {
            return;
        }
        try (MappingIterator<JsonNode> each =
                Answer.JSON.readerFor(JsonNode.class).readValues(answers)) {
            while (each.hasNext()) {
                learn(each.next());
            }
        }
    }

    private void learn(JsonNode answer) {
        if (answer.has("joinToken")) {
            learn("HOST_ID", answer.get("id").asString());
            learn("JOIN_TOKEN", answer.get("joinToken").asString());
        } else if (answer.has("range")) {
            learn(
                    answer.get("range").asString().contains(":") ? "POOL6_ID" : "POOL_ID",
                    answer.get("id").asString());
        } else if (answer.has("ip")) {
            learn("JAIL_ID", answer.get("id").asString());
            learn("JAIL_ADDRESS", answer.get("ip").get(0).asString());
        }
    }
}
