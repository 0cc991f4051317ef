package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostFields;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.HostPromises;
import dev.bailiwick.server.host.HostVersionConflict;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.Overcommit;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page that sets how much a host promises to jails. */
@Controller
class OvercommitPages {

    private final Hosts hosts;
    private final Usages usages;
    private final MessageSource messages;

    OvercommitPages(Hosts hosts, Usages usages, MessageSource messages) {
        this.hosts = hosts;
        this.usages = usages;
        this.messages = messages;
    }

    /**
     * The form, as it was filled in. An empty factor is no bound.
     *
     * @param version of the host that the form showed
     */
    record OvercommitForm(String version, String memoryOvercommit, String cpuOvercommit) {

        OvercommitForm {
            version = Objects.requireNonNullElse(version, "");
            memoryOvercommit = Objects.requireNonNullElse(memoryOvercommit, "");
            cpuOvercommit = Objects.requireNonNullElse(cpuOvercommit, "");
        }

        static OvercommitForm of(Host host) {
            return new OvercommitForm(
                    String.valueOf(host.version()),
                    text(host.overcommit().memory()),
                    text(host.overcommit().cpu()));
        }

        private static String text(@Nullable BigDecimal factor) {
            return factor == null ? "" : factor.toPlainString();
        }

        /** @throws InvalidRequest naming every invalid factor */
        Overcommit overcommit() {
            List<Violation> violations = new ArrayList<>();
            BigDecimal memory = factor("/memoryOvercommit", memoryOvercommit, violations);
            BigDecimal cpu = factor("/cpuOvercommit", cpuOvercommit, violations);
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return new Overcommit(memory, cpu);
        }

        private static @Nullable BigDecimal factor(String pointer, String typed, List<Violation> violations) {
            if (typed.isBlank()) {
                return null;
            }
            try {
                BigDecimal factor = new BigDecimal(typed.strip());
                return new Overcommit(factor, factor).memory();
            } catch (NumberFormatException | InvalidRequest e) {
                violations.add(new Violation(pointer, "must be a number of 0.01 to 1000, with at most two decimals"));
                return null;
            }
        }
    }

    @GetMapping("/hosts/{id}/overcommit")
    ModelAndView show(Caller caller, @PathVariable String id) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = find(id);
        return page(host, OvercommitForm.of(host), Map.of());
    }

    @PostMapping("/hosts/{id}/overcommit")
    ModelAndView set(
            Caller caller, @PathVariable String id, @ModelAttribute OvercommitForm form, RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = find(id);
        try {
            Overcommit overcommit = form.overcommit();
            hosts.change(
                    caller,
                    host.id(),
                    IfMatch.of(Optional.of("\"" + form.version() + "\"")),
                    before -> new HostFields(before.name(), overcommit));
        } catch (InvalidRequest invalid) {
            return unacceptable(page(host, form, errors(invalid)));
        } catch (HostVersionConflict changed) {
            return unacceptable(page(
                    host,
                    OvercommitForm.of(host),
                    Map.of("memoryOvercommit", List.of(message("overcommit.conflict")))));
        }
        then.addFlashAttribute("toast", message("overcommit.saved"));
        return new ModelAndView("redirect:/hosts/" + host.id());
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/hosts/{id}/overcommit")
    ModelAndView showAgain(Caller caller, @PathVariable String id, @ModelAttribute OvercommitForm form) {
        caller.require(Scope.HOSTS_WRITE);
        return page(find(id), form, Map.of());
    }

    private ModelAndView page(Host host, OvercommitForm form, Map<String, List<String>> errors) {
        return new ModelAndView(
                "hosts/overcommit",
                Map.of(
                        "id",
                        host.id().toString(),
                        "name",
                        host.name().value(),
                        "form",
                        form,
                        "errors",
                        errors,
                        "promises",
                        HostPromises.of(host, usages.of(host.id(), List.of()))
                                .map(ShownPromise::of)
                                .orElse(List.of())));
    }

    private static Map<String, List<String>> errors(InvalidRequest invalid) {
        Map<String, List<String>> errors = new TreeMap<>();
        invalid.violations()
                .forEach(violation -> errors.computeIfAbsent(violation.pointer().substring(1), _ -> new ArrayList<>())
                        .add(violation.message()));
        return errors;
    }

    private Host find(String id) {
        HostId host = new HostId(PathIds.uuid(id));
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private String message(String key) {
        return messages.getMessage(key, null, Locale.ENGLISH);
    }
}
