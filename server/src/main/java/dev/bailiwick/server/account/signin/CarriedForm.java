package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.bounds.Bound;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A form that was sent after its session had ended. The browser carries it over sign-in, in hidden fields of the sign-in page, and
 * the user then sees it again. The server keeps nothing of it, and never acts on it by itself.
 *
 * @param path where it was sent to
 * @param user the id of the user it was shown to; empty if that is not known
 * @param page the page that it was on, empty if that is not known
 * @param fields without the token against forgery, in their order; none of a form with a password, whose other fields may be passwords
 *     by another name
 * @param passwords whether it had a password
 */
record CarriedForm(String path, String user, String page, List<Field> fields, boolean passwords) {

    /** The request attribute, and the variable of templates. */
    static final String ATTRIBUTE = "carried";

    private static final String TO = "carried-to";
    private static final String BY = "carried-by";
    private static final String FROM = "carried-from";
    private static final String WITH_PASSWORDS = "carried-passwords";
    private static final String PREFIX = "carried.";
    private static final String TOKEN = "_csrf";

    /** What the paths of forms are made of; a path that means another one is not among them. */
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-]+)+");

    /** What the sign-in page has of its own. */
    private static final int OTHER_PARAMETERS = 10;

    record Field(String name, String value) {}

    CarriedForm {
        fields = List.copyOf(fields);
    }

    /** The form that the request sends. Empty if it cannot be carried: it is too large. */
    static Optional<CarriedForm> sentBy(HttpServletRequest request, String user) {
        List<Field> fields = fields(request, "");
        boolean passwords = fields.stream().anyMatch(field -> isSecret(field.name()));
        String page = page(request.getHeader(HttpHeaders.REFERER));
        return Optional.of(
                        new CarriedForm(request.getRequestURI(), user, page, passwords ? List.of() : fields, passwords))
                .filter(CarriedForm::isCarriable);
    }

    /** The form that the sign-in page brings. */
    static Optional<CarriedForm> broughtBy(HttpServletRequest request) {
        String path = request.getParameter(TO);
        if (path == null) {
            return Optional.empty();
        }
        return Optional.of(new CarriedForm(
                        path,
                        Objects.requireNonNullElse(request.getParameter(BY), ""),
                        page(request.getParameter(FROM)),
                        fields(request, PREFIX),
                        request.getParameter(WITH_PASSWORDS) != null))
                .filter(CarriedForm::isCarriable);
    }

    private static List<Field> fields(HttpServletRequest request, String prefix) {
        return request.getParameterMap().entrySet().stream()
                .filter(parameter -> parameter.getKey().startsWith(prefix))
                .flatMap(parameter -> Arrays.stream(parameter.getValue())
                        .map(value -> new Field(parameter.getKey().substring(prefix.length()), value)))
                .filter(field -> !field.name().equals(TOKEN))
                .toList();
    }

    /** The path of a page of this server; empty if it is none. */
    private static String page(@Nullable String address) {
        String path = address == null
                ? ""
                : address.replaceFirst("^https?://[^/]*", "").replaceFirst("[?#].*", "");
        return PATH.matcher(path).matches() ? path : "";
    }

    /** The fields of the sign-in page that carry it. */
    List<Field> hidden() {
        List<Field> hidden = new ArrayList<>(List.of(new Field(TO, path), new Field(BY, user), new Field(FROM, page)));
        if (passwords) {
            hidden.add(new Field(WITH_PASSWORDS, "true"));
        }
        fields.forEach(field -> hidden.add(new Field(PREFIX + field.name(), field.value())));
        return hidden;
    }

    /** As the parameters of a request. */
    Map<String, String[]> parameters() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        fields.forEach(field ->
                values.computeIfAbsent(field.name(), _ -> new ArrayList<>()).add(field.value()));
        Map<String, String[]> parameters = new LinkedHashMap<>();
        values.forEach((name, all) -> parameters.put(name, all.toArray(String[]::new)));
        return parameters;
    }

    private boolean isCarriable() {
        long bytes = hidden().stream()
                .mapToLong(field -> encoded(field.name()) + encoded(field.value()) + 2)
                .sum();
        return PATH.matcher(path).matches()
                && bytes <= Bound.CARRIED_FORM_BYTES.value()
                && fields.size() <= Bound.REQUEST_PARAMETERS.value() - OTHER_PARAMETERS;
    }

    private static int encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).length();
    }

    private static boolean isSecret(String name) {
        String known = name.toLowerCase(Locale.ROOT);
        return known.contains("password") || known.contains("secret");
    }
}
