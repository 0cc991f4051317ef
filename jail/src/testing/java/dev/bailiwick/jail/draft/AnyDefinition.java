package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.text.PlainText;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Valid definitions from a seed. Each field gets any of its values, and often one that a form could change: texts with line breaks,
 * blanks, quotes, markup or characters that cannot be seen. A field of which this class knows nothing makes it fail. The tests of
 * several modules compile it.
 */
public final class AnyDefinition {

    private static final int MAX_FEW = 6;
    private static final int MAX_LIST = 256;
    private static final int MAX_LENGTH = 250_000;

    /** Texts without NUL, which execve(2) cannot pass on. */
    private static final List<String> PIECES = List.of(
            "a",
            "one two",
            " ",
            "  ",
            "\n",
            "\n\n",
            "\r",
            "\r\n",
            "\t",
            "\u000b",
            "\f",
            "\u0001",
            "\u001b[31m",
            "\u007f",
            "\u0085",
            "\u00a0",
            "\u2028",
            "\u2029",
            "\u202e",
            "\u200b",
            "\ufeff",
            "\ufffd",
            "\ufffe",
            "'",
            "\"",
            "\\",
            "\\n",
            "$'",
            "$'a'",
            "$'",
            "''",
            "\"\"",
            "$HOME",
            "${x}",
            "#{form.name}",
            "__${1}__",
            "[[${x}]]",
            "&amp;",
            "&#10;",
            "&lt",
            "<b>",
            "</textarea>",
            "<!--",
            "-->",
            "</script>",
            "<option selected>",
            "%0A",
            "%",
            "+",
            "=",
            ",",
            ";",
            "#",
            "~",
            "`id`",
            "*",
            "ä",
            "€",
            "漢字",
            "🦀",
            "e\u0301",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n",
            "{\"a\": [1, \"b\\n\"]}",
            "hello\nADMIN=yes",
            "printf 'a\\nb'");

    private static final String KEY_START = "abcXYZ019";
    private static final String KEY_REST = KEY_START + "._/-";

    private final Random random;
    private final List<String> addresses;
    private final Map<String, Supplier<@Nullable Object>> fields = new HashMap<>();
    private final Map<String, Set<String>> seen = new HashMap<>();
    private List<@Nullable String> primary = List.of();

