package dev.bailiwick.server.account.notice;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Which letters users want. All are sent until a user turns some off. */
@Service
public class NoticeChoices {

    private final JdbcClient jdbc;
    private final Notices notices;
    private final Audit audit;

    NoticeChoices(JdbcClient jdbc, Notices notices, Audit audit) {
        this.jdbc = jdbc;
        this.notices = notices;
        this.audit = audit;
    }

    /** Returns the topics of which the caller wants no letters. */
    @Transactional(readOnly = true)
    public Set<NoticeTopic> off(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        return stored(caller.user());
    }

    private Set<NoticeTopic> stored(UserId user) {
        return jdbc
                .sql("SELECT array_to_string(notices_off, ',') FROM app_user WHERE id = ?")
                .param(user.value())
                .query((row, _) -> row.getString(1))
                .optional()
                .stream()
                .flatMap(text -> Stream.of(text.split(",")))
                .filter(text -> !text.isEmpty())
                .map(NoticeTopic::parse)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(NoticeTopic.class)));
    }

    /**
     * Turns off these letters, and all others on. A last letter says so: whoever found a browser signed in does not do it unseen.
     *
     * @throws InvalidRequest naming {@code /off} if one of them cannot be turned off
     */
    @Transactional
    public void change(Caller caller, Set<NoticeTopic> off) {
        caller.require(Scope.TOKENS_WRITE);
        List<NoticeTopic> needed =
                off.stream().filter(topic -> !topic.isOptional()).sorted().toList();
        if (!needed.isEmpty()) {
            throw new InvalidRequest(
                    "/off",
                    "can have only "
                            + Arrays.stream(NoticeTopic.values())
                                    .filter(NoticeTopic::isOptional)
                                    .toList() + ": the other letters are about the ways to sign in");
        }
        if (stored(caller.user()).equals(off)) {
            return;
        }
        jdbc.sql("UPDATE app_user SET notices_off = ? WHERE id = ?")
                .params(
                        off.stream().sorted().map(NoticeTopic::toString).toArray(String[]::new),
                        caller.user().value())
                .update();
        notices.send(caller.user(), Notice.NOTICES_CHANGED);
        Subject subject = Subject.of("user", caller.user());
        audit.record(
                caller.actor(),
                caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject),
                new AccountEvent.NoticesChanged(
                        off.stream().sorted().map(NoticeTopic::toString).toList()));
    }
}
