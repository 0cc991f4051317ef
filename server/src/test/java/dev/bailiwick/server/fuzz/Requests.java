package dev.bailiwick.server.fuzz;

import dev.bailiwick.server.fuzz.RawRequest.Header;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes requests of the API and of the pages from a seed: valid ones, changed in a few places. */
final class Requests {

    /** The id of nothing. */
    static final String MISSING = "019a7e2a-7a52-7ad8-8f0c-0d6f3c1f9a10";

    private static final String NDJSON = "application/x-ndjson";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-zA-Z]+)}");
    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"(\\s*:)?|-?\\d+(?:\\.\\d+)?|true|false|null");
    private static final int MAX_DEPTH = 4;

    private final Random random;
    private final JsonNode description;
    private final List<ApiOperation> operations;
    private List<String> known = List.of();

    Requests(Random random, JsonNode description) {
        this.random = random;
        this.description = description;
        this.operations = ApiOperation.of(description);
    }

    ApiOperation operation() {
        return Nasty.one(operations, random);
    }

    /** A request for the operation, with what it requires. */
    RawRequest valid(ApiOperation operation, World world, String sender) {
        String authorization = world.bearer(sender);
        List<Header> headers = new ArrayList<>();
        if (!authorization.isEmpty()) {
            headers.add(new Header("Authorization", authorization));
        }
        if (operation.body().isPresent()) {
            headers.add(new Header("Content-Type", operation.type()));
        }
        if (operation.method().equals("PUT")) {
            headers.add(new Header("If-Match", "*"));
        }
        String query = operation.query().stream()
                .filter(parameter -> random.nextInt(3) == 0)
                .map(parameter -> parameter.name() + "=" + encoded(value(parameter.name(), parameter.schema(), world)))
                .collect(Collectors.joining("&"));
        String body = operation
                .body()
                .map(schema -> json(schema, world, 0))
                .map(text -> operation.type().equals(NDJSON) ? text + "\n" + text : text)
                .orElse("");
        return new RawRequest(
                operation.method(),
                path(operation.path(), world) + (query.isEmpty() ? "" : "?" + query),
                headers,
                body.getBytes(StandardCharsets.UTF_8),
                false,
                sender);
    }

    /** A request that sends the form, as a browser does. */
    RawRequest valid(PageForm form, World world, String sender) {
        List<Header> headers = new ArrayList<>(List.of(new Header("Accept", "text/html")));
        String cookies = world.people().getOrDefault(sender, "");
        if (!cookies.isEmpty()) {
            headers.add(new Header("Cookie", cookies));
        }
        boolean get = form.method().equals("GET");
        if (!get) {
            headers.add(new Header("Content-Type", FORM));
            headers.add(new Header("Sec-Fetch-Site", "same-origin"));
        }
        String fields = form.encoded();
        return new RawRequest(
                form.method(),
                get && !fields.isEmpty() ? form.path().replaceFirst("\\?.*", "") + "?" + fields : form.path(),
                headers,
                get ? new byte[0] : fields.getBytes(StandardCharsets.UTF_8),
                false,
                sender);
    }

    /**
     * The request with a few changes.
     *
     * @param parameters those of the query that the operation reads, which are mostly the ones that are added
     */
    RawRequest changed(RawRequest request, List<ApiOperation.Parameter> parameters) {
        RawRequest changed = request;
        known = parameters.stream().map(ApiOperation.Parameter::name).toList();
        for (int changes = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1; changes > 0; changes--) {
            changed = change(changed);
        }
        return changed;
    }

    private RawRequest change(RawRequest request) {
        return switch (random.nextInt(24)) {
            case 0 -> with(request, Nasty.method(random), request.target(), request.headers(), request.body());
            case 1, 2 -> target(request, query(request.target()));
            case 3 ->
                target(request, request.target().replaceFirst("(?=\\?|$)", Matcher.quoteReplacement(encodedPath())));
            case 4 -> target(request, otherSegment(request.target()));
            case 5, 6 -> header(request, Nasty.header(random));
            case 7 -> header(request, new Header("Content-Type", Nasty.type(random)));
            case 8 ->
                new RawRequest(
                        request.method(),
                        request.target(),
                        request.headers(),
                        request.body(),
                        !request.chunked(),
                        request.sender());
            default ->
                request.body().length == 0
                        ? target(request, query(request.target()))
                        : with(request, request.method(), request.target(), request.headers(), body(request));
        };
    }

    private String encodedPath() {
        String path = Nasty.path(random);
        return random.nextInt(8) == 0 ? path : URLEncoder.encode(path, StandardCharsets.UTF_8);
    }

    private String otherSegment(String target) {
        List<String> segments = new ArrayList<>(Arrays.asList(target.split("/", -1)));
        segments.set(random.nextInt(segments.size()), encoded(Nasty.text(random)));
        String changed = String.join("/", segments);
        return changed.startsWith("/") ? changed : "/" + changed;
    }

    /** Adds a parameter, doubles one, or gives one another value. */
    private String query(String target) {
        String[] parts = target.split("\\?", 2);
        List<String> pairs = new ArrayList<>(
                parts.length < 2 || parts[1].isEmpty() ? List.of() : Arrays.asList(parts[1].split("&", -1)));
        changePairs(pairs);
        return parts[0] + "?" + String.join("&", pairs);
    }

    private void changePairs(List<String> pairs) {
        int at = pairs.isEmpty() ? 0 : random.nextInt(pairs.size());
        switch (pairs.isEmpty() ? 0 : random.nextInt(6)) {
            case 0 -> pairs.add(encoded(newName()) + "=" + nastyPart());
            case 1 -> pairs.add(pairs.get(at));
            case 2 -> pairs.remove(at);
            case 3 -> pairs.set(at, nastyPart());
            default -> pairs.set(at, pairs.get(at).split("=", 2)[0] + "=" + nastyPart());
        }
    }

    private String newName() {
        return known.isEmpty() || random.nextInt(4) == 0 ? Nasty.name(random) : Nasty.one(known, random);
    }

    private String nastyPart() {
        return random.nextInt(4) == 0 ? Nasty.encoded(random) : encoded(Nasty.text(random));
    }

    private byte[] body(RawRequest request) {
        boolean form = request.headers().contains(new Header("Content-Type", FORM));
        String text = new String(request.body(), StandardCharsets.UTF_8);
        if (random.nextInt(8) == 0) {
            return bytes(request.body());
        }
        if (form) {
            List<String> pairs = new ArrayList<>(Arrays.asList(text.split("&", -1)));
            changePairs(pairs);
            return String.join("&", pairs).getBytes(StandardCharsets.UTF_8);
        }
        return json(text).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] bytes(byte[] body) {
        byte[] changed = Arrays.copyOf(body, random.nextInt(4) == 0 ? random.nextInt(body.length + 1) : body.length);
        for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private String json(String text) {
        List<int[]> tokens = TOKEN.matcher(text)
                .results()
                .map(token -> new int[] {token.start(), token.end(), token.group(1) == null ? 0 : 1})
                .toList();
        if (tokens.isEmpty()) {
            return Nasty.json(random);
        }
        int[] token = Nasty.one(tokens, random);
        String before = text.substring(0, token[0]);
        String after = text.substring(token[1]);
        String other =
                token[2] == 1 ? name() + ":" : random.nextInt(3) == 0 ? quoted(Nasty.text(random)) : Nasty.json(random);
        return switch (random.nextInt(10)) {
            case 0 -> "[" + text + "]";
            case 1 -> text + text;
            case 2 -> text.replaceFirst("\\{", Matcher.quoteReplacement("{" + name() + ":" + Nasty.json(random) + ","));
            case 3 -> before + after;
            default -> before + other + after;
        };
    }

    private String name() {
        return random.nextInt(4) == 0 ? "\"\\ud800\"" : quoted(Nasty.name(random));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted.append(
                    c < ' ' || c == '"' || c == '\\'
                            ? String.format(java.util.Locale.ROOT, "\\u%04x", (int) c)
                            : String.valueOf(c));
        }
        return quoted.append('"').toString();
    }

    /** A path with ids that exist, mostly. */
    private String path(String template, World world) {
        String collection = template.replaceFirst("^/api/v1/", "").split("/", 2)[0];
        Matcher variable = VARIABLE.matcher(template);
        StringBuilder path = new StringBuilder();
        while (variable.find()) {
            String name = variable.group(1);
            variable.appendReplacement(
                    path, Matcher.quoteReplacement(id(name.equals("id") ? collection : name + "s", world)));
        }
        return variable.appendTail(path).toString();
    }

    private String id(String collection, World world) {
        List<String> known = world.ids().getOrDefault(collection, List.of());
        return known.isEmpty() || random.nextInt(12) == 0 ? MISSING : Nasty.one(known, random);
    }

    private String value(String name, JsonNode schema, World world) {
        return switch (name) {
            case "host", "customer" -> id(name + "s", world);
            case "cursor" -> id(Nasty.one(new ArrayList<>(world.ids().keySet()), random), world);
            case "limit", "hours" -> String.valueOf(1 + random.nextInt(3));
            case "q", "externalId" -> Nasty.one(List.of("web", "order-web", "a=b", "YQ=="), random);
            case "label" -> Nasty.one(List.of("team", "team=web"), random);
            case "sort" -> Nasty.one(List.of("name", "-name", "-created"), random);
            case "phase" -> "running";
            case "state" -> "connected";
            case "wait" -> Nasty.one(List.of("0s", "1ms", "PT0.001S"), random);
            case "files" -> Nasty.one(List.of("keep", "delete"), random);
            case "previousFiles" -> Nasty.one(List.of("move", "delete"), random);
            case "call" -> "ptrace";
            case "args" -> "1, 0x2";
            default -> schema.path("type").asString("").equals("boolean") ? "true" : Nasty.text(random);
        };
    }

    private String json(JsonNode schema, World world, int depth) {
        JsonNode resolved = ApiOperation.resolved(description, schema);
        if (!resolved.has("properties")) {
            return depth == 0 ? "{\"name\":\"web-" + random.nextInt(10_000) + "\"}" : "{}";
        }
        List<String> fields = new ArrayList<>();
        resolved.get("properties").properties().forEach(field -> {
            boolean needed = List.of(
                            "name", "customer", "calls", "action", "jails", "login", "scopes", "range", "within")
                    .contains(field.getKey());
            if (needed || random.nextInt(3) == 0) {
                fields.add("\"" + field.getKey() + "\":" + field(field.getKey(), field.getValue(), world, depth));
            }
        });
        return "{" + String.join(",", fields) + "}";
    }

    private String field(String name, JsonNode schema, World world, int depth) {
        JsonNode resolved = ApiOperation.resolved(description, schema);
        if (resolved.path("enum").isArray()) {
            JsonNode values = resolved.get("enum");
            return quoted(values.get(random.nextInt(values.size())).asString());
        }
        @Nullable String known = known(name, world);
        if (known != null
                && !ApiOperation.resolved(description, resolved.path("items")).has("properties")) {
            return known;
        }
        String type = resolved.path("type").isArray()
                ? resolved.path("type").path(0).asString("")
                : resolved.path("type").asString("");
        if (resolved.has("properties") && depth < MAX_DEPTH) {
            return json(resolved, world, depth + 1);
        }
        return switch (type) {
            case "array" -> "[" + field("", resolved.path("items"), world, depth + 1) + "]";
            case "integer", "number" -> String.valueOf(random.nextInt(100));
            case "boolean" -> String.valueOf(random.nextBoolean());
            case "object" -> "{\"LANG\":\"C\"}";
            default -> quoted(Nasty.text(random));
        };
    }

    private @Nullable String known(String name, World world) {
        return switch (name) {
            case "name", "hostname" -> "\"web-" + random.nextInt(10_000) + "\"";
            case "login" -> "\"u-" + random.nextInt(1_000_000) + "\"";
            case "password" -> "\"" + World.PASSWORD + "\"";
            // With the right one, the sessions of all senders would end.
            case "current" -> "\"wrong horse battery\"";
            case "customer", "host" -> "\"" + id(name + "s", world) + "\"";
            case "id", "as", "jail" -> "\"" + id("jails", world) + "\"";
            case "jails" -> "[\"" + id("jails", world) + "\"]";
            case "externalId" -> "\"order-" + random.nextInt(10_000) + "\"";
            case "ip" -> "[\"auto\"]";
            case "path" -> "\"/var/lib/bailiwick/jails/w" + random.nextInt(10_000) + "\"";
            case "base" -> "\"thin\"";
            case "command" -> "[\"/bin/sh\",\"-c\",\"sleep 9\"]";
            case "environment" -> "{\"LANG\":\"C.UTF-8\"}";
            case "labels" -> "{\"team\":\"web\"}";
            case "memory" -> "\"512MiB\"";
            case "profile" -> "\"hosting\"";
            case "decision" -> "\"deny:EPERM\"";
            case "call" -> "\"ptrace\"";
            case "reason", "description" -> "\"because\"";
            case "until", "expiresAt" -> "\"2099-01-01T00:00:00Z\"";
            case "duration" -> "\"24h\"";
            case "within" -> "\"20ms\"";
            case "wanted" -> "\"running\"";
            case "scopes" -> "[\"jails:read\"]";
            case "range" -> "\"10.250." + random.nextInt(256) + ".0/24\"";
            default -> null;
        };
    }

    private static RawRequest with(
            RawRequest request, String method, String target, List<Header> headers, byte[] body) {
        return new RawRequest(method, target, headers, body, request.chunked(), request.sender());
    }

    private static RawRequest target(RawRequest request, String target) {
        return with(request, request.method(), target, request.headers(), request.body());
    }

    /** Replaces the header, or adds it. */
    private RawRequest header(RawRequest request, Header header) {
        List<Header> headers = new ArrayList<>(request.headers());
        if (random.nextInt(4) > 0) {
            headers.removeIf(present -> present.name().equals(header.name()));
        }
        headers.add(header);
        return with(request, request.method(), request.target(), headers, request.body());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