    /** @param addresses those that the jail may have: IPv4 and IPv6 */
    public AnyDefinition(long seed, List<String> addresses) {
        this.random = new Random(seed);
        this.addresses = addresses;
        fields.put("name", () -> chosen("web", "a", "x-1", "a".repeat(63)));
        fields.put("hostname", () -> chosen("web", "WWW.Example.org", "a-b.c", "x".repeat(63)));
        fields.put("path", this::path);
        fields.put("base", () -> chosen("thin", "directory", "template:debian-13"));
        fields.put("ip", this::ip);
        fields.put("policy", () -> create(PolicyDraft.class));
        fields.put("command", this::command);
        fields.put("environment", () -> pairs(this::variable, this::text));
        fields.put("limits", () -> create(LimitsDraft.class));
        fields.put("wanted", () -> chosen("running", "stopped"));
        fields.put("labels", () -> pairs(this::key, () -> plain(0, 255)));
        fields.put("stopSignal", () -> maybe(chosen("TERM", "INT", "QUIT", "HUP")));
        fields.put("stopTimeout", () -> random.nextBoolean() ? 1 + random.nextInt(3600) : null);
        fields.put("restartPolicy", () -> maybe(chosen("always", "on-failure")));
        fields.put("restartLimit", () -> random.nextBoolean() ? 1 + random.nextInt(1000) : null);
        fields.put("user", () -> maybe(chosen("www-data", "33", "app:www-data", "0:0")));
        fields.put("workingDirectory", () -> maybe("/" + plain(0, 200)));
        fields.put("runDirectories", this::runDirectories);
        fields.put("owner", () -> maybe(chosen("www-data", "33:33")));
        fields.put("mode", () -> maybe(chosen("0755", "700", "2775", "0")));
        fields.put("init", () -> random.nextBoolean() ? true : null);
        fields.put("nameServers", () -> some("203.0.113.53", "2001:db8::53", "198.18.0.9"));
        fields.put("searchDomains", () -> some("example.org", "a.b.", ".", "x".repeat(63)));
        fields.put("resolverOptions", () -> some("ndots:2", "edns0", "timeout:15", "use-vc"));
        fields.put(
                "extraHosts",
                () -> pairs(
                        () -> chosen("db", "db.internal", "_x", "A-1.example.org", "x".repeat(63)),
                        () -> chosen("198.18.0.7", "2001:db8::7")));
        fields.put(
                "memory",
                () -> maybe(chosen(
                        String.valueOf((4L << 20) + random.nextLong(1L << 40)), 4 + random.nextInt(100_000) + "MiB")));
        fields.put("processes", () -> maybe(String.valueOf(1 + random.nextInt(4_194_304))));
        fields.put("cpuMillis", () -> maybe(String.valueOf(10 + random.nextInt(1_000_000))));
        fields.put("shm", this::size);
        fields.put("tmp", this::size);
        fields.put("run", this::size);
        fields.put("memoryHigh", () -> maybe(chosen("4MiB", "1GiB", "5000000")));
        fields.put("swap", () -> maybe(chosen("0", "1GiB")));
        fields.put("cpuWeight", () -> maybe(String.valueOf(1 + random.nextInt(10_000))));
        fields.put("cpus", () -> maybe(chosen("0", "0-3,8", "1,0", "0,1,2,3", "7,5,3")));
        fields.put("ioWeight", () -> maybe(String.valueOf(1 + random.nextInt(1_000))));
        fields.put("ioBytes", () -> maybe(chosen("64KiB", "10MiB")));
        fields.put("ioOperations", () -> maybe(String.valueOf(10 + random.nextInt(100_000))));
        fields.put("files", () -> maybe(String.valueOf(64 + random.nextInt(1_000_000))));
        fields.put(
                "sysctls",
                () -> pairs(
                        () -> chosen("net.core.somaxconn", "net.ipv4.tcp_keepalive_time", "kernel.shmmni"),
                        () -> String.valueOf(1 + random.nextInt(32_000))));
        fields.put("privileges", () -> chosen("none", "setuid"));
        fields.put("console", () -> chosen("log", "tty"));
        fields.put("additionalAddresses", this::additionalAddresses);
        fields.put("bandwidthIn", () -> maybe(chosen("64k", "100Mbit/s", "1000000000")));
        fields.put("bandwidthOut", () -> maybe(chosen("64001", "1.5 Mbit/s", "100G")));
        fields.put("connections", () -> maybe(String.valueOf(64 + random.nextInt(16_000))));
        fields.put("log", () -> maybe(chosen("1MiB", "48 MiB", "4G")));
        fields.put("profile", () -> chosen("hosting", "strict2002", "system"));
        fields.put("overrides", this::overrides);
        fields.put("call", () -> chosen("ptrace", "bpf"));
        fields.put("decision", this::decision);
        fields.put("reason", () -> plain(1, 500));
        // The server sets it.
        fields.put("setBy", () -> null);
        fields.put("until", this::until);
    }

