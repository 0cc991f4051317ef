package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.CommandUser;
import dev.bailiwick.jail.Execution;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.FirstProcess;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RestartPolicy;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.RunDirectories;
import dev.bailiwick.jail.RunDirectory;
import dev.bailiwick.jail.StopMethod;
import dev.bailiwick.jail.StopSignal;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.WorkingDirectory;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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
        @Nullable Map<String, @Nullable String> extraHosts) {

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
                null);
    }

    private static final List<String> IDLE = List.of("/bin/sh", "-c", "exec sleep infinity");
    private static final List<String> INIT = List.of("/sbin/init");

    /** @see Limits */
    public record LimitsDraft(
            @Nullable String memory,
            @Nullable String processes,
            @Nullable String cpuMillis) {}

    /** Returns the draft from which {@link #define} makes this definition. */
    public static DefinitionDraft of(JailDefinition definition) {
        Limits limits = definition.limits();
        return new DefinitionDraft(
                definition.name().value(),
                definition.hostname().value(),
                definition.path().value(),
                definition.base().text(),
                definition.addresses().all().stream()
                        .<@Nullable String>map(IpAddress::toString)
                        .toList(),
                PolicyDraft.of(definition.policy()),
                List.<@Nullable String>copyOf(definition.command().argv()),
                new LinkedHashMap<>(definition.command().environment()),
                new LimitsDraft(
                        limits.memoryBytes().isPresent()
                                ? ByteSize.text(limits.memoryBytes().getAsLong())
                                : null,
                        limits.processes().isPresent()
                                ? String.valueOf(limits.processes().getAsInt())
                                : null,
                        limits.cpuMillis().isPresent()
                                ? String.valueOf(limits.cpuMillis().getAsInt())
                                : null),
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
                definition.names().resolver().servers().stream()
                        .<@Nullable String>map(IpAddress::toString)
                        .toList(),
                List.<@Nullable String>copyOf(definition.names().resolver().search()),
                List.<@Nullable String>copyOf(definition.names().resolver().options()),
                extraHosts(definition.names().hosts()));
    }

    private static Map<String, @Nullable String> extraHosts(ExtraHosts hosts) {
        Map<String, @Nullable String> addresses = new LinkedHashMap<>();
        hosts.all().forEach((name, address) -> addresses.put(name, address.toString()));
        return addresses;
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
        return new DefinitionDraft(
                name,
                hostname,
                path,
                base,
                ip,
                other,
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
                extraHosts);
    }

    /** Returns this draft with another path and other addresses. */
    public DefinitionDraft at(@Nullable String otherPath, @Nullable List<@Nullable String> addresses) {
        return new DefinitionDraft(
                name,
                hostname,
                otherPath,
                base,
                addresses,
                policy,
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
                extraHosts);
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
        Optional<Command> readCommand = readCommand(reader, readBase);
        Optional<Limits> readLimits = readLimits(reader);
        Optional<WantedState> readWanted = reader.readOr("/wanted", wanted, WantedState.RUNNING, WantedState::parse);
        Optional<Labels> readLabels = reader.readValues(
                        "/labels",
                        labels == null ? Map.of() : labels,
                        (key, value) -> Labels.checkValue(Labels.checkKey(key), value))
                .flatMap(all -> reader.check("/labels", () -> new Labels(all)));
        Optional<StopMethod> readStop = readStop(reader);
        Optional<RestartPolicy> readRestarts = readRestarts(reader);
        Optional<Execution> readExecution = readExecution(reader, readCommand);
        Optional<NameSettings> readNames = readNames(reader);
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
        return reader.readEach("/ip", ip == null ? List.of() : ip, IpAddress::parse)
                .flatMap(all -> reader.check("/ip", () -> new IpAddresses(all)));
    }

    private Optional<Command> readCommand(DraftReader reader, Optional<Base> readBase) {
        List<String> unset = readBase.filter(b -> b instanceof Base.Thin).isPresent() ? IDLE : INIT;
        Optional<List<String>> argv = command == null || command.isEmpty()
                ? Optional.of(unset)
                : reader.readEach("/command", command, Command::checkArgument);
        Optional<Map<String, String>> variables =
                reader.readValues("/environment", environment == null ? Map.of() : environment, Command::checkVariable);
        if (environment != null && environment.containsKey(IncarnationVariable.NAME)) {
            reader.add(new Violation("/environment/" + IncarnationVariable.NAME, "is reserved: choose another name"));
        }
        Optional<Command> bare = argv.flatMap(a -> reader.check("/command", () -> new Command(a, Map.of())));
        return bare.flatMap(b -> variables.flatMap(v -> reader.check("/environment", () -> new Command(b.argv(), v))));
    }

    private Optional<StopMethod> readStop(DraftReader reader) {
        Optional<StopSignal> signal =
                reader.readOr("/stopSignal", stopSignal, StopMethod.DEFAULT.signal(), StopSignal::parse);
        int seconds = stopTimeout == null ? StopMethod.DEFAULT.timeoutSeconds() : stopTimeout;
        Optional<StopMethod> bare = reader.check("/stopTimeout", () -> new StopMethod(StopSignal.TERM, seconds));
        return signal.flatMap(s -> bare.map(b -> new StopMethod(s, b.timeoutSeconds())));
    }

    private Optional<RestartPolicy> readRestarts(DraftReader reader) {
        Optional<RestartPolicy.Mode> mode =
                reader.readOr("/restartPolicy", restartPolicy, RestartPolicy.ALWAYS.mode(), RestartPolicy.Mode::parse);
        OptionalInt limit = restartLimit == null ? OptionalInt.empty() : OptionalInt.of(restartLimit);
        return mode.flatMap(m -> reader.check("/restartLimit", () -> new RestartPolicy(m, limit)));
    }

    private Optional<Limits> readLimits(DraftReader reader) {
        LimitsDraft draft = limits == null ? new LimitsDraft(null, null, null) : limits;
        Optional<Limits> memory = reader.readOr(
                "/limits/memory",
                draft.memory(),
                Limits.NONE,
                text -> new Limits(OptionalLong.of(ByteSize.parse(text)), OptionalInt.empty(), OptionalInt.empty()));
        Optional<Limits> processes = reader.readOr(
                "/limits/processes",
                draft.processes(),
                Limits.NONE,
                text -> new Limits(OptionalLong.empty(), wholeNumber(text), OptionalInt.empty()));
        Optional<Limits> cpu = reader.readOr(
                "/limits/cpuMillis",
                draft.cpuMillis(),
                Limits.NONE,
                text -> new Limits(OptionalLong.empty(), OptionalInt.empty(), wholeNumber(text)));
        if (memory.isEmpty() || processes.isEmpty() || cpu.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Limits(
                memory.get().memoryBytes(),
                processes.get().processes(),
                cpu.get().cpuMillis()));
    }

    private Optional<Execution> readExecution(DraftReader reader, Optional<Command> readCommand) {
        Optional<Optional<CommandUser>> readUser =
                reader.readOr("/user", user, Optional.empty(), text -> Optional.of(CommandUser.parse(text)));
        Optional<WorkingDirectory> readDirectory =
                reader.readOr("/workingDirectory", workingDirectory, WorkingDirectory.ROOT, WorkingDirectory::new);
        Optional<RunDirectories> readRun = readRunDirectories(reader);
        FirstProcess firstProcess = Boolean.TRUE.equals(init) ? FirstProcess.INIT : FirstProcess.COMMAND;
        readCommand
                .map(Command::argv)
                .filter(argv -> firstProcess == FirstProcess.INIT && FirstProcess.isInit(argv))
                .ifPresent(argv -> reader.add(new Violation(
                        "/init",
                        "must be false: the command " + PlainText.quote(argv.getFirst()) + " is an init itself")));
        return readUser.flatMap(u ->
                readDirectory.flatMap(directory -> readRun.map(run -> new Execution(u, directory, run, firstProcess))));
    }

    private Optional<RunDirectories> readRunDirectories(DraftReader reader) {
        List<@Nullable RunDirectoryDraft> drafts = runDirectories == null ? List.of() : runDirectories;
        List<RunDirectory> read = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            RunDirectoryDraft.read(reader.at("/runDirectories/" + i), drafts.get(i))
                    .ifPresent(read::add);
        }
        return read.size() < drafts.size()
                ? Optional.empty()
                : reader.check("/runDirectories", () -> new RunDirectories(read));
    }

    private Optional<NameSettings> readNames(DraftReader reader) {
        Optional<List<IpAddress>> servers = reader.readEach("/nameServers", orNone(nameServers), IpAddress::parse)
                .flatMap(all -> reader.check("/nameServers", () -> ResolverConfiguration.checkServers(all)));
        Optional<List<String>> search = reader.readEach("/searchDomains", orNone(searchDomains), String::strip)
                .flatMap(all -> reader.check("/searchDomains", () -> ResolverConfiguration.checkSearch(all)));
        Optional<List<String>> options = reader.readEach("/resolverOptions", orNone(resolverOptions), String::strip)
                .flatMap(all -> reader.check("/resolverOptions", () -> ResolverConfiguration.checkOptions(all)));
        Optional<ExtraHosts> hosts = readExtraHosts(reader);
        return servers.flatMap(s -> search.flatMap(d ->
                options.flatMap(o -> hosts.map(h -> new NameSettings(new ResolverConfiguration(s, d, o), h)))));
    }

    private Optional<ExtraHosts> readExtraHosts(DraftReader reader) {
        return reader.readValues(
                        "/extraHosts",
                        extraHosts == null ? Map.of() : extraHosts,
                        (_, address) -> IpAddress.parse(address))
                .flatMap(all -> reader.check("/extraHosts", () -> new ExtraHosts(all)));
    }

    private static List<@Nullable String> orNone(@Nullable List<@Nullable String> texts) {
        return texts == null ? List.of() : texts;
    }

    private static OptionalInt wholeNumber(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            throw new InvalidValue("must be a whole number");
        }
    }
}
