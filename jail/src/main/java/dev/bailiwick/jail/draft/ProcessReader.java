package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads how the processes of a jail run. */
final class ProcessReader {

    private static final List<String> IDLE = List.of("/bin/sh", "-c", "exec sleep infinity");
    private static final List<String> INIT = List.of("/sbin/init");

    private ProcessReader() {}

    static Optional<Command> command(DraftReader reader, DefinitionDraft draft, Optional<Base> readBase) {
        List<String> unset = readBase.filter(b -> b instanceof Base.Thin).isPresent() ? IDLE : INIT;
        Optional<List<String>> argv = draft.command() == null || draft.command().isEmpty()
                ? Optional.of(unset)
                : reader.readEach("/command", draft.command(), Command::checkArgument);
        Optional<Map<String, String>> variables = reader.readValues(
                "/environment", draft.environment() == null ? Map.of() : draft.environment(), Command::checkVariable);
        if (draft.environment() != null && draft.environment().containsKey(IncarnationVariable.NAME)) {
            reader.add(new Violation("/environment/" + IncarnationVariable.NAME, "is reserved: choose another name"));
        }
        Optional<Command> bare = argv.flatMap(a -> reader.check("/command", () -> new Command(a, Map.of())));
        return bare.flatMap(b -> variables.flatMap(v -> reader.check("/environment", () -> new Command(b.argv(), v))));
    }

    static Optional<StopMethod> stop(DraftReader reader, DefinitionDraft draft) {
        Optional<StopSignal> signal =
                reader.readOr("/stopSignal", draft.stopSignal(), StopMethod.DEFAULT.signal(), StopSignal::parse);
        int seconds = draft.stopTimeout() == null ? StopMethod.DEFAULT.timeoutSeconds() : draft.stopTimeout();
        Optional<StopMethod> bare = reader.check("/stopTimeout", () -> new StopMethod(StopSignal.TERM, seconds));
        return signal.flatMap(s -> bare.map(b -> new StopMethod(s, b.timeoutSeconds())));
    }

    static Optional<RestartPolicy> restarts(DraftReader reader, DefinitionDraft draft) {
        Optional<RestartPolicy.Mode> mode = reader.readOr(
                "/restartPolicy", draft.restartPolicy(), RestartPolicy.ALWAYS.mode(), RestartPolicy.Mode::parse);
        OptionalInt limit = draft.restartLimit() == null ? OptionalInt.empty() : OptionalInt.of(draft.restartLimit());
        // The limit is checked also where the policy is invalid, so that both are reported.
        Optional<RestartPolicy> policy =
                reader.check("/restartLimit", () -> new RestartPolicy(mode.orElse(RestartPolicy.ALWAYS.mode()), limit));
        return mode.flatMap(_ -> policy);
    }

    static Optional<Execution> execution(DraftReader reader, DefinitionDraft draft, Optional<Command> readCommand) {
        Optional<Optional<CommandUser>> readUser =
                reader.readOr("/user", draft.user(), Optional.empty(), text -> Optional.of(CommandUser.parse(text)));
        Optional<WorkingDirectory> readDirectory = reader.readOr(
                "/workingDirectory", draft.workingDirectory(), WorkingDirectory.ROOT, WorkingDirectory::new);
        Optional<RunDirectories> readRun = runDirectories(reader, draft);
        FirstProcess firstProcess = Boolean.TRUE.equals(draft.init()) ? FirstProcess.INIT : FirstProcess.COMMAND;
        readCommand
                .map(Command::argv)
                .filter(argv -> firstProcess == FirstProcess.INIT && FirstProcess.isInit(argv))
                .ifPresent(argv -> reader.add(new Violation(
                        "/init",
                        "must be false: the command " + PlainText.quote(argv.getFirst()) + " is an init itself")));
        Optional<Sysctls> readSysctls = reader.readValues(
                        "/sysctls", draft.sysctls() == null ? Map.of() : draft.sysctls(), Sysctls::check)
                .flatMap(all -> reader.check("/sysctls", () -> new Sysctls(new TreeMap<>(all))));
        Optional<Privileges> readPrivileges =
                reader.readOr("/privileges", draft.privileges(), Privileges.NONE, Privileges::parse);
        Optional<Console> readConsole = reader.readOr("/console", draft.console(), Console.LOG, Console::parse);
        return readUser.flatMap(u -> readDirectory.flatMap(directory -> readRun.flatMap(run ->
                readSysctls.flatMap(sysctls -> readPrivileges.flatMap(privileges -> readConsole.map(
                        console -> new Execution(u, directory, run, firstProcess, sysctls, privileges, console)))))));
    }

    private static Optional<RunDirectories> runDirectories(DraftReader reader, DefinitionDraft draft) {
        List<@Nullable RunDirectoryDraft> drafts = draft.runDirectories() == null ? List.of() : draft.runDirectories();
        List<RunDirectory> read = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            RunDirectoryDraft.read(reader.at("/runDirectories/" + i), drafts.get(i))
                    .ifPresent(read::add);
        }
        return read.size() < drafts.size()
                ? Optional.empty()
                : reader.check("/runDirectories", () -> new RunDirectories(read));
    }
}