    public DefinitionDraft next() {
        return Stream.generate(() -> create(DefinitionDraft.class))
                .filter(draft -> length(draft) < MAX_LENGTH)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the bytes of command and environment, which have a bound in all. */
    private static int length(DefinitionDraft draft) {
        return (draft.command() + " " + draft.environment()).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns the fields that have had fewer than two values. */
    public List<String> unvaried() {
        return fields.keySet().stream()
                .filter(field -> !field.equals("setBy")
                        && seen.getOrDefault(field, Set.of()).size() < 2)
                .toList();
    }

    private <R extends Record> R create(Class<R> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = Stream.of(components).map(this::value).toArray();
        try {
            return type.getDeclaredConstructor(
                            Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new))
                    .newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private @Nullable Object value(RecordComponent component) {
        Supplier<@Nullable Object> values = fields.get(component.getName());
        if (values == null) {
            throw new AssertionError(
                    "No values for the field " + component.getName() + " of a definition: add some here");
        }
        Object value = values.get();
        Set<String> before = seen.computeIfAbsent(component.getName(), _ -> new LinkedHashSet<>());
        if (before.size() < 2) {
            before.add(String.valueOf(value));
        }
        return value;
    }

    private String chosen(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    /** Returns some of the texts, in their order. */
    private List<String> some(String... texts) {
        return Stream.of(texts).filter(_ -> random.nextInt(3) == 0).limit(3).toList();
    }

    private @Nullable String size() {
        return maybe(chosen(String.valueOf((1L << 20) + random.nextLong(1L << 30)), "1TiB", "48MiB"));
    }

    private @Nullable String maybe(String text) {
        return random.nextBoolean() ? text : null;
    }

    /** Any text that a program can get as an argument. */
    private String text() {
        if (random.nextInt(200) == 0) {
            return chosen("x", "\n", "ä", "漢", "\u0001", "'").repeat(20_000);
        }
        StringBuilder text = new StringBuilder();
        for (int pieces = random.nextInt(MAX_FEW); pieces > 0; pieces--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /** A text on one line of which every character can be seen. */
    private String plain(int minimum, int maximum) {
        return such(text ->
                PlainText.fault(text).isEmpty() && text.length() <= maximum && (minimum == 0 || !text.isBlank()));
    }

    private String such(Predicate<String> wanted) {
        return Stream.generate(this::text).filter(wanted).findFirst().orElseThrow();
    }

    private String variable() {
        return such(text -> !text.isEmpty() && text.indexOf('=') < 0 && text.length() < 1000);
    }

    private String key() {
        StringBuilder key = new StringBuilder().append(KEY_START.charAt(random.nextInt(KEY_START.length())));
        for (int rest = random.nextInt(10); rest > 0; rest--) {
            key.append(KEY_REST.charAt(random.nextInt(KEY_REST.length())));
        }
        return Labels.checkKey(key.toString());
    }

    private int listed(int maximum) {
        return random.nextInt(50) == 0 ? maximum : random.nextInt(MAX_FEW);
    }

    private Map<String, @Nullable String> pairs(Supplier<String> names, Supplier<String> values) {
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        for (int number = listed(32); number > 0; number--) {
            pairs.put(names.get(), values.get());
        }
        return pairs;
    }

    private List<@Nullable String> command() {
        List<@Nullable String> command = new ArrayList<>(List.of("/" + such(text -> text.length() < 1000)));
        int number = listed(MAX_LIST - 1);
        IntStream.range(0, number)
                .forEach(_ -> command.add(number < MAX_FEW ? text() : such(text -> text.length() < 100)));
        return command;
    }

    private String path() {
        String rest = such(text -> PlainText.fault(text).isEmpty() && text.length() < 200 && !text.isEmpty());
        return "/var/lib/bailiwick/jails/x" + rest.replace("/", "") + chosen("", " ", "x");
    }

    private List<@Nullable String> ip() {
        List<@Nullable String> chosen = new ArrayList<>();
        boolean first = random.nextBoolean();
        for (boolean v4 : new boolean[] {first, !first}) {
            if (chosen.isEmpty() || random.nextBoolean()) {
                List<String> family =
                        addresses.stream().filter(a -> a.indexOf('.') > 0 == v4).toList();
                chosen.add(family.get(random.nextInt(family.size())));
            }
        }
        primary = chosen;
        return chosen;
    }

    private @Nullable List<@Nullable String> additionalAddresses() {
        List<@Nullable String> chosen = new ArrayList<>(addresses.stream()
                .filter(address -> !primary.contains(address))
                .filter(address -> primary.stream()
                        .anyMatch(other -> String.valueOf(other).contains(".") == address.contains(".")))
                .filter(_ -> random.nextBoolean())
                .limit(16)
                .toList());
        return chosen.isEmpty() ? null : chosen;
    }

    private List<@Nullable RunDirectoryDraft> runDirectories() {
        List<@Nullable RunDirectoryDraft> directories = new ArrayList<>();
        for (int number = random.nextInt(MAX_FEW); number > 0; number--) {
            RunDirectoryDraft any = create(RunDirectoryDraft.class);
            directories.add(new RunDirectoryDraft("/run/d" + number, any.owner(), any.mode()));
        }
        return directories;
    }

    private List<@Nullable OverrideDraft> overrides() {
        List<Syscall> calls = SyscallTable.linux().all();
        Map<String, OverrideDraft> overrides = new LinkedHashMap<>();
        for (int number = listed(calls.size()); number > 0; number--) {
            Syscall call = calls.get(random.nextInt(calls.size()));
            OverrideDraft draft = create(OverrideDraft.class);
            String any = Objects.requireNonNull(draft.decision());
            String decision = call.floor().isPresent() && !any.startsWith("watch") ? "kill" : any;
            overrides.put(
                    call.name() + decision.startsWith("watch"),
                    new OverrideDraft(call.name(), decision, draft.reason(), null, draft.until()));
        }
        return new ArrayList<>(overrides.values());
    }

    private String decision() {
        String errno = chosen("EPERM", "EACCES", "ENOSYS", "EINVAL", "ENOMEM", "EAGAIN");
        return chosen(
                "allow",
                "log",
                "kill",
                "deny",
                "deny:" + errno,
                "watch:deny:" + errno,
                "watch:kill",
                "watch:strict2002");
    }

    private @Nullable String until() {
        Instant end = Instant.parse("2090-01-01T00:00:00Z").plusSeconds(random.nextLong(200_000_000_000L));
        ChronoUnit unit = List.of(
                        ChronoUnit.DAYS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS, ChronoUnit.MICROS)
                .get(random.nextInt(5));
        return maybe(
                end.plusNanos(random.nextInt(1_000_000_000)).truncatedTo(unit).toString());
    }
}
