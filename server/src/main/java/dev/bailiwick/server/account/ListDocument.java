package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** One page of a list. If there is a next page, the answer has a link to it. */
public record ListDocument<T>(@JsonProperty List<T> items) {

    static final int MAX = 500;

    /** @throws InvalidRequest if the limit is not 1 to 500 */
    public static int requireLimit(int limit) {
        if (limit < 1 || limit > MAX) {
            throw new InvalidRequest("/limit", "must be 1 to " + MAX);
        }
        return limit;
    }

    /**
     * Parses the cursor, the id after which the page starts.
     *
     * @throws InvalidRequest if the cursor is invalid
     */
    public static <T> Optional<T> start(Optional<String> cursor, Function<String, T> parser) {
        try {
            return cursor.map(parser);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/cursor", e.reason());
        }
    }

    /**
     * Creates the answer for a page.
     *
     * @param oneMore the rows of the page, and one more if there is another page
     */
    public static <T> ResponseEntity<ListDocument<T>> of(List<T> oneMore, int limit, Function<T, ?> id) {
        return of(oneMore, limit, id, Stream::of);
    }

    /**
     * Creates the answer for a page, with what each of its rows becomes: one document, or none.
     *
     * @param oneMore the rows of the page, and one more if there is another page; that one becomes nothing
     */
    public static <R, T> ResponseEntity<ListDocument<T>> of(
            List<R> oneMore, int limit, Function<R, ?> id, Function<R, Stream<T>> document) {
        List<R> page = oneMore.subList(0, Math.min(limit, oneMore.size()));
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        if (oneMore.size() > limit) {
            answer.header(HttpHeaders.LINK, PageLink.of(id.apply(page.getLast()), "next"));
        }
        return answer.body(new ListDocument<>(page.stream().flatMap(document).toList()));
    }
}
