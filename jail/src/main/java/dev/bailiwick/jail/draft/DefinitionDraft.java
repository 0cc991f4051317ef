package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidDefinition;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A definition from JSON or a form, not yet checked. The components have the names of the JSON members. {@link #define} gives a
 * default to each component that is absent or blank (an empty field of a form), except name, path and addresses.
 *
 * @param hostname by default the name
 * @param base by default {@code thin}
 * @param ip address literals
 * @param command by default {@code /sbin/init}, or on the thin base a shell that waits
 * @param wanted by default {@code running}
 * @param stopSignal by default {@code TERM}
 * @param stopTimeout in seconds; by default 10
 * @param user as whom the command runs, {@code user} or {@code user:group}; by default root
 * @param workingDirectory of the command, an absolute path inside the jail; by default {@code /}
 * @param runDirectories directories below {@code /run} that exist when the command starts
 * @param init whether an init of the host is process 1 and runs the command; by default false
 * @param restartPolicy by default {@code always}
 * @param restartLimit by default none
 * @param nameServers addresses; by default those of its address pool or its host, also for the next two
 * @param extraHosts the address of each name, for {@code /etc/hosts}
 * @param sysctls the value of each setting of the jail's namespaces
 * @param privileges {@code none}, the default, or {@code setuid}
 * @param additionalAddresses address literals
 * @param console {@code log}, the default, or {@code tty}
 */
public record DefinitionDraft(
        @Nullable String name,
        @Nullable String hostname,
        @Nullable String path,
        @Nullable String base,
        @Nullable List<@Nullable String> ip,
        @Nullable PolicyDraft policy,
        @Nullable List<@Nullable String> command,
        @Nullable Map<String, @Nullable String> environment,
        @Nullable LimitsDraft limits,
        @Nullable String wanted,
        @Nullable Map<String, @Nullable String> labels,
        @Nullable String stopSignal,
        @Nullable Integer stopTimeout,
        @Nullable String user,
        @Nullable String workingDirectory,
        @Nullable List<@Nullable RunDirectoryDraft> runDirectories,
        @Nullable Boolean init,
        @Nullable String restartPolicy,
        @Nullable Integer restartLimit,
        @Nullable List<@Nullable String> nameServers,
        @Nullable List<@Nullable String> searchDomains,
        @Nullable List<@Nullable String> resolverOptions,
        @Nullable Map<String, @Nullable String> extraHosts,
        @Nullable Map<String, @Nullable String> sysctls,
        @Nullable String privileges,
        @Nullable List<@Nullable String> additionalAddresses,
        @Nullable String console) {

    private static final String ADDITIONAL = "/additionalAddresses";

    /** A draft without the components after these. */
    public DefinitionDraft(
            @Nullable String name,
            @Nullable String hostname,
            @Nullable String path,
            @Nullable String base,
            @Nullable List<@Nullable String> ip,
            @Nullable PolicyDraft policy,
            @Nullable List<@Nullable String> command,
            @Nullable Map<String, @Nullable String> environment,
            @Nullable LimitsDraft limits,
            @Nullable String wanted) {
        this(
                name,
                hostname,
                path,
                base,
                ip,
                policy,
                command,
                environment,
                limits,
                wanted,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** Returns the draft from which {@link #define} makes this definition. */
    public static DefinitionDraft of(JailDefinition definition) {
        return new DefinitionDraft(
                definition.name().value(),
                definition.hostname().value(),
                definition.path().value(),
                definition.base().text(),
                texts(definition.addresses().primary()),
                PolicyDraft.of(definition.policy()),
                List.<@Nullable String>copyOf(definition.command().argv()),
                new LinkedHashMap<>(definition.command().environment()),
                LimitsDraft.of(definition.limits()),
                definition.wanted().text(),
                new LinkedHashMap<>(definition.labels().all()),
                definition.stop().signal().text(),
                definition.stop().timeoutSeconds(),
                definition.execution().user().map(CommandUser::toString).orElse(null),
                workingDirectory(definition.execution()),
                definition.execution().runDirectories().all().stream()
                        .<@Nullable RunDirectoryDraft>map(RunDirectoryDraft::of)
                        .toList(),
                definition.execution().firstProcess() == FirstProcess.INIT ? Boolean.TRUE : null,
                definition.restarts().mode().text(),
                definition.restarts().limit().isPresent()
                        ? definition.restarts().limit().getAsInt()
                        : null,
                texts(definition.names().resolver().servers()),
                List.<@Nullable String>copyOf(definition.names().resolver().search()),
                List.<@Nullable String>copyOf(definition.names().resolver().options()),
                NameSettingsReader.written(definition.names().hosts()),
                new LinkedHashMap<>(definition.execution().sysctls().all()),
                definition.execution().privileges() == Privileges.NONE
                        ? null
                        : definition.execution().privileges().text(),
                definition.addresses().additional().isEmpty()
                        ? null
                        : texts(definition.addresses().additional()),
                definition.execution().console() == Console.LOG
                        ? null
                        : definition.execution().console().text());
    }

    private static List<@Nullable String> texts(List<IpAddress> addresses) {
        return addresses.stream().<@Nullable String>map(IpAddress::toString).toList();
    }

    private static @Nullable String workingDirectory(Execution execution) {
        WorkingDirectory directory = execution.workingDirectory();
        return directory.equals(WorkingDirectory.ROOT) ? null : directory.value();
    }

    /** Returns the components by name, in their order, without absent ones. */
    public SequencedMap<String, Object> members() {
        SequencedMap<String, Object> members = new LinkedHashMap<>();
        for (RecordComponent component : DefinitionDraft.class.getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(this);
                if (value != null) {
                    members.put(component.getName(), value);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("A public record's accessors can be called", e);
            }
        }
        return members;
    }

    public DefinitionDraft with(@Nullable PolicyDraft other) {
        return with(path, ip, additionalAddresses, other);
    }

    /** Returns this draft with another path. */
    public DefinitionDraft at(@Nullable String otherPath) {
        return with(otherPath, ip, additionalAddresses, policy);
    }

    /** Returns this draft with other addresses. */
    public DefinitionDraft with(
            @Nullable List<@Nullable String> addresses, @Nullable List<@Nullable String> otherAdditional) {
        return with(path, addresses, otherAdditional, policy);
    }

    private DefinitionDraft with(
            @Nullable String otherPath,
            @Nullable List<@Nullable String> addresses,
            @Nullable List<@Nullable String> otherAdditional,
            @Nullable PolicyDraft otherPolicy) {
        return new DefinitionDraft(
                name,
                hostname,
                otherPath,
                base,
                addresses,
                otherPolicy,
                command,
                environment,
                limits,
                wanted,
                labels,
                stopSignal,
                stopTimeout,
                user,
                workingDirectory,
                runDirectories,
                init,
                restartPolicy,
                restartLimit,
                nameServers,
                searchDomains,
                resolverOptions,
                extraHosts,
                sysctls,
                privileges,
                otherAdditional,
                console);
    }

    /** @throws InvalidDefinition with all violations, not only the first */
    public JailDefinition define() {
        DraftReader reader = new DraftReader();
        Optional<JailName> readName = reader.read("/name", name, JailName::new);
        Optional<Hostname> readHostname = hostname == null || hostname.isBlank()
                ? readName.map(n -> new Hostname(n.value()))
                : reader.read("/hostname", hostname, Hostname::new);
        Optional<RootPath> readPath = reader.read("/path", path, RootPath::new);
        Optional<Base> readBase = reader.readOr("/base", base, new Base.Thin(), Base::parse);
        Optional<IpAddresses> readAddresses = readAddresses(reader);
        Optional<Policy> readPolicy =
                policy == null ? Optional.of(Policy.of(Profile.HOSTING)) : policy.read(reader.at("/policy"));
        Optional<Command> readCommand = ProcessReader.command(reader, this, readBase);
        Optional<Limits> readLimits = LimitsDraft.read(reader.at("/limits"), limits);
        Optional<WantedState> readWanted = reader.readOr("/wanted", wanted, WantedState.RUNNING, WantedState::parse);
        Optional<Labels> readLabels = reader.readValues(
                        "/labels",
                        labels == null ? Map.of() : labels,
                        (key, value) -> Labels.checkValue(Labels.checkKey(key), value))
                .flatMap(all -> reader.check("/labels", () -> new Labels(all)));
        Optional<StopMethod> readStop = ProcessReader.stop(reader, this);
        Optional<RestartPolicy> readRestarts = ProcessReader.restarts(reader, this);
        Optional<Execution> readExecution = ProcessReader.execution(reader, this, readCommand);
        Optional<NameSettings> readNames = NameSettingsReader.read(reader, this);
        reader.refuseIfAny();
        return new JailDefinition(
                readName.orElseThrow(),
                readHostname.orElseThrow(),
                readPath.orElseThrow(),
                readBase.orElseThrow(),
                readAddresses.orElseThrow(),
                readPolicy.orElseThrow(),
                readCommand.orElseThrow(),
                readLimits.orElseThrow(),
                readWanted.orElseThrow(),
                0,
                readLabels.orElseThrow(),
                readStop.orElseThrow(),
                readExecution.orElseThrow(),
                readRestarts.orElseThrow(),
                readNames.orElseThrow());
    }

    private Optional<IpAddresses> readAddresses(DraftReader reader) {
        Optional<IpAddresses> primary = reader.readEach("/ip", ip == null ? List.of() : ip, IpAddress::parse)
                .flatMap(all -> reader.check("/ip", () -> new IpAddresses(all)));
        Optional<List<IpAddress>> additional = reader.readEach(
                ADDITIONAL, additionalAddresses == null ? List.of() : additionalAddresses, DefinitionDraft::additional);
        return primary.flatMap(some -> additional.flatMap(others -> reader.check(ADDITIONAL, () -> some.with(others))));
    }

    private static IpAddress additional(String text) {
        // Says what is wrong with the range of a pool.
        Optional<AddressChoice> _ = AddressChoice.parse(text);
        return IpAddress.parse(text);
    }
}
