package dev.bailiwick.server.jail.page.form;

import static dev.bailiwick.server.jail.page.form.TypedText.number;
import static dev.bailiwick.server.jail.page.form.TypedText.orAbsent;
import static dev.bailiwick.server.jail.page.form.TypedText.rowsOf;
import static dev.bailiwick.server.jail.page.form.TypedText.text;
import static dev.bailiwick.server.jail.page.form.TypedText.words;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A definition as the user typed it into the form, also if it is invalid. An absent field is empty.
 *
 * @param version the generation of the jail when the edit began; empty for a new jail
 * @param customer as it was typed, see {@link TypedCustomers}; an id of a jail that exists
 * @param host an id; empty if the server chooses a host
 * @param plan an id; empty for none. Only of a new jail
 * @param commandLine a pasted command line, see {@link ShellWords}; it counts as the command if that has no rows
 * @param wanted {@code running} if the box is ticked
 * @param stopTimeout in seconds; empty for the default
 * @param runDirectories rows of a path, an owner or {@code -}, and a mode; the last two may be absent
 * @param init {@code true} if the box is ticked
 * @param restartLimit a number; empty for no limit
 * @param nameServers addresses, separated by spaces or commas; likewise the next two
 * @param additionalAddresses rows of an address, a family or the range of a pool
 */
