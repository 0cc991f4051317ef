package dev.bailiwick.agent.link;

import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Question;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the server's questions one after another, on its own thread, because an answer may wait for a file system. Commands run beside
 * each other, on threads of their own, because they may run for long; so do reads of logs and what is done with files. Each question
 * gets a reply, which may be the reason why there is no answer. Only a question whose time limit has passed gets none.
 */
final class QuestionThreads implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(QuestionThreads.class);

    private static final int MAX_WAITING = 64;
    private static final int MAX_COMMANDS = 16;
    private static final int MAX_WAITING_FOR_FILES = 32;
    private static final int MAX_FILES = 6;
    private static final long IDLE_SECONDS = 30;

    /** Readers of logs, most of which wait for output. */
    private static final int MAX_READERS = 320;

    private final HostAnswers answers;
    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name("link-answers").factory());

    private final ExecutorService commands = new ThreadPoolExecutor(
            0,
            MAX_COMMANDS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("link-commands-", 0).factory());

    private final ThreadPoolExecutor files = new ThreadPoolExecutor(
            MAX_FILES,
            MAX_FILES,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_FOR_FILES),
            Thread.ofPlatform().daemon().name("link-files-", 0).factory());

    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("link-logs-", 0).factory());
    private final Semaphore placesOfReaders = new Semaphore(MAX_READERS);

    QuestionThreads(HostAnswers answers) {
        files.allowCoreThreadTimeOut(true);
        this.answers = answers;
    }

    /** @param send called with the reply, by any thread */
    void answer(Question question, Consumer<Answer> send) {
        long arrived = System.nanoTime();
        Runnable answering = () -> {
            if (System.nanoTime() - arrived < TimeUnit.MILLISECONDS.toNanos(question.getLimitMillis())) {
                send.accept(answer(question));
            }
        };
        try {
            switch (question.getQuestionCase()) {
                case COMMAND, SESSION -> commands.execute(answering);
                case FILES -> files.execute(answering);
                case LOG -> read(answering);
                default -> thread.execute(answering);
            }
        } catch (RejectedExecutionException e) {
            String busy = switch (question.getQuestionCase()) {
                case COMMAND, SESSION -> MAX_COMMANDS + " commands run in jails of this host already";
                case FILES -> MAX_WAITING_FOR_FILES + " requests about files of jails are waiting for this host";
                case LOG -> MAX_READERS + " logs of this host are being read already";
                default -> MAX_WAITING + " questions are waiting for this host";
            };
            send.accept(unanswered(question, Reason.OVERLOADED, busy));
        }
    }

    private void read(Runnable reading) {
        if (!placesOfReaders.tryAcquire()) {
            throw new RejectedExecutionException();
        }
        try {
            readers.execute(() -> {
                try {
                    reading.run();
                } finally {
                    placesOfReaders.release();
                }
            });
        } catch (RejectedExecutionException e) {
            placesOfReaders.release();
            throw e;
        }
    }

    private Answer answer(Question question) {
        try {
            Optional<HostQuestion<?>> known = QuestionWire.fromWire(question);
            return known.isPresent()
                    ? QuestionWire.toWire(question.getQuestionId(), answers.answer(known.get()))
                    : unanswered(question, Reason.UNSUPPORTED, "this agent does not know this kind of question");
        } catch (MalformedMessage e) {
            return unanswered(question, Reason.REFUSED, String.valueOf(e.getMessage()));
        } catch (UnsupportedOperationException e) {
            return unanswered(question, Reason.UNSUPPORTED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unanswered(question, Reason.AWAY, "the agent ends");
        } catch (RuntimeException e) {
            log.error("a question could not be answered because of a fault of the agent", e);
            return unanswered(question, Reason.FAILED, e.toString());
        }
    }

    private static Answer unanswered(Question question, Reason reason, String detail) {
        return QuestionWire.unanswered(question.getQuestionId(), reason, detail);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        commands.shutdownNow();
        files.shutdownNow();
        readers.shutdownNow();
    }
}
