package dev.bailiwick.server.jail;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.Viewer;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The files that removed jails left, and their end. */
@Controller
class KeptFilesPages {

    private static final int MOST = 500;

    private final FileKeeping files;
    private final MessageSource messages;
    private final Clock clock;

    KeptFilesPages(FileKeeping files, MessageSource messages, Clock clock) {
        this.files = files;
        this.messages = messages;
        this.clock = clock;
    }

    /**
     * @param customer empty where it is not known whose they are
     * @param deletion what stands in the way of their deletion, or an empty text; null where they are not to be deleted
     */
    record ShownFiles(
            String id,
            String host,
            String hostName,
            String path,
            String customer,
            String customerName,
            String jailName,
            Moment kept,
            @Nullable String deletion) {

        static ShownFiles of(LeftFiles files, Instant now) {
            return new ShownFiles(
                    files.id().toString(),
                    files.host().toString(),
                    files.hostName(),
                    files.path(),
                    files.customer().map(Object::toString).orElse(""),
                    files.customerName(),
                    files.jailName().isEmpty() ? files.jail().toString() : files.jailName(),
                    Moment.of(files.keptAt(), now),
                    files.deletion().orElse(null));
        }
    }

    @GetMapping("/kept-files")
    String list(Caller caller, @RequestParam(defaultValue = "") String host, Model model) {
        Optional<HostId> only = host.isEmpty() ? Optional.empty() : Optional.of(new HostId(PathIds.uuid(host)));
        List<LeftFiles> found = files.list(caller, only, Optional.empty(), Optional.empty(), MOST + 1);
        model.addAttribute(
                "files",
                found.stream()
                        .limit(MOST)
                        .map(left -> ShownFiles.of(left, clock.instant()))
                        .toList());
        model.addAttribute("more", found.size() > MOST);
        return "jails/kept-files";
    }

    @GetMapping("/kept-files/{id}/delete")
    String confirm(Caller caller, @PathVariable String id, Model model) {
        operatorsOnly(caller);
        model.addAttribute("files", ShownFiles.of(files.find(caller, PathIds.uuid(id)), clock.instant()));
        return "jails/kept-files-deletion";
    }

    /** A form that was sent after its session. */
    @PostMapping("/carried/kept-files/{id}/delete")
    String confirmAgain(Caller caller, @PathVariable String id, Model model) {
        return confirm(caller, id, model);
    }

    @PostMapping("/kept-files/{id}/delete")
    String delete(Caller caller, @PathVariable String id, RedirectAttributes then) {
        operatorsOnly(caller);
        LeftFiles left = files.find(caller, PathIds.uuid(id));
        try {
            files.delete(caller, left.id());
            then.addFlashAttribute(
                    "toast", messages.getMessage("kept.deleting", new Object[] {left.path()}, Locale.ENGLISH));
        } catch (Failure refused) {
            then.addFlashAttribute("problem", refused.detail());
        }
        return "redirect:/kept-files";
    }

    private static void operatorsOnly(Caller caller) {
        if (!Viewer.of(caller).operator()) {
            throw new OperatorsOnly();
        }
    }
}
