package dev.bailiwick.server.account.signin.form;

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
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A form that was sent after its session had ended. The browser carries the form over sign-in, in hidden fields of the sign-in
 * page, and the user then sees the form again. The server stores nothing of it, and never acts on it by itself.
 *
 * @param path the path that the form was sent to
 * @param user the id of the user that the form was shown to; empty if unknown
 * @param page the page that the form was on; empty if unknown
 * @param fields the fields in their order, without the CSRF token; empty for a form with a password, whose other fields may be
 *     passwords by another name
 * @param passwords whether the form had a password
 */
public record CarriedForm(String path, String user, String page, List<Field> fields, boolean passwords) {

    /** The name of the request attribute and of the template variable. */
    static final String ATTRIBUTE = "carried";

    private static final String TO = "carried-to";
    private static final String BY = "carried-by";
    private static final String FROM = "carried-from";
    private static final String WITH_PASSWORDS = "carried-passwords";
    private static final String PREFIX = "carried.";
    private static final Set<String> CARRIERS = Set.of(TO, BY, FROM, WITH_PASSWORDS);
    private static final String TOKEN = "_csrf";

    /** The paths of forms. The characters do not allow a path that resolves to another one. */
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-]+)+");

    /** The maximum number of parameters that the sign-in page adds. */
    private static final int OTHER_PARAMETERS = 10;

    record Field(String name, String value) {}

    public CarriedForm {
        fields = List.copyOf(fields);
    }

    /** Returns the form of the request; empty if it is too large to carry. */
    public static Optional<CarriedForm> sentBy(HttpServletRequest request, String user) {
        List<Field> fields = fields(request, "");
        boolean passwords = fields.stream().anyMatch(field -> isSecret(field.name()));
        String page = page(request.getHeader(HttpHeaders.REFERER));
        return Optional.of(
                        new CarriedForm(request.getRequestURI(), user, page, passwords ? List.of() : fields, passwords))
                .filter(CarriedForm::isCarriable);
    }

    /** Returns the form that the sign-in page carries. */
    public static Optional<CarriedForm> broughtBy(HttpServletRequest request) {
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

    /** Whether the sign-in page gives its field this name to carry a form. */
    static boolean isPart(String name) {
        return CARRIERS.contains(name) || name.startsWith(PREFIX);
    }

    private static List<Field> fields(HttpServletRequest request, String prefix) {
        return request.getParameterMap().entrySet().stream()
                .filter(parameter -> parameter.getKey().startsWith(prefix))
                .flatMap(parameter -> Arrays.stream(parameter.getValue())
                        .map(value -> new Field(parameter.getKey().substring(prefix.length()), value)))
                .filter(field -> !field.name().equals(TOKEN))
                .toList();
    }

    /** Returns the path of a page of this server; empty if the address is not one. */
    private static String page(@Nullable String address) {
        String path = address == null
                ? ""
                : address.replaceFirst("^https?://[^/]*", "").replaceFirst("[?#].*", "");
        return PATH.matcher(path).matches() ? path : "";
    }

    /** Returns the hidden fields of the sign-in page for this form. */
    List<Field> hidden() {
        List<Field> hidden = new ArrayList<>(List.of(new Field(TO, path), new Field(BY, user), new Field(FROM, page)));
        if (passwords) {
            hidden.add(new Field(WITH_PASSWORDS, "true"));
        }
        fields.forEach(field -> hidden.add(new Field(PREFIX + field.name(), field.value())));
        return hidden;
    }

    /** Returns the fields as parameters of a request. */
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
                .mapToLong(field -> encodedLength(field.name()) + encodedLength(field.value()) + 2)
                .sum();
        return PATH.matcher(path).matches()
                && bytes <= Bound.CARRIED_FORM_BYTES.value()
                && fields.size() <= Bound.REQUEST_PARAMETERS.value() - OTHER_PARAMETERS;
    }

    private static int encodedLength(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).length();
    }

    private static boolean isSecret(String name) {
        String known = name.toLowerCase(Locale.ROOT);
        return known.contains("password") || known.contains("secret");
    }
}
