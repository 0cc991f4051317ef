package dev.bailiwick.server;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * A form of a page, as a browser would send it if nobody changed it: what the HTML standard says of parsing, of the values of
 * controls, and of encoding.
 */
public final class BrowserForm {

    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r|\n");

    /** What a browser keeps in a field for a date and time; it empties any other. */
    private static final Pattern LOCAL_TIME =
            Pattern.compile("\\d{4,}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?");

    private final List<Field> fields = new ArrayList<>();

    public record Field(String name, String value) {}

    /** Whether a browser runs scripts; otherwise it shows what is meant for browsers without them. */
    public enum Scripts {
        RUN,
        OFF
    }

    private BrowserForm() {}

    /** @param form a CSS selector */
    public static BrowserForm of(String html, String form, Scripts scripts) {
        Document page = Jsoup.parse(LINE_BREAK.matcher(html).replaceAll("\n"));
        page.outputSettings().prettyPrint(false);
        if (scripts == Scripts.RUN) {
            page.select("noscript").remove();
        }
        BrowserForm read = new BrowserForm();
        Element element = Objects.requireNonNull(page.selectFirst(form), () -> "there is no " + form + " in " + html);
        for (Element control : element.select("input, select, textarea")) {
            read.add(control);
        }
        return read;
    }

    private void add(Element control) {
        if (control.hasAttr("disabled") || !control.hasAttr("name")) {
            return;
        }
        switch (control.tagName()) {
            case "textarea" -> add(control, control.wholeText().replaceFirst("^\n", ""));
            case "select" -> {
                Element option = control.selectFirst("option[selected]");
                add(
                        control,
                        Objects.requireNonNull(option == null ? control.selectFirst("option") : option)
                                .attr("value"));
            }
            default -> {
                String value = control.attr("value");
                switch (control.attr("type")) {
                    case "checkbox", "radio" -> {
                        if (control.hasAttr("checked")) {
                            add(control, value);
                        }
                    }
                    case "hidden" -> add(control, value);
                    case "datetime-local" ->
                        add(control, LOCAL_TIME.matcher(value).matches() ? value : "");
                    default -> add(control, LINE_BREAK.matcher(value).replaceAll(""));
                }
            }
        }
    }

    private void add(Element control, String value) {
        fields.add(new Field(control.attr("name"), LINE_BREAK.matcher(value).replaceAll("\r\n")));
    }

    public List<Field> fields() {
        return fields;
    }

    /** Presses a button, which is sent as well. */
    public BrowserForm press(String name, String value) {
        fields.add(new Field(name, value));
        return this;
    }

    /** Returns the body of the request. */
    public String encoded() {
        return fields.stream()
                .map(field -> encoded(field.name()) + "=" + encoded(field.value()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
