package dev.bailiwick.server.page;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Shows links that set somebody's password on the page that follows, once. */
public final class PasswordLinks {

    private PasswordLinks() {}

    /** Issues a link for the next page, or says there why there is none. A page that the caller may not see stays unseen. */
    public static void issue(Supplier<Secret> issue, HttpServletRequest request, RedirectAttributes then) {
        try {
            then.addFlashAttribute(
                    "link",
                    ServletUriComponentsBuilder.fromContextPath(request)
                            .path("/sign-in/reset/" + issue.get().text())
                            .toUriString());
        } catch (Failure refused) {
            if (refused.type().status() == 404 || refused.type().status() == 403) {
                throw refused;
            }
            then.addFlashAttribute(
                    "noLink",
                    refused.violations().isEmpty()
                            ? refused.detail()
                            : refused.violations().stream()
                                    .map(Violation::message)
                                    .collect(Collectors.joining(", ")));
        }
    }
}
