package dev.bailiwick.server.jail.page.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bailiwick.jail.draft.RunDirectoryDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.page.ShownJails;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JailFormTest {

    @Test
    void saysOfAJailWhatDefinesItAgain() {
        JailForm form = JailForm.of(ShownJails.jail(Optional.empty(), 3, 0, 0));
        assertThat(form.version()).isEqualTo("3");
        assertThat(form.overrides())
                .containsExactly(new OverrideForm("ptrace", "deny:EPERM", "2026-12-24T18:00", "nobody debugs a shop"));
        // The form does not contain the authors of overrides.
        assertThat(form.draft().define())
                .usingRecursiveComparison()
                .ignoringFields("policy")
                .isEqualTo(ShownJails.definition());
    }

    @Test
    void leavesToTheServerWhatIsEmpty() {
        var draft = JailForm.blank("", "", "", "thin").draft();
        assertThat(draft.ip()).isEmpty();
        assertThat(draft.path()).isNull();
        assertThat(draft.hostname()).isNull();
        assertThat(draft.command()).isNull();
    }

    @Test
    void refusesACommandThatIsNotFinished() {
        JailForm form = form(Map.of("commandLine", "/bin/sh -c 'exit", "environment", pasted("LANG")));
        InvalidRequest refused = catchThrowableOfType(InvalidRequest.class, form::draft);
        assertThat(refused.violations().stream().map(Violation::pointer))
                .containsExactly("/commandLine", "/environment.lines");
    }

    @Test
    void findsTheFieldOfEveryError() {
        JailForm form = form(
                Map.of("command", new TextRows(List.of("", "/bin/sh", "-c")), "environment", pasted("A=b\nLANG=C")));
        assertThat(FormErrors.of(
                        List.of(
                                new Violation("/hostname", "a"),
                                new Violation("/policy/overrides/2/until", "b"),
                                new Violation("/policy/overrides/0", "c"),
                                new Violation("/policy/profile", "d"),
                                new Violation("/limits/memory", "e"),
                                new Violation("/command/1", "f"),
                                new Violation("/environment/LANG", "g"),
                                new Violation("", "h"),
                                new Violation("/disconnected-of", "i")),
                        form))
                .containsOnlyKeys(
                        "hostname",
                        "overrides[2].until",
                        "overrides[0].call",
                        "profile",
                        "limits.memory",
                        "command[1]",
                        "environment[1]",
                        "");
    }

    @Test
    void findsTheAddressThatAnErrorIsAbout() {
        List<Violation> first = List.of(new Violation("/ip/0", "is taken"));
        List<Violation> second = List.of(new Violation("/ip/1", "is taken"));
        assertThat(FormErrors.of(first, form(Map.of("ipv4", "198.18.0.5", "ipv6", "fdb1:1::5"))))
                .containsOnlyKeys("ipv4");
        assertThat(FormErrors.of(second, form(Map.of("ipv4", "198.18.0.5", "ipv6", "fdb1:1::5"))))
                .containsOnlyKeys("ipv6");
        assertThat(FormErrors.of(first, form(Map.of("ipv4", "", "ipv6", "fdb1:1::5"))))
                .containsOnlyKeys("ipv6");
    }

    @Test
    void readsPastedPairsLineByLine() {
        JailForm form = form(Map.of("labels", pasted("team=a=b\n\ntier=")));
        assertThat(form.draft().labels()).containsExactly(Map.entry("team", "a=b"), Map.entry("tier", ""));
        JailForm wrong = form(Map.of("labels", pasted("team")));
        assertThat(FormErrors.of(wrong.read(List.of()).unreadable(), wrong)).containsOnlyKeys("labels.lines");
    }

    @Test
    void readsASecondsField() {
        assertThat(form(Map.of("stopTimeout", " 90 ")).draft().stopTimeout()).isEqualTo(90);
        assertThat(form(Map.of()).draft().stopTimeout()).isNull();
        JailForm wrong = form(Map.of("stopTimeout", "1 min"));
        assertThat(wrong.read(List.of()).unreadable())
                .containsExactly(new Violation("/stopTimeout", "must be a whole number"));
        assertThat(FormErrors.of(wrong.read(List.of()).unreadable(), wrong)).containsOnlyKeys("stopTimeout");
    }

    @Test
    void readsTheUserAndTheDirectoryOfTheCommand() {
        JailForm form = form(Map.of("user", " www-data:33 ", "workingDirectory", "/srv/app"));
        assertThat(form.draft().user()).isEqualTo("www-data:33");
        assertThat(form.draft().workingDirectory()).isEqualTo("/srv/app");
        assertThat(FormErrors.of(List.of(new Violation("/workingDirectory", "a"), new Violation("/user", "b")), form))
                .containsOnlyKeys("workingDirectory", "user");
    }

    @Test
    void readsDirectoriesBelowRunRowByRow() {
        JailForm form = form(Map.of(
                "runDirectories",
                new TextRows(List.of("/run/php www-data:www-data 2775", "", " /run/sshd", "/run/own - 700"))));
        assertThat(form.draft().runDirectories())
                .containsExactly(
                        new RunDirectoryDraft("/run/php", "www-data:www-data", "2775"),
                        new RunDirectoryDraft("/run/sshd", null, null),
                        new RunDirectoryDraft("/run/own", null, "700"));
        JailForm wrong = form(Map.of("runDirectories", new TextRows(List.of("/run/php www-data 0755 10d"))));
        assertThat(FormErrors.of(wrong.read(List.of()).unreadable(), wrong)).containsOnlyKeys("runDirectories");
        assertThat(FormErrors.of(List.of(new Violation("/runDirectories/0/owner", "a")), form))
                .containsOnlyKeys("runDirectories[0]");
    }

    @Test
    void readsWhetherTheCommandRunsBelowAnInit() {
        assertThat(form(Map.of("init", "true")).draft().init()).isTrue();
        assertThat(form(Map.of()).draft().init()).isNull();
    }

    @Test
    void readsNamesAsTheyAreTyped() {
        JailForm form = form(Map.of(
                "nameServers", " 203.0.113.53, 2001:db8::53 ",
                "searchDomains", "example.org",
                "resolverOptions", "ndots:2  edns0",
                "extraHosts", pasted("db=198.18.0.7")));
        assertThat(form.draft().nameServers()).containsExactly("203.0.113.53", "2001:db8::53");
        assertThat(form.draft().searchDomains()).containsExactly("example.org");
        assertThat(form.draft().resolverOptions()).containsExactly("ndots:2", "edns0");
        assertThat(form.draft().extraHosts()).containsExactly(Map.entry("db", "198.18.0.7"));
        assertThat(FormErrors.of(
                        List.of(new Violation("/nameServers/0", "a"), new Violation("/searchDomains", "b")), form))
                .containsOnlyKeys("nameServers", "searchDomains");
    }

    @Test
    void takesNoRowForAnother() {
        JailForm form = form(Map.of("labels", pasted("team=web\ntier=front\nteam =shop")));
        assertThat(form.read(List.of()).unreadable())
                .containsExactly(new Violation("/labels[2]", "is the second row for 'team'"));
    }

    @Test
    void splitsACommandLineUnlessThereAreRows() {
        JailForm form = form(Map.of("commandLine", "/bin/sh -c 'exit 1'"));
        assertThat(form.draft().command()).containsExactly("/bin/sh", "-c", "exit 1");
        JailForm both = form.with("command", TextRows.of(List.of("/bin/true")));
        assertThat(both.read(List.of()).unreadable().stream().map(Violation::pointer))
                .containsExactly("/commandLine");
    }

    private static PairRows pasted(String lines) {
        return new PairRows(TextRows.NONE, TextRows.NONE, lines);
    }

    /** @param typed by field; the others are as in a form that is not filled in */
    private static JailForm form(Map<String, ?> typed) {
        JailForm form = JailForm.of(Map.of("name", "shop", "base", "thin", "profile", "hosting"));
        for (Map.Entry<String, ?> field : typed.entrySet()) {
            form = form.with(field.getKey(), field.getValue());
        }
        return form;
    }
}
