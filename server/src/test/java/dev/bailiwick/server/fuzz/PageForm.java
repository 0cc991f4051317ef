package dev.bailiwick.server.fuzz;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;

/**
 * A form of a page, for one of the paths that it can be sent to.
 *
 * @param fields as a browser would send them, with each button of the form in turn
 */
record PageForm(String method, String path, List<Field> fields) {

    private static final Pattern FORM = Pattern.compile("<form\\b([^>]*)>(.*?)</form>", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile(
            "<(input|button)\\b([^>]*)>|<textarea\\b([^>]*)>(.*?)</textarea>|<select\\b([^>]*)>(.*?)</select>",
            Pattern.DOTALL);
    private static final Pattern OPTION = Pattern.compile("<option\\b([^>]*)>");
    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z:-]+)(?:=\"([^\"]*)\")?");
    private static final Pattern LINK = Pattern.compile("(?:href|hx-get|sse-connect)=\"(/[^\"#]*)");

    record Field(String name, String value) {}

    PageForm {
        fields = List.copyOf(fields);
    }

    /** Returns the forms of a page, for all paths that a browser with or without scripts sends them to. */
    static List<PageForm> of(String html) {
        List<PageForm> forms = new ArrayList<>();
        FORM.matcher(html).results().forEach(form -> {
            Map<String, String> attributes = attributes(form.group(1));
            List<Field> fields = new ArrayList<>();
            FIELD.matcher(form.group(2))
                    .results()
                    .filter(field -> field.group(1) == null || field.group(1).equals("input"))
                    .forEach(field -> add(field, fields));
            String method = attributes.getOrDefault("method", "get");
            add(method, attributes.get("action"), fields, forms);
            add("post", attributes.get("hx-post"), fields, forms);
            add("get", attributes.get("hx-get"), fields, forms);
            FIELD.matcher(form.group(2))
                    .results()
                    .filter(field -> "button".equals(field.group(1)))
                    .forEach(button -> {
                        Map<String, String> its = attributes(button.group(2));
                        List<Field> pressed = new ArrayList<>(fields);
                        if (its.containsKey("name")) {
                            pressed.add(new Field(its.getOrDefault("name", ""), its.getOrDefault("value", "")));
                        }
                        add(method, its.getOrDefault("formaction", attributes.get("action")), pressed, forms);
                        add("post", its.get("hx-post"), pressed, forms);
                    });
        });
        return forms;
    }

    private static void add(
            String method, @org.jspecify.annotations.Nullable String path, List<Field> fields, List<PageForm> forms) {
        if (path != null && path.startsWith("/")) {
            forms.add(new PageForm(method.toUpperCase(java.util.Locale.ROOT), path.replaceFirst("#.*", ""), fields));
        }
    }

    private static void add(MatchResult field, List<Field> fields) {
        if (field.group(1) != null) {
            Map<String, String> input = attributes(field.group(2));
            boolean chosen = !List.of("checkbox", "radio").contains(input.getOrDefault("type", ""))
                    || input.containsKey("checked");
            add(input, input.getOrDefault("value", chosen ? "" : "on"), chosen, fields);
        } else if (field.group(3) != null) {
            add(attributes(field.group(3)), HtmlUtils.htmlUnescape(field.group(4)), true, fields);
        } else {
            String options = field.group(6);
            List<Map<String, String>> all = OPTION.matcher(options)
                    .results()
                    .map(option -> attributes(option.group(1)))
                    .toList();
            String value = all.stream()
                    .filter(option -> option.containsKey("selected"))
                    .findFirst()
                    .or(() -> all.stream().findFirst())
                    .map(option -> option.getOrDefault("value", ""))
                    .orElse("");
            add(attributes(field.group(5)), value, true, fields);
        }
    }

    private static void add(Map<String, String> attributes, String value, boolean sent, List<Field> fields) {
        String name = attributes.getOrDefault("name", "");
        if (!name.isEmpty() && sent && !attributes.containsKey("disabled")) {
            fields.add(new Field(name, value));
        }
    }

    private static Map<String, String> attributes(String tag) {
        Map<String, String> attributes = new LinkedHashMap<>();
        Matcher attribute = ATTRIBUTE.matcher(tag);
        while (attribute.find()) {
            String value = attribute.group(2);
            attributes.put(attribute.group(1), HtmlUtils.htmlUnescape(value == null ? "" : value));
        }
        return attributes;
    }

    /** Returns the addresses that a page links to, or loads parts from. */
    static Set<String> links(String html) {
        return LINK.matcher(html)
                .results()
                .map(link -> HtmlUtils.htmlUnescape(link.group(1)))
                .filter(address -> !address.matches("/(css|js|fonts|webjars)/.*|/[a-z]+-?[0-9a-f]*\\.(svg|ico)"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the fields as a browser encodes them. */
    String encoded() {
        return encoded(fields);
    }

    static String encoded(List<Field> fields) {
        return fields.stream()
                .map(field -> URLEncoder.encode(field.name(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.value(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    PageForm with(String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new PageForm(method, path, more);
    }
}
