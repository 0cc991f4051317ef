package dev.bailiwick.server.account.notice;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Which letters the caller gets. */
@RestController
@RequestMapping("/api/v1/notices")
class NoticeResource {

    private final NoticeChoices choices;

    NoticeResource(NoticeChoices choices) {
        this.choices = choices;
    }

    /**
     * @param topic what the letters are about
     * @param on whether they are sent
     * @param optional whether they can be turned off
     */
    record NoticeDocument(NoticeTopic topic, boolean on, boolean optional) {}

    /** @param items all that there are */
    record NoticesDocument(List<NoticeDocument> items) {
        NoticesDocument {
            items = List.copyOf(items);
        }
    }

    /** @param off what you want no letters about: any of token, ssh-key and acted-for */
    record NoticesRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            List<@Nullable NoticeTopic> off) {

        Set<NoticeTopic> change() {
            if (off == null) {
                throw new InvalidRequest("/off", "is required");
            }
            if (off.stream().anyMatch(Objects::isNull)) {
                throw new InvalidRequest("/off", "must not have null");
            }
            return new HashSet<>(off.stream().filter(Objects::nonNull).toList());
        }
    }

    @Operation(
            operationId = "getNotices",
            summary = "Get which letters you get about your account",
            description = "They go to your confirmed address; see /api/v1/email.")
    @GetMapping
    NoticesDocument get(Caller caller) {
        return document(choices.off(caller));
    }

    @Operation(
            operationId = "setNotices",
            summary = "Set which letters you get about your account",
            description = "Letters about the ways to sign in are always sent; so is one about this change.")
    @PutMapping
    NoticesDocument set(Caller caller, @RequestBody NoticesRequest wanted) {
        Set<NoticeTopic> off = wanted.change();
        choices.change(caller, off);
        return document(off);
    }

    private static NoticesDocument document(Set<NoticeTopic> off) {
        return new NoticesDocument(Arrays.stream(NoticeTopic.values())
                .map(topic -> new NoticeDocument(topic, !off.contains(topic), topic.isOptional()))
                .toList());
    }
}
