package dev.bailiwick.server.jail.files;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

/** The pages of the files that removed jails left, and of their deletion. */
@Controller
class KeptFilesPages {

    private static final int MAX_SHOWN = 500;

    private final KeptFilesStore files;
    private final TypedCustomers customers;
    private final MessageSource messages;
    private final Clock clock;

    KeptFilesPages(KeptFilesStore files, TypedCustomers customers, MessageSource messages, Clock clock) {
        this.files = files;
        this.customers = customers;
        this.messages = messages;
        this.clock = clock;
    }

    /**
     * @param customer empty if the owner is unknown
     * @param deletion the reason why the host cannot delete the files, or an empty text; null unless the deletion was
     *     requested
     */
    record ShownFiles(
            String id,
            String host,
            String hostName,
            String path,
            String customer,
            String customerName,
            String jailName,
            String base,
            Moment kept,
            @Nullable String deletion) {

        static ShownFiles of(KeptFilesView files, Instant now) {
            return new ShownFiles(
                    files.id().toString(),
                    files.host().toString(),
                    files.hostName(),
                    files.path(),
                    files.customer().map(Object::toString).orElse(""),
                    files.customerName(),
                    files.jailName().isEmpty() ? files.jail().toString() : files.jailName(),
                    files.base().text(),
                    Moment.of(files.keptAt(), now),
                    files.deletion().orElse(null));
        }
    }

    @GetMapping("/kept-files")
    String list(Caller caller, @RequestParam(defaultValue = "") String host, Model model) {
        Optional<HostId> only = host.isEmpty() ? Optional.empty() : Optional.of(new HostId(PathIds.uuid(host)));
        List<KeptFilesView> found = files.list(caller, only, Optional.empty(), Optional.empty(), MAX_SHOWN + 1);
        model.addAttribute(
                "files",
                found.stream()
                        .limit(MAX_SHOWN)
                        .map(left -> ShownFiles.of(left, clock.instant()))
                        .toList());
        model.addAttribute("more", found.size() > MAX_SHOWN);
        model.addAttribute("ofOneHost", only.isPresent());
        return "jails/kept-files";
    }

    @GetMapping("/kept-files/{id}/delete")
    String confirm(Caller caller, @PathVariable String id, Model model) {
        caller.require(Right.DEFINE);
        KeptFilesView left = files.find(caller, PathIds.uuid(id));
        if (left.customer().isEmpty()) {
            return "redirect:/kept-files/" + left.id() + "/customer";
        }
        model.addAttribute("files", ShownFiles.of(left, clock.instant()));
        return "jails/kept-files-deletion";
    }

    /** Shows the form again if it was sent after its session had ended. */
    @PostMapping("/carried/kept-files/{id}/delete")
    String confirmAgain(Caller caller, @PathVariable String id, Model model) {
        return confirm(caller, id, model);
    }

    /** Shows the form that gives files to a customer if their owner is unknown. */
    @GetMapping("/kept-files/{id}/customer")
    String owner(Caller caller, @PathVariable String id, Model model) {
        caller.require(Right.DEFINE);
        return owner(files.find(caller, PathIds.uuid(id)), "", Map.of(), model);
    }

    private String owner(KeptFilesView left, String customer, Map<String, List<String>> errors, Model model) {
        model.addAttribute("files", ShownFiles.of(left, clock.instant()));
        model.addAttribute("customer", customer);
        model.addAttribute("errors", errors);
        return "jails/kept-files-customer";
    }

    @PostMapping("/kept-files/{id}/customer")
    String give(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String customer,
            Model model,
            RedirectAttributes then) {
        caller.require(Right.DEFINE);
        KeptFilesView left = files.find(caller, PathIds.uuid(id));
        try {
            KeptFilesView given = files.give(caller, left.id(), customers.find(caller, customer));
            then.addFlashAttribute("toast", message("kept.given", given.path(), given.customerName()));
            return "redirect:/kept-files";
        } catch (Failure refused) {
            return owner(left, customer, FieldErrors.of(refused, "customer"), model);
        }
    }

    @PostMapping("/kept-files/{id}/delete")
    String delete(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Right.DEFINE);
        KeptFilesView left = files.find(caller, PathIds.uuid(id));
        try {
            files.delete(caller, left.id());
            then.addFlashAttribute("toast", message("kept.deleting", left.path()));
        } catch (Failure refused) {
            then.addFlashAttribute("problem", refused.detail());
        }
        return "redirect:/kept-files";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
