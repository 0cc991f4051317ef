package dev.bailiwick.agent;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.link.HostAnswers;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.stream.ExecId;
import java.time.Duration;

/** Answers the server's questions with what the kernel and the sessions of commands show. */
record KernelAnswers(JailKernel kernel, ExecSessions sessions) implements HostAnswers {

    @Override
    public HostAnswer answer(HostQuestion<?> question) throws InterruptedException {
        return switch (question) {
            case HostQuestion.MayUsePath(RootPath path, Base base) ->
                new HostAnswer.PathVerdict(kernel.pathRefusal(path, base));
            case HostQuestion.RunCommand(CommandRun run, Duration startWithin) -> run(run, startWithin);
            case HostQuestion.OpenSession(SessionStart start) -> sessions.open(start);
            case HostQuestion.ListSessions(JailId jail) -> sessions.list(jail);
            case HostQuestion.EndSession(JailId jail, ExecId session) -> sessions.end(jail, session);
            case HostQuestion.WorkOnFiles(FileWork work) -> new HostAnswer.FilesOutcome(kernel.work(work));
            case HostQuestion.CountRules(JailId jail, Firewall rules) ->
                new HostAnswer.RuleCounts(kernel.counts(jail, rules));
            case HostQuestion.ReadLog(LogRead read) -> kernel.read(read);
            case HostQuestion.DialReplica _ -> throw new UnsupportedOperationException("the link answers this");
        };
    }

    private HostAnswer run(CommandRun run, Duration startWithin) throws InterruptedException {
        if (startWithin.isPositive()) {
            kernel.awaitStart(run.jail(), startWithin);
        }
        return kernel.run(run);
    }
}
