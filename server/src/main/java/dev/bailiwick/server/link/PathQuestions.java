package dev.bailiwick.server.link;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.PathVerdict;
import dev.bailiwick.protocol.v1.ServerMessage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The questions about paths that one agent has yet to answer. */
final class PathQuestions {

    private static final int MAX_REFUSAL = 2000;

    private final Map<String, CompletableFuture<String>> open = new ConcurrentHashMap<>();
    private final Consumer<ServerMessage> send;

    PathQuestions(Consumer<ServerMessage> send) {
        this.send = send;
    }

    /** Why the path may not be used; empty where it may be, and where no answer comes within the time. */
    Optional<String> ask(RootPath path, Base base, Duration longest) {
        String id = UUID.randomUUID().toString();
        CompletableFuture<String> answer = new CompletableFuture<>();
        open.put(id, answer);
        try {
            send.accept(ServerMessage.newBuilder()
                    .setPathQuestion(PathQuestion.newBuilder()
                            .setQuestionId(id)
                            .setPath(path.value())
                            .setBase(base.text()))
                    .build());
            return Optional.of(answer.get(longest.toMillis(), TimeUnit.MILLISECONDS))
                    .filter(refusal -> !refusal.isEmpty());
        } catch (TimeoutException | ExecutionException noAnswer) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            open.remove(id);
        }
    }

    void answered(PathVerdict verdict) {
        CompletableFuture<String> question = open.get(verdict.getQuestionId());
        if (question != null) {
            question.complete(FactsReading.text("refusal", verdict.getRefusal(), MAX_REFUSAL));
        }
    }

    /** No answers will come. */
    void abandon() {
        open.values().forEach(question -> question.complete(""));
    }
}
