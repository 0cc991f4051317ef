package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.page.SelectOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** The choices in the form for an override. */
@Component
class OverrideChoices {

    /** Sorted by name. */
    static final List<String> CALLS =
            SyscallTable.linux().all().stream().map(Syscall::name).sorted().toList();

    private final MessageSource messages;

    OverrideChoices(MessageSource messages) {
        this.messages = messages;
    }

    List<SelectOption> decisions() {
        return Stream.of("allow", "deny:EPERM", "deny:EACCES", "deny:ENOSYS", "log", "kill")
                .map(decision -> new SelectOption(
                        decision, messages.getMessage("decision." + decision.replace(':', '.'), null, Locale.ENGLISH)))
                .toList();
    }
}