public record JailForm(
        String version,
        String customer,
        String host,
        String plan,
        String name,
        String hostname,
        String ipv4,
        String ipv6,
        TextRows command,
        String commandLine,
        PairRows environment,
        String base,
        String path,
        LimitsForm limits,
        String profile,
        List<OverrideForm> overrides,
        String wanted,
        PairRows labels,
        String stopSignal,
        String stopTimeout,
        String user,
        String workingDirectory,
        TextRows runDirectories,
        String init,
        String restartPolicy,
        String restartLimit,
        String nameServers,
        String searchDomains,
        String resolverOptions,
        PairRows extraHosts,
        PairRows sysctls,
        String privileges,
        TextRows additionalAddresses,
        String console) {

    private static final String TICKED = "true";
    private static final JailForm EMPTY = RecordFields.create(JailForm.class, Map.of());

    public JailForm {
        version = text(version);
        customer = text(customer);
        host = text(host);
        plan = text(plan);
        name = text(name);
        hostname = text(hostname);
        ipv4 = text(ipv4);
        ipv6 = text(ipv6);
        command = Objects.requireNonNullElse(command, TextRows.NONE);
        commandLine = text(commandLine);
        environment = Objects.requireNonNullElse(environment, PairRows.NONE);
        base = text(base);
        path = text(path);
        limits = Objects.requireNonNullElse(limits, LimitsForm.NONE);
        profile = text(profile);
        overrides = overrides == null
                ? List.of()
                : overrides.stream()
                        .map(override -> Objects.requireNonNullElse(override, OverrideForm.EMPTY))
                        .toList();
        wanted = text(wanted);
        labels = Objects.requireNonNullElse(labels, PairRows.NONE);
        stopSignal = text(stopSignal);
        stopTimeout = text(stopTimeout);
        user = text(user);
        workingDirectory = text(workingDirectory);
        runDirectories = Objects.requireNonNullElse(runDirectories, TextRows.NONE);
        init = text(init);
        restartPolicy = text(restartPolicy);
        restartLimit = text(restartLimit);
        nameServers = text(nameServers);
        searchDomains = text(searchDomains);
        resolverOptions = text(resolverOptions);
        extraHosts = Objects.requireNonNullElse(extraHosts, PairRows.NONE);
        sysctls = Objects.requireNonNullElse(sysctls, PairRows.NONE);
        privileges = text(privileges);
        additionalAddresses = Objects.requireNonNullElse(additionalAddresses, TextRows.NONE);
        console = text(console);
    }

    public static JailForm blank(String customer, String host, String path, String base) {
        return of(Map.of(
                "customer",
                customer,
                "host",
                host,
                "base",
                base,
                "path",
                path,
                "profile",
                "hosting",
                "wanted",
                "running",
                "stopSignal",
                StopMethod.DEFAULT.signal().text(),
                "restartPolicy",
                RestartPolicy.ALWAYS.mode().text()));
    }

    /** @param fields by name; the others are empty */
    public static JailForm of(Map<String, ?> fields) {
        JailForm form = EMPTY;
        for (Map.Entry<String, ?> field : fields.entrySet()) {
            form = form.with(field.getKey(), field.getValue());
        }
        return form;
    }

    public static JailForm of(JailView jail) {
        JailDefinition definition = jail.definition();
        DefinitionDraft draft = DefinitionDraft.of(definition);
        return new JailForm(
                String.valueOf(jail.generation()),
                jail.customer().toString(),
                jail.host().toString(),
                "",
                definition.name().value(),
                definition.hostname().value(),
                definition.addresses().v4().map(Object::toString).orElse(""),
                definition.addresses().v6().map(Object::toString).orElse(""),
                TextRows.of(definition.command().argv()),
                "",
                PairRows.of(definition.command().environment()),
                definition.base().text(),
                definition.path().value(),
                LimitsForm.of(Objects.requireNonNull(draft.limits())),
                definition.policy().profile().text(),
                definition.policy().overrides().stream()
                        .filter(override -> !override.watches())
                        .map(OverrideForm::of)
                        .toList(),
                definition.wanted().text(),
                PairRows.of(definition.labels().all()),
                definition.stop().signal().text(),
                String.valueOf(definition.stop().timeoutSeconds()),
                Objects.requireNonNullElse(draft.user(), ""),
                Objects.requireNonNullElse(draft.workingDirectory(), ""),
                rowsOf(definition.execution().runDirectories().all()),
                definition.execution().firstProcess() == FirstProcess.INIT ? TICKED : "",
                definition.restarts().mode().text(),
                definition.restarts().limit().isPresent()
                        ? String.valueOf(definition.restarts().limit().getAsInt())
                        : "",
                words(definition.names().resolver().servers()),
                words(definition.names().resolver().search()),
                words(definition.names().resolver().options()),
                PairRows.of(definition.names().hosts().all()),
                PairRows.of(definition.execution().sysctls().all()),
                Objects.requireNonNullElse(draft.privileges(), ""),
                rowsOf(definition.addresses().additional()),
                Objects.requireNonNullElse(draft.console(), ""));
    }

    /** Returns a form in which one field has another value. */
    public JailForm with(String field, Object value) {
        Map<String, Object> fields = RecordFields.of(this);
        fields.put(field, value);
        return RecordFields.create(JailForm.class, fields);
    }

    /** Returns the fields that consist of rows, by name. */
    Map<String, Rows> rows() {
        Map<String, Rows> rows = new LinkedHashMap<>();
        RecordFields.of(this).forEach((name, field) -> {
            if (field instanceof Rows typed) {
                rows.put(name, typed);
            }
        });
        return rows;
    }

    public Map<String, FormRows> shownRows() {
        Map<String, FormRows> shown = new LinkedHashMap<>();
        rows().forEach((name, rows) -> shown.put(name, rows.shown()));
        return shown;
    }

    /** @throws InvalidRequest if a row or a number cannot be read */
    public DefinitionDraft draft() {
        return draft(List.of());
    }

    /**
     * @param watches overrides that the form does not contain, because there may be very many, and that remain
     * @throws InvalidRequest if a row or a number cannot be read
     */
    public DefinitionDraft draft(List<PolicyOverride> watches) {
        Reading reading = read(watches);
        if (!reading.unreadable().isEmpty()) {
            throw new InvalidRequest(reading.unreadable());
        }
        return reading.draft();
    }

    /**
     * The readable part of the form, so that one check finds everything that is wrong with it.
     *
     * @param draft has no rows that cannot be read
     * @param unreadable the violations of those rows
     */
    record Reading(DefinitionDraft draft, List<Violation> unreadable) {}

    public Reading read(List<PolicyOverride> watches) {
        List<Violation> unreadable = new ArrayList<>();
        DefinitionDraft draft = draft(watches, unreadable);
        return new Reading(draft, List.copyOf(unreadable));
    }

    private DefinitionDraft draft(List<PolicyOverride> watches, List<Violation> unreadable) {
        return new DefinitionDraft(
                name.strip(),
                orAbsent(hostname),
                path.isBlank() ? null : path,
                orAbsent(base),
                addresses(),
                new PolicyDraft(
                        orAbsent(profile),
                        Stream.concat(
                                        overrides.stream().map(OverrideForm::draft),
                                        watches.stream().map(OverrideDraft::of))
                                .<@Nullable OverrideDraft>map(Function.identity())
                                .toList()),
                TypedText.argv(command, commandLine, unreadable),
                environment.pairs("/environment", unreadable),
                limits.draft(),
                wanted.equals("running") ? "running" : "stopped",
                labels.pairs("/labels", unreadable),
                orAbsent(stopSignal),
                number("/stopTimeout", stopTimeout, unreadable),
                orAbsent(user),
                workingDirectory.isBlank() ? null : workingDirectory,
                TypedText.runDirectories(runDirectories, unreadable),
                init.equals(TICKED) ? Boolean.TRUE : null,
                orAbsent(restartPolicy),
                number("/restartLimit", restartLimit, unreadable),
                words(nameServers),
                words(searchDomains),
                words(resolverOptions),
                extraHosts.pairs("/extraHosts", unreadable),
                sysctls.pairs("/sysctls", unreadable),
                orAbsent(privileges),
                additionalAddresses.texts("/additionalAddresses", unreadable),
                orAbsent(console));
    }

    private List<@Nullable String> addresses() {
        List<@Nullable String> typed = new ArrayList<>();
        if (!ipv4.isBlank()) {
            typed.add(ipv4.strip());
        }
        if (!ipv6.isBlank()) {
            typed.add(ipv6.strip());
        }
        return typed;
    }
}
